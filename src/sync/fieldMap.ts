import type { ColumnDescription, FieldDescription, TableDescription } from "../model/schema";
import { booleanCodec, numberCodec } from "./codecNumber";
import { idCodec, imageKey, mappedCodec, mappedValues, multiSelectCodec } from "./codecOption";
import type { MappedValue } from "./codecOption";
import { textCodec } from "./codecText";
import { dateCodec, instantCodec, wallClockCodec } from "./codecTime";
import type { Direction, FieldCodec, FieldRule, MappingSpec } from "./fieldRule";
import { writes } from "./fieldRule";
import type { CodecKind } from "./fieldTypes";
import { PAIRS, READ_ONLY_COLUMN_TYPES, allowedTypes } from "./fieldTypes";
import { lossyWarnings } from "./fieldWarnings";

/** Why a mapping is off; `message` is one sentence with the remedy. */
export interface MappingProblem {
  column: string;
  field: string;
  code: MappingProblemCode;
  message: string;
}

export type MappingProblemCode =
  | "column-missing"
  | "field-missing"
  | "column-hidden"
  | "column-read-only"
  | "field-read-only"
  | "pair-not-allowed"
  | "value-map"
  | "options-ambiguous"
  | "column-mapped-twice"
  | "field-written-twice";

export interface MappingWarning {
  column: string;
  field: string;
  message: string;
}

export interface FieldMap {
  rules: FieldRule[];
  /** Those mappings are off; the rest goes on. */
  problems: MappingProblem[];
  warnings: MappingWarning[];
}

/** Pairs every mapping with the live descriptions of both sides; mappings that collide or cannot work are off. */
export function buildFieldMap(
  specs: readonly MappingSpec[],
  table: TableDescription,
  fields: readonly FieldDescription[],
): FieldMap {
  const columnByName = new Map(table.columns.map((column) => [column.name, column]));
  const fieldByName = new Map(fields.map((field) => [field.name, field]));
  const map: FieldMap = { rules: [], problems: [], warnings: [] };
  for (const spec of specs) {
    const paired = pairField(spec, columnByName.get(spec.column), fieldByName.get(spec.field));
    const problem = paired.ok ? collision(spec, paired.rule, map.rules) : paired.problem;
    if (problem) map.problems.push(problem);
    if (problem || !paired.ok) continue;
    map.rules.push(paired.rule);
    for (const message of paired.warnings) {
      map.warnings.push({ column: spec.column, field: spec.field, message });
    }
  }
  return map;
}

export type Pairing =
  { ok: true; rule: FieldRule; warnings: string[] } | { ok: false; problem: MappingProblem };

/** Decides whether and how one column and one field are kept the same. */
export function pairField(
  spec: MappingSpec,
  column: ColumnDescription | undefined,
  field: FieldDescription | undefined,
): Pairing {
  const refuse = (code: MappingProblemCode, message: string): Pairing => ({
    ok: false,
    problem: { column: spec.column, field: spec.field, code, message },
  });
  const where = `${spec.column} <-> ${spec.field}`;
  if (!column) return refuse("column-missing", missing("column", spec.column, "Dynamics"));
  if (!field) return refuse("field-missing", missing("field", spec.field, "Marketo"));
  if (column.hidden || !column.readable) return refuse("column-hidden", hidden(column.name));
  const kind = PAIRS[column.type][field.type];
  if (!kind) return refuse("pair-not-allowed", notAllowed(where, column, field));
  const way = possibleDirection(spec, column, field);
  if ("code" in way) return refuse(way.code, way.message);
  const values = mappedValuesFor(kind, spec, column, field);
  if ("problem" in values)
    return refuse("value-map", `${where}: ${valueMapRemedy(values.problem)}`);
  const ambiguous = ambiguousImages(values.mapped, way.direction, spec);
  if (ambiguous.refused) return refuse("options-ambiguous", `${where}: ${ambiguous.refused}`);
  const rule: FieldRule = {
    key: column.name,
    field: field.name,
    direction: way.direction,
    codec: CODECS[kind]({ column, field, mapped: values.mapped }),
    creatable: column.creatable,
    column,
    target: field,
    signature: signatureOf(kind, column, field, values.mapped),
  };
  return { ok: true, rule, warnings: [...way.warnings, ...lossyWarnings(rule, kind)] };
}

interface CodecParts {
  column: ColumnDescription;
  field: FieldDescription;
  mapped: readonly MappedValue[];
}

const CODECS: Readonly<Record<CodecKind, (parts: CodecParts) => FieldCodec>> = {
  text: ({ column, field }) => textCodec(column, field, false),
  email: ({ column, field }) => textCodec(column, field, true),
  number: ({ column, field }) => numberCodec(column, field),
  boolean: () => booleanCodec(),
  mapped: ({ column, field, mapped }) => mappedCodec(column, field, mapped),
  options: ({ field, mapped }) => multiSelectCodec(field, mapped),
  date: () => dateCodec(),
  instant: ({ field }) => instantCodec(field),
  wallClock: ({ field }) => wallClockCodec(field),
  id: () => idCodec(),
};

/** The value list of the kinds that go by one; a value map anywhere else is a mistake worth naming. */
function mappedValuesFor(
  kind: CodecKind,
  spec: MappingSpec,
  column: ColumnDescription,
  field: FieldDescription,
): { mapped: MappedValue[] } | { problem: string } {
  if (kind !== "mapped" && kind !== "options") {
    return spec.valueMap
      ? { problem: "has a value map, but values of these types are carried as they are" }
      : { mapped: [] };
  }
  const mapped = mappedValues(spec, column, field);
  if ("problem" in mapped) return mapped;
  const splits = kind === "options" && mapped.some(({ image }) => String(image).includes(";"));
  return splits
    ? { problem: 'has an option with ";" in its name, which separates options' }
    : { mapped };
}

function valueMapRemedy(problem: string): string {
  return `the mapping ${problem}; correct the mapping's value map.`;
}

/** Two options of one name cannot be told apart on the way back, unless the user's own value map says so. */
function ambiguousImages(
  mapped: readonly MappedValue[],
  direction: Direction,
  spec: MappingSpec,
): { refused: string | null } {
  const distinct = new Set(mapped.map(({ image }) => imageKey(String(image))));
  if (spec.valueMap || direction === "toMarketo" || distinct.size === mapped.length) {
    return { refused: null };
  }
  return {
    refused:
      'two options have the same label; set "options" to "number" or give the mapping a value map.',
  };
}

/** The direction that both sides allow: what cannot be written on one side travels the other way only. */
function possibleDirection(
  spec: MappingSpec,
  column: ColumnDescription,
  field: FieldDescription,
):
  | { direction: Direction; warnings: string[] }
  | { code: "column-read-only" | "field-read-only"; message: string } {
  const columnWritable = column.updatable && !READ_ONLY_COLUMN_TYPES.has(column.type);
  const fieldWritable = field.updatable && !field.crmManaged;
  if (!columnWritable && (spec.direction === "toDynamics" || !fieldWritable)) {
    return { code: "column-read-only", message: readOnly(spec.column, "Dynamics", "toMarketo") };
  }
  if (!fieldWritable && spec.direction === "toMarketo") {
    return { code: "field-read-only", message: readOnly(spec.field, "Marketo", "toDynamics") };
  }
  if (spec.direction !== "both" || (columnWritable && fieldWritable)) {
    return { direction: spec.direction, warnings: [] };
  }
  const direction = columnWritable ? "toDynamics" : "toMarketo";
  const fixed = columnWritable ? spec.field : spec.column;
  const warning = `${fixed} cannot be written, so ${spec.column} <-> ${spec.field} syncs ${direction} only.`;
  return { direction, warnings: [warning] };
}

/** A column has one base, and a field has one writer. */
function collision(
  spec: MappingSpec,
  rule: FieldRule,
  before: readonly FieldRule[],
): MappingProblem | null {
  const { column, field } = spec;
  if (before.some(({ key }) => key === rule.key)) {
    const message = `The column ${column} is mapped twice; remove one of the two mappings.`;
    return { column, field, code: "column-mapped-twice", message };
  }
  const twice =
    writes(rule, "marketo") &&
    before.some((earlier) => earlier.field === rule.field && writes(earlier, "marketo"));
  if (!twice) return null;
  const message = `Two columns would write the Marketo field ${field}; set one of the two to toDynamics or remove it.`;
  return { column, field, code: "field-written-twice", message };
}

function signatureOf(
  kind: CodecKind,
  column: ColumnDescription,
  field: FieldDescription,
  mapped: readonly MappedValue[],
): string {
  const list = mapped.map(({ value, image }) => [value, image] as const);
  const parts: Signature = [kind, column.type, field.name, field.type, list];
  return JSON.stringify(parts);
}

type Signature = readonly [
  kind: CodecKind,
  column: ColumnDescription["type"],
  field: string,
  type: FieldDescription["type"],
  list: readonly (readonly [MappedValue["value"], MappedValue["image"]])[],
];

/**
 * Does what was agreed on under an earlier signature still count? Values of a list are compared by what Marketo holds, so
 * that an option that is new or gone leaves the others alone, and one that is called otherwise travels like a change of
 * the row. Where nothing travels to Marketo, a name that means another option now is to be compared anew.
 */
export function keepsBase(earlier: string, { signature, direction }: FieldRule): boolean {
  const [before, now] = [earlier, signature].map((text) => JSON.parse(text) as Signature);
  if (!before || !now || [0, 1, 2, 3].some((at) => before[at] !== now[at])) return false;
  if (direction !== "toDynamics") return true;
  const meant = meanings(before);
  return [...meanings(now)].every(([name, value]) => (meant.get(name) ?? value) === value);
}

/** The value that each name stands for; of several values with one name it is the first. */
function meanings([, , , , list]: Signature): Map<string, MappedValue["value"]> {
  return new Map(list.toReversed().map(([value, image]) => [imageKey(String(image)), value]));
}

function missing(what: string, name: string, side: string): string {
  return `${side} has no ${what} ${name} that this user can see; create it or remove the mapping.`;
}

function hidden(name: string): string {
  return `Column security hides ${name} from the sync user; grant read access or remove the mapping.`;
}

function notAllowed(where: string, column: ColumnDescription, field: FieldDescription): string {
  const allowed = allowedTypes(column.type);
  const remedy = allowed.length
    ? `map it to a Marketo field of type ${allowed.join(", ")}`
    : "remove the mapping";
  return `${where}: a ${column.type} column cannot be kept in a ${field.type} field; ${remedy}.`;
}

function readOnly(name: string, side: string, direction: Direction): string {
  return `${name} cannot be written in ${side}; set the direction to ${direction} or remove the mapping.`;
}
