import { RECORD_TYPES } from "../../model/record";
import type { CycleContext } from "../cycleContext";
import type { MarketoPull } from "../pullMarketo";
import type { Subject, Subjects } from "../subject";

/**
 * Finds persons that went on with another row, in a merge in Marketo, and still carry the id of the former one: the link
 * went over at once, and the write that was to tell the person so failed or was never sent. Such a person is met again,
 * because the feed repeats the merge or the failure is noted. One that carries the id of a row that this cycle decides on
 * is on its way to that row.
 */
export function findForeignIds(
  context: CycleContext,
  subjects: Subjects,
  { persons }: MarketoPull,
): void {
  for (const subject of subjects.all()) {
    const { carries, link, heir, verdict } = subject;
    if (carries === null || !link || heir || verdict || isDecidedOn(subjects, carries)) continue;
    const events = persons.get(link.personId)?.events ?? [];
    const wasMerged = events.some(({ kind }) => kind === "merged");
    subject.isIdDue = wasMerged || hasOpenWrite(context, subject);
  }
}

function isDecidedOn(subjects: Subjects, dynamicsId: string): boolean {
  return RECORD_TYPES.some((type) => subjects.row(type, dynamicsId)?.row.kind === "read");
}

function hasOpenWrite({ state }: CycleContext, { setup, dynamicsId, suspect }: Subject): boolean {
  return suspect !== null || state.failedAmong(setup.recordType, [dynamicsId]).has(dynamicsId);
}
