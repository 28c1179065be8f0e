import type { CycleContext } from "../cycleContext";
import type { DynamicsPull } from "../pullDynamics";
import type { MarketoPull } from "../pullMarketo";
import type { Subjects } from "../subject";
import { touchedPersons } from "./merges";
import { askAgain, openQuestions } from "./openQuestions";

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
  const persons = touchedPersons(feed);
  const goneRows = new Set(pulls.flatMap(({ deletedIds }) => deletedIds));
  if (!persons.size && !goneRows.size) return;
  for (const question of openQuestions(context)) {
    const { personIds, rowIds } = question;
    const isTouched =
      personIds.some((id) => persons.has(id)) || rowIds.some((id) => goneRows.has(id));
    if (isTouched) askAgain(context, subjects, question);
  }
}
