import { setupOf, type CycleContext } from "../cycleContext";
import type { DynamicsPull } from "../pullDynamics";
import type { MarketoPull } from "../pullMarketo";
import { newSubject, type Subjects } from "../subject";
import { AMBIGUOUS_CODE } from "./ambiguous";
import { recordName } from "./heir";
import { readQuestion } from "./questions";

/**
 * Asks again whom a row belongs to when something happened to one of the candidates: a person was merged, deleted or got
 * another address, or another row that wanted it is gone. (A row that changed is news by itself.) So an open question
 * need not be looked at again and again while nothing happens.
 */
export function wakeQuestions(
  context: CycleContext,
  subjects: Subjects,
  { feed, pulls }: { feed: MarketoPull; pulls: readonly DynamicsPull[] },
): void {
  const persons = personsOf(feed);
  const goneRows = new Set(pulls.flatMap(({ deletedIds }) => deletedIds));
  if (!persons.size && !goneRows.size) return;
  const { state } = context;
  for (const { code, recordType, dynamicsId } of state.failed()) {
    const setup = setupOf(context, recordType);
    if (code !== AMBIGUOUS_CODE || !setup || !dynamicsId) continue;
    const facts = readQuestion(state, recordName(recordType, dynamicsId));
    if (facts?.kind !== "ambiguous" || subjects.row(recordType, dynamicsId)) continue;
    const isTouched =
      facts.personIds.some((id) => persons.has(id)) || facts.rowIds.some((id) => goneRows.has(id));
    if (!isTouched || state.linksByDynamicsId(recordType, [dynamicsId]).size) continue;
    subjects.add(newSubject(setup, { dynamicsId, personId: null, link: null }));
  }
}

/** Persons that the feed tells of, and those that are gone because they were merged. */
function personsOf({ persons }: MarketoPull): ReadonlySet<number> {
  const ids = new Set(persons.keys());
  for (const { events } of persons.values()) {
    for (const event of events) {
      if (event.kind === "merged") for (const id of event.loserIds) ids.add(id);
    }
  }
  return ids;
}
