import type { CycleContext } from "./cycleContext";
import { finalWinner, touchedPersons, winnersOf } from "./lifecycle/merges";
import type { MarketoPull } from "./pullMarketo";
import type { FailedRecord, StatePort, StateWriter } from "./statePort";

/** A person that asked to be created in Dynamics and was not: there is no row yet, so it has no id. */
export function isRequest({ dynamicsId, personId }: FailedRecord): boolean {
  return dynamicsId === null && personId !== null;
}

/** The person of a refused request has changed, or goes on as another one: the request is due again. */
export function wakeRequests(
  { state, world }: CycleContext,
  writer: StateWriter,
  feed: MarketoPull,
): void {
  const { persons } = feed;
  const nextAttempt = world.now();
  const winners = winnersOf(feed);
  const known = state.failedAmongPersons([...touchedPersons(feed)]);
  for (const failed of known.values()) {
    if (!isRequest(failed)) continue;
    const { recordType, dynamicsId, lastAt } = failed;
    const personId = failed.personId!;
    const news = persons.get(personId);
    const heir = finalWinner(winners, personId);
    if (heir !== personId || news?.deleted) {
      writer.removeFailed({ recordType, dynamicsId, personId });
      // An heir that waits itself is woken by the same merge.
      const isOpen = !persons.get(heir)?.deleted && !known.has(heir) && !hasRecord(state, heir);
      if (isOpen) writer.putFailed({ ...failed, personId: heir, nextAttempt });
    } else if (news?.events.length && Date.parse(news.at) + 1000 > lastAt) {
      // The attempt read the person as it was then; times of the feed are whole seconds.
      writer.putFailed({ ...failed, nextAttempt });
    }
  }
}

function hasRecord(state: StatePort, personId: number): boolean {
  const link = state.linksByPersonId([personId]).get(personId);
  return link !== undefined && link.state !== "dynamicsDeleted";
}
