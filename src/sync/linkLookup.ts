import type { RecordType } from "../model/record";
import type { Link, StatePort } from "./statePort";

/** The link of a record of which at least one id is known. */
export function linkOf(
  state: StatePort,
  record: { recordType: RecordType; dynamicsId: string | null; personId: number | null },
): Link | null {
  const { recordType, dynamicsId, personId } = record;
  if (dynamicsId) return state.linksByDynamicsId(recordType, [dynamicsId]).get(dynamicsId) ?? null;
  if (personId) return state.linksByPersonId([personId]).get(personId) ?? null;
  return null;
}
