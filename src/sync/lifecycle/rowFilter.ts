import type { FieldValues } from "../../model/record";
import type { WireValues } from "../ports";
import { holds, type Expression } from "./expression";

/** Which rows of a table sync (B-50 to B-56, and a condition of our own). */
export interface RowFilter {
  /** A yes/no column of the table; null when the table has none of that name, so that it keeps no row out. */
  column: string | null;
  /** Further condition on mapped columns. */
  where: Expression | null;
  onLeave: OnLeave;
}

/** What happens to the person of a row that leaves the filter. */
export type OnLeave =
  /** The person stays as it is, and the link waits for the row's return. */
  | "freeze"
  /** The same, and the person is marked by the field for deleted records. */
  | "flag"
  /** The link ends; the row's return is a first contact. */
  | "unlink";

/** Only an explicit No keeps a row out by the column (B-50); the condition must hold. */
export function passes(filter: RowFilter | null, wire: WireValues, values: FieldValues): boolean {
  if (!filter) return true;
  if (filter.column !== null && isNo(wire[filter.column])) return false;
  return filter.where === null || holds(filter.where, values);
}

function isNo(value: unknown): boolean {
  return value === false || value === 0;
}
