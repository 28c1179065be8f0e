import { setupOf, type CycleContext } from "../cycleContext";
import type { MarketoPull } from "../pullMarketo";
import type { Link } from "../statePort";
import { newSubject, type Subject, type Subjects } from "../subject";
import { makeHeir } from "./followRows";
import { recordName } from "./heir";
import { finalWinner, winnersOf } from "./merges";

/**
 * Lets links follow persons that were merged in Marketo: the surviving person takes the link of the merged one, or, if
 * it has a link already, the merged one's link is held until a human decides which row stays. Only the merge event tells
 * that the merged person is gone (Q12).
 */
export function followPersons(context: CycleContext, subjects: Subjects, pull: MarketoPull): void {
  const winners = winnersOf(pull);
  if (!winners.size) return;
  const ids = new Set([...winners.keys(), ...winners.values()]);
  const links = context.state.linksByPersonId([...ids]);
  const taken = new Map<number, Link>();
  for (const loserId of [...winners.keys()].sort((a, b) => a - b)) {
    const link = links.get(loserId);
    const setup = link && setupOf(context, link.recordType);
    if (!link || !setup || link.state === "held") continue;
    const winnerId = finalWinner(winners, loserId);
    const { dynamicsId, personId } = link;
    const subject =
      subjects.row(setup.recordType, dynamicsId) ??
      subjects.add(newSubject(setup, { dynamicsId, personId, link }));
    if (pull.persons.get(winnerId)?.deleted) {
      // Nobody is left to take the link over: this person is gone, and its row waits as after any deletion.
      subject.person = { kind: "deleted" };
      continue;
    }
    const own = taken.get(winnerId) ?? links.get(winnerId);
    if (own && !isGone(own, subjects)) holdLink(subject, { winnerId, link, own });
    else {
      moveLink(subject, { winnerId, link });
      taken.set(winnerId, link);
    }
  }
}

/** The link's row was deleted, and was not restored meanwhile. */
function isGone({ state, recordType, dynamicsId }: Link, subjects: Subjects): boolean {
  return state === "dynamicsDeleted" && subjects.row(recordType, dynamicsId)?.row.kind !== "read";
}

function moveLink(subject: Subject, { winnerId, link }: { winnerId: number; link: Link }): void {
  const reason = "merged-in-marketo";
  if (subject.row.kind === "deleted" || link.state === "dynamicsDeleted") {
    subject.verdict = { kind: "dissolve", reason };
  } else if (link.state === "frozen" && !subject.facts?.isInFilter) {
    const to = { dynamicsId: link.dynamicsId, personId: winnerId };
    subject.verdict = { kind: "follow", reason, to };
  } else {
    makeHeir(subject, { personId: winnerId, former: link, formerSetup: subject.setup, reason });
  }
}

/** Both persons had a row: which row the one person belongs to is for a human to say. */
function holdLink(
  subject: Subject,
  { winnerId, link, own }: { winnerId: number; link: Link; own: Link },
): void {
  if (subject.row.kind === "deleted" || link.state === "dynamicsDeleted") {
    subject.verdict = { kind: "dissolve", reason: "merged-in-marketo" };
    return;
  }
  const [one, two] = [link, own].map((row) => recordName(row.recordType, row.dynamicsId));
  const message = `Person ${link.personId} was merged into person ${winnerId} in Marketo. ${two} stays linked to person ${winnerId}; ${one} is held and does not sync. Merge the two records in Dynamics, delete ${one}, or answer which of the two has the person.`;
  const { recordType, dynamicsId } = own;
  const other = { recordType, dynamicsId };
  subject.verdict = { kind: "hold", reason: "merge-held", message, winnerId, other };
}
