import type { ColumnDescription, FieldDescription } from "../model/schema";
import { mappedValues } from "./codecOption";
import { pairField } from "./fieldMap";
import type { MappingSpec } from "./fieldRule";
import { PAIRS } from "./fieldTypes";

/** One value of a column that goes by a list, and what Marketo holds for it. */
export interface ValueLine {
  /** As the value map names it: an option's number, `true` or `false`, or a text. */
  value: string;
  label: string;
  /** Null: a record that holds the value is refused. */
  image: string | number | boolean | null;
}

/** Every value of the column with its counterpart; null when the mapping does not go by a list of values. */
export function valueLines(
  spec: MappingSpec,
  column: ColumnDescription,
  field: FieldDescription,
): ValueLine[] | null {
  const kind = PAIRS[column.type][field.type];
  if (kind !== "mapped" && kind !== "options") return null;
  const mapped = mappedValues(spec, column, field);
  const images = new Map(
    "problem" in mapped ? [] : mapped.map(({ value, image }) => [value, image]),
  );
  return valuesOf(spec, column).map(({ value, label }) => ({
    value: String(value),
    label,
    image: images.get(value) ?? null,
  }));
}

function valuesOf(
  { valueMap = {} }: MappingSpec,
  { type, options }: ColumnDescription,
): { value: string | number | boolean; label: string }[] {
  if (type === "boolean") {
    return [true, false].map((value) => ({ value, label: String(value) }));
  }
  return options
    ? options.map(({ value, label }) => ({ value, label }))
    : Object.keys(valueMap).map((value) => ({ value, label: value }));
}

/** Of what Marketo holds, the values that mean no value of the column: their records are refused. */
export function valuesWithoutCounterpart(
  seen: readonly string[],
  spec: MappingSpec,
  column: ColumnDescription,
  field: FieldDescription,
): string[] {
  const pairing = pairField(spec, column, field);
  if (!pairing.ok) return [...seen];
  const { codec } = pairing.rule;
  return seen.filter((value) => {
    const problem = codec.fits("dynamics", codec.fromMarketo(value));
    return problem?.code === "unmapped-value";
  });
}
