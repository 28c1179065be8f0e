import type { PairConfig } from "../config/pairFile";
import { ContactSyncError } from "../model/failure";
import type { RecordType } from "../model/record";
import type { TableDescription } from "../model/schema";
import type { FieldMap } from "../sync/fieldMap";
import { columnsOf, parseExpression, type Expression } from "../sync/lifecycle/expression";
import type { RowFilter } from "../sync/lifecycle/rowFilter";

/** The native sync's column; mapping it is enough to make it the filter, as ticking it is there (B-51). */
const NATIVE_COLUMN = "new_synctomkto";

export interface LiveFilter {
  filter: RowFilter | null;
  warning: { code: string; message: string } | null;
}

/** Puts the pair file's filter on the ground of the table. */
export function filterOf(
  config: PairConfig,
  { recordType, table, map }: { recordType: RecordType; table: TableDescription; map: FieldMap },
): LiveFilter {
  const wanted = config.recordTypes[recordType]?.filter;
  const isMapped = map.rules.some((rule) => rule.key === NATIVE_COLUMN);
  if (!wanted && !isMapped) return { filter: null, warning: null };
  const name = wanted?.column ?? NATIVE_COLUMN;
  const column = table.columns.find((known) => known.name === name);
  const isUsable = column?.type === "boolean" && column.readable && !column.hidden;
  const where = wanted?.where ? conditionOf(wanted.where, recordType, map) : null;
  const filter = { column: isUsable ? name : null, where, onLeave: wanted?.onLeave ?? "freeze" };
  if (isUsable) return { filter, warning: null };
  const cause = column ? "is not a yes/no column that the sync user can read" : "does not exist";
  const message = `The filter column ${name} of ${recordType} ${cause}; it keeps no record out. Create the column, or name another one in the pair file.`;
  return { filter, warning: { code: "CS-NO-FILTER-COLUMN", message } };
}

function conditionOf(text: string, recordType: RecordType, map: FieldMap): Expression {
  const parsed = parseExpression(text);
  const place = `The condition "${text}" of ${recordType}`;
  if (!parsed.ok) throw new ContactSyncError("CS-CONFIG", `${place}: ${parsed.message}`);
  const mapped = new Set(map.rules.map((rule) => rule.key));
  const missing = columnsOf(parsed.expression).find((column) => !mapped.has(column));
  if (missing === undefined) return parsed.expression;
  throw new ContactSyncError(
    "CS-CONFIG",
    `${place} uses the column ${missing}, which is not synced; add it to the field map. Nothing syncs until then, because every record would be let through.`,
  );
}
