import type { ColumnDescription, FieldDescription } from "../../model/schema";
import type { PairSchema } from "../../protocol/engine";
import { allowedTypes } from "../../sync/fieldTypes";
import { columnProblem, columnTypeText, fieldTypeText } from "../fields";
import { say } from "../text";
import type { NamePlace } from "./places";

/** A name to complete, without the editor's classes. */
export interface NameItem {
  name: string;
  label: string;
  /** Type with length. */
  detail: string;
  documentation: string;
  /** Fits the other name of the mapping; what does not fit stands below. */
  fits: boolean;
}

/** The names that may stand at this place: columns of the table, or fields of the person. */
export function namesFor(place: NamePlace, schema: PairSchema): NameItem[] {
  const columns = schema.tables[place.recordType]?.columns ?? [];
  if (place.key === "column") {
    const field = schema.fields.find(({ name }) => name === place.counterpart);
    return columns.map((column) => columnItem(column, field));
  }
  const column = columns.find(({ name }) => name === place.counterpart);
  return schema.fields.map((field) => fieldItem(field, column));
}

function fitTogether(column: ColumnDescription, field: FieldDescription): boolean {
  return allowedTypes(column.type).includes(field.type);
}

function columnItem(column: ColumnDescription, field: FieldDescription | undefined): NameItem {
  return {
    name: column.name,
    label: column.displayName,
    detail: columnTypeText(column),
    documentation: columnText(column),
    fits: columnProblem(column) === null && (!field || fitTogether(column, field)),
  };
}

function fieldItem(field: FieldDescription, column: ColumnDescription | undefined): NameItem {
  return {
    name: field.name,
    label: field.displayName,
    detail: fieldTypeText(field),
    documentation: fieldText(field),
    fits: !column || fitTogether(column, field),
  };
}

/** What the hover says of the name at this place; null when neither side knows it. */
export function nameText(place: NamePlace, schema: PairSchema): string | null {
  const text = descriptionOf(place, schema);
  return text && [text, ...warningsOf(place, schema)].join("\n\n");
}

function descriptionOf({ key, recordType, word }: NamePlace, schema: PairSchema): string | null {
  if (key === "column") {
    const columns = schema.tables[recordType]?.columns ?? [];
    const column = columns.find(({ name }) => name === word.value);
    return column ? columnText(column) : null;
  }
  const field = schema.fields.find(({ name }) => name === word.value);
  return field ? fieldText(field) : null;
}

/** What may not fit, although the mapping works. */
function warningsOf(place: NamePlace, { maps }: PairSchema): readonly string[] {
  const { key, word, counterpart, recordType } = place;
  const [column, field] = key === "column" ? [word.value, counterpart] : [counterpart, word.value];
  const mapped = maps[recordType]?.find((each) => each.column === column && each.field === field);
  return mapped?.warnings ?? [];
}

const OPTIONS_SHOWN = 12;

function columnText(column: ColumnDescription): string {
  const { displayName, name, options, targets, updatable, required } = column;
  const problem = columnProblem(column);
  const shownOptions = options
    ?.slice(0, OPTIONS_SHOWN)
    .map(({ value, label }) => `${value} ${label}`)
    .join(", ");
  return [
    `${displayName} (${name})`,
    say("Dynamics column, {0}", columnTypeText(column)),
    updatable ? null : say("read-only"),
    required === "none" || required === "recommended" ? null : say("required"),
    targets?.length ? say("Points to {0}", targets.join(", ")) : null,
    shownOptions ? say("Options: {0}", shownOptions) : null,
    problem && say("Cannot sync: {0}", problem),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function fieldText(field: FieldDescription): string {
  const { displayName, name, updatable, crmManaged } = field;
  return [
    `${displayName} (${name})`,
    say("Marketo field, {0}", fieldTypeText(field)),
    updatable ? null : say("read-only"),
    crmManaged ? say("Managed by a native CRM sync") : null,
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** The known name that is nearest to a mistyped one; null when none is near. */
export function nearestName(typed: string, names: readonly string[]): string | null {
  const wanted = typed.toLowerCase();
  let best: string | null = null;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(wanted, name.toLowerCase(), least);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** Levenshtein distance; gives up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + cost));
    }
    row = next;
  }
  return row[b.length]!;
}
