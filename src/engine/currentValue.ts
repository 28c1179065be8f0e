import type { FieldValue, Pair, RecordType } from "../model/record";
import { setupOf, type CycleContext } from "../sync/cycleContext";
import { readPersons, readRows } from "../sync/gather";
import { linkOf } from "../sync/linkLookup";
import { newSubject } from "../sync/subject";
import { namingOf } from "./ownerNames";

/** What both records hold now in one field; undefined where there is no record or no such field. */
export async function currentValue(
  context: CycleContext,
  { recordType, dynamicsId, field }: { recordType: RecordType; dynamicsId: string; field: string },
): Promise<Pair<FieldValue | undefined>> {
  const setup = setupOf(context, recordType);
  if (!setup) return { dynamics: undefined, marketo: undefined };
  const link = linkOf(context.state, { recordType, dynamicsId, personId: null });
  const personId = link?.personId ?? null;
  const subject = newSubject(setup, { dynamicsId, personId, link });
  await readRows(context, [subject]);
  await readPersons(context, [subject]);
  const naming = namingOf(context.state);
  const value = (reading: typeof subject.row) =>
    reading.kind === "read" ? naming(reading.values[field]) : undefined;
  return { dynamics: value(subject.row), marketo: value(subject.person) };
}
