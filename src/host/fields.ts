import type { RecordType } from "../model/record";
import type { ColumnDescription, FieldDescription } from "../model/schema";
import type { MappedField, PairSchema } from "../protocol/engine";
import { say } from "./text";

/** A column and a field that are not mapped yet and seem to belong together. */
export interface Suggestion {
  column: ColumnDescription;
  field: FieldDescription;
}

/** "text(100)": the type as it stands beside a name. */
export function columnTypeText({ type, maxLength }: ColumnDescription): string {
  return maxLength === undefined ? type : `${type}(${maxLength})`;
}

export function fieldTypeText({ type, maxLength }: FieldDescription): string {
  return maxLength === undefined ? type : `${type}(${maxLength})`;
}

/** Why a column cannot sync at all, null when it can. */
export function columnProblem(column: ColumnDescription): string | null {
  if (column.hidden) return say("column security hides it from the sync user");
  if (!column.readable) return say("the sync user may not read it");
  if (column.type === "unsupported") return say("its type cannot be synced");
  return null;
}

function key(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Unmapped columns whose name or label is also that of an unmapped field. */
export function suggestionsOf(schema: PairSchema, recordType: RecordType): Suggestion[] {
  const mapped = schema.maps[recordType] ?? [];
  const takenColumns = new Set(mapped.map(({ column }) => column));
  const takenFields = new Set(mapped.map(({ field }) => field));
  const fields = new Map<string, FieldDescription>();
  for (const field of schema.fields) {
    if (takenFields.has(field.name) || !field.updatable) continue;
    for (const name of [field.displayName, field.name]) fields.set(key(name), field);
  }
  const used = new Set<string>();
  return (schema.tables[recordType]?.columns ?? []).flatMap((column) => {
    if (takenColumns.has(column.name) || columnProblem(column) !== null) return [];
    const field = fields.get(key(column.name)) ?? fields.get(key(column.displayName));
    if (!field || used.has(field.name)) return [];
    used.add(field.name);
    return [{ column, field }];
  });
}

/** One line about a mapping for a list. */
export function mappingDetail({ columnType, fieldType, problem, warnings }: MappedField): string {
  const types = [columnType, fieldType].filter(Boolean).join(" ↔ ");
  return [types, problem ?? warnings[0]].filter(Boolean).join(" · ");
}
