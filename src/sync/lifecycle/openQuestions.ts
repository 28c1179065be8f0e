import { setupOf, type CycleContext } from "../cycleContext";
import type { RecordType } from "../../model/record";
import { newSubject, type Subjects } from "../subject";
import { AMBIGUOUS_CODE } from "./ambiguous";
import { recordName } from "./heir";
import { readQuestion } from "./questions";

/** A row of which nobody knows yet whom it belongs to; the persons and rows that the question is about. */
export interface OpenQuestion {
  recordType: RecordType;
  dynamicsId: string;
  personIds: readonly number[];
  rowIds: readonly string[];
}

export function openQuestions({ state }: CycleContext): OpenQuestion[] {
  return state.failed().flatMap(({ code, recordType, dynamicsId }) => {
    if (code !== AMBIGUOUS_CODE || !dynamicsId) return [];
    const facts = readQuestion(state, recordName(recordType, dynamicsId));
    if (facts?.kind !== "ambiguous") return [];
    const { personIds, rowIds } = facts;
    return [{ recordType, dynamicsId, personIds, rowIds }];
  });
}

/** Has the question asked again in this cycle, unless it is already, or its row got a person meanwhile. */
export function askAgain(
  context: CycleContext,
  subjects: Subjects,
  { recordType, dynamicsId }: OpenQuestion,
): void {
  const setup = setupOf(context, recordType);
  if (!setup || subjects.row(recordType, dynamicsId)) return;
  const link = context.state.linksByDynamicsId(recordType, [dynamicsId]).get(dynamicsId) ?? null;
  if (link && link.state !== "marketoDeleted") return;
  subjects.add(newSubject(setup, { dynamicsId, personId: link?.personId ?? null, link }));
}
