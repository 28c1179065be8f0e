import { storedColumn } from "../../model/lookupPart";
import type { DynamicsRow } from "../../sync/ports";
import type { RecordType } from "../../model/record";
import { isGuid } from "./odata";
import type { Lookups } from "./lookups";

/** The two tables as the Web API names them. */
export const TABLES: Record<RecordType, { set: string; primaryId: string }> = {
  contact: { set: "contacts", primaryId: "contactid" },
  lead: { set: "leads", primaryId: "leadid" },
};

export type WireRow = Record<string, unknown>;

/** The name under which a column is read: lookups are computed properties. */
export function selectName(column: string, lookups: Lookups): string {
  return lookups.has(column) ? `_${column}_value` : column;
}

export function select(
  recordType: RecordType,
  columns: readonly string[],
  lookups: Lookups,
): string {
  const { primaryId } = TABLES[recordType];
  const stored = columns.map((column) => selectName(storedColumn(column), lookups));
  const names = [primaryId, ...stored];
  return [...new Set(names)].join(",");
}

/** A row whose parts of lookups are still to be filled in. */
export interface OpenRow extends DynamicsRow {
  values: WireRow;
}

/** A column, and the name that it has on the wire if it is a lookup. */
export interface WireColumn {
  column: string;
  lookup: string;
}

export function wireColumns(columns: readonly string[]): WireColumn[] {
  return columns.map((column) => ({ column, lookup: `_${storedColumn(column)}_value` }));
}

/**
 * A row of ours from a row of the wire, or undefined when it lacks its id or version. A part of a lookup (its name) has
 * the lookup's id until the names are filled in.
 */
export function toRow(
  recordType: RecordType,
  columns: readonly WireColumn[],
  wire: WireRow,
): OpenRow | undefined {
  const id = wire[TABLES[recordType].primaryId];
  const version = wire["@odata.etag"];
  if (!isGuid(id) || typeof version !== "string") return undefined;
  const values: WireRow = {};
  for (const { column, lookup } of columns) {
    if (column in wire) values[column] = wire[column];
    else if (lookup in wire) values[column] = lowerGuid(wire[lookup]);
  }
  return { id: id.toLowerCase(), version, values };
}

function lowerGuid(value: unknown): unknown {
  return isGuid(value) ? value.toLowerCase() : value;
}

/** A tombstone of a delta: its context ends with `$deletedEntity` or it gives the reason; the id is a bare GUID. */
export function deletedId(wire: WireRow): string | undefined {
  const context = wire["@odata.context"];
  const marked = typeof context === "string" && context.endsWith("/$deletedEntity");
  if (!marked && wire["reason"] !== "deleted") return undefined;
  return isGuid(wire["id"]) ? wire["id"].toLowerCase() : undefined;
}
