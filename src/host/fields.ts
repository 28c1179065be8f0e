import type { RecordType } from "../model/record";
import type { ColumnDescription, FieldDescription } from "../model/schema";
import type { FieldSamples, MappedField, PairSchema } from "../protocol/engine";
import { pairField } from "../sync/fieldMap";
import { say } from "./text";

/** A column and a field that are not mapped yet and seem to belong together. */
export interface Suggestion {
  column: ColumnDescription;
  field: FieldDescription;
  /** Why the two cannot be mapped although their names say so; null when they can. */
  refusal: string | null;
}

export const NO_SAMPLES: FieldSamples = { dynamics: {}, marketo: {} };

/** "text(100)": the type as it stands beside a name. */
export function columnTypeText({ type, maxLength }: ColumnDescription): string {
  return maxLength === undefined ? type : `${type}(${maxLength})`;
}

export function fieldTypeText({ type, maxLength }: FieldDescription): string {
  return maxLength === undefined ? type : `${type}(${maxLength})`;
}

/** What the sync user may do with a column. */
export function columnAccess(column: ColumnDescription): string {
  if (column.hidden || !column.readable) return say("no access");
  return column.updatable ? say("read and write") : say("read only");
}

export function fieldAccess({ updatable, crmManaged }: FieldDescription): string {
  return updatable && !crmManaged ? say("read and write") : say("read only");
}

/** Why a column cannot sync at all, null when it can. */
export function columnProblem(column: ColumnDescription): string | null {
  if (column.hidden) return say("column security hides it from the sync user");
  if (!column.readable) return say("the sync user may not read it");
  if (column.type === "unsupported") return say("its type cannot be synced");
  return null;
}

/** Why these two cannot be mapped, with the remedy; null when they can. */
export function pairProblem(column: ColumnDescription, field: FieldDescription): string | null {
  const spec = { column: column.name, field: field.name, direction: "both" as const };
  const pairing = pairField(spec, column, field);
  return pairing.ok ? null : pairing.problem.message;
}

function key(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Names that a column may be known by at Marketo: its own, its label, and both without a publisher's prefix. */
function keysOf({ name, displayName }: ColumnDescription): string[] {
  const plain = name.replace(/^(address1|[a-z0-9]+)_(?=[a-z])/, "");
  return [...new Set([name, displayName, plain, `crm${plain}`].map(key))];
}

/** Unmapped columns whose name is also that of an unmapped field; those whose types do not fit come last. */
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
  const found = (schema.tables[recordType]?.columns ?? []).flatMap((column): Suggestion[] => {
    if (takenColumns.has(column.name) || columnProblem(column) !== null) return [];
    const candidates = keysOf(column).flatMap((name) => fields.get(name) ?? []);
    const free = candidates.filter(({ name }) => !used.has(name));
    const field = free.find((one) => pairProblem(column, one) === null) ?? free[0];
    if (!field) return [];
    used.add(field.name);
    return [{ column, field, refusal: pairProblem(column, field) }];
  });
  return [
    ...found.filter(({ refusal }) => refusal === null),
    ...found.filter(({ refusal }) => refusal !== null),
  ];
}

/** Fields for a column: those that fit first, then the others with the reason. */
export function fieldsFor(
  column: ColumnDescription,
  schema: PairSchema,
): { field: FieldDescription; refusal: string | null }[] {
  const all = schema.fields.map((field) => ({ field, refusal: pairProblem(column, field) }));
  const names = new Set(keysOf(column));
  const rank = ({ field, refusal }: (typeof all)[number]) =>
    (refusal === null ? 0 : 2) +
    (names.has(key(field.name)) || names.has(key(field.displayName)) ? 0 : 1);
  return all.sort(
    (a, b) => rank(a) - rank(b) || a.field.displayName.localeCompare(b.field.displayName),
  );
}

/** Sample values in quotes, empty for none. */
export function samplesText(samples: readonly string[] | undefined): string {
  return (samples ?? []).map((text) => `"${text}"`).join(", ");
}

/** One line about a mapping for a list: types, trouble, and values of both sides. */
export function mappingDetail(
  { column, field, columnType, fieldType, problem, warnings }: MappedField,
  samples: FieldSamples = NO_SAMPLES,
): string {
  const types = [columnType, fieldType].filter(Boolean).join(" ↔ ");
  const values = bothSamples(samples, column, field);
  return [types, problem ?? warnings[0], values].filter(Boolean).join(" · ");
}

/** `"Director", "CEO" ↔ "Director"`: values of real records on both sides. */
export function bothSamples(samples: FieldSamples, column: string, field: string): string {
  const dynamics = samplesText(samples.dynamics[column]);
  const marketo = samplesText(samples.marketo[field]);
  return dynamics || marketo ? `${dynamics || say("empty")} ↔ ${marketo || say("empty")}` : "";
}
