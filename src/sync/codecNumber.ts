import type { FieldValue, Side } from "../model/record";
import type { ColumnDescription, ColumnType, FieldDescription } from "../model/schema";
import { textOf, unreadable } from "./codecText";
import type { FieldCodec, FitProblem } from "./fieldRule";
import { STRING_LIKE, WHOLE } from "./fieldTypes";

/** Whole and decimal numbers, money, score and percent; numbers in a Marketo text field too. */
export function numberCodec(column: ColumnDescription, field: FieldDescription): FieldCodec {
  const whole = column.type === "integer" || column.type === "bigint";
  const read = (wire: unknown): FieldValue => numberOf(wire, whole);
  const asText = STRING_LIKE.has(field.type);
  return {
    fromDynamics: read,
    toDynamics: (value) => value,
    fromMarketo: read,
    toMarketo: (value) => (asText && value !== null ? String(value) : value),
    fromFeed: read,
    compareKey: (value) => {
      if (value === null) return "";
      return typeof value === "number" ? String(value) : `?${value}`;
    },
    fits: (side, value) => {
      if (value === null) return null;
      if (typeof value !== "number") return unreadable("a number");
      return side === "dynamics" ? dynamicsProblem(value, column) : marketoProblem(value, field);
    },
  };
}

/** Yes, no or never set; texts and numbers of old exports and of the change feed are understood. */
export function booleanCodec(): FieldCodec {
  return {
    fromDynamics: booleanOf,
    toDynamics: (value) => value,
    fromMarketo: booleanOf,
    toMarketo: (value) => value,
    fromFeed: booleanOf,
    compareKey: (value) => {
      if (value === null) return "";
      return typeof value === "boolean" ? String(value) : `?${value}`;
    },
    fits: (_side: Side, value) =>
      value === null || typeof value === "boolean" ? null : unreadable("yes or no"),
  };
}

/** A wire value as yes or no; its text form when it is neither. */
export function booleanOf(wire: unknown): FieldValue {
  const text = textOf(wire);
  return text === null ? null : (BOOLEAN_WORDS.get(text.toLowerCase()) ?? text);
}

const BOOLEAN_WORDS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
  ["1", true],
  ["0", false],
  ["yes", true],
  ["no", false],
]);

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** A wire value as a number; its text form when it is none, or when a whole number is too large to be exact. */
export function numberOf(wire: unknown, whole: boolean): FieldValue {
  const text = textOf(wire);
  if (text === null) return null;
  if (typeof wire === "boolean" || !NUMBER.test(text)) return text;
  const number = Number(text);
  const exact = Number.isFinite(number) && (!whole || Math.abs(number) <= Number.MAX_SAFE_INTEGER);
  // Adding zero turns the negative zero into the one zero.
  return exact ? number + 0 : text;
}

/** The platform's own ranges, for a column whose metadata does not say. */
const RANGE: Readonly<Partial<Record<ColumnType, { min: number; max: number }>>> = {
  integer: { min: -2_147_483_648, max: 2_147_483_647 },
  bigint: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
  decimal: { min: -100_000_000_000, max: 100_000_000_000 },
  double: { min: -100_000_000_000, max: 100_000_000_000 },
  money: { min: -922_337_203_685_477, max: 922_337_203_685_477 },
};

function dynamicsProblem(value: number, column: ColumnDescription): FitProblem | null {
  const min = column.min ?? RANGE[column.type]?.min ?? -Infinity;
  const max = column.max ?? RANGE[column.type]?.max ?? Infinity;
  if (value < min || value > max) return outOfRange(`from ${min} to ${max} in Dynamics`);
  const whole = column.type === "integer" || column.type === "bigint";
  const digits = whole ? 0 : column.precision;
  if (digits === undefined || Number(value.toFixed(digits)) === value) return null;
  return tooPrecise(`${digits} digits after the decimal point fit into Dynamics`);
}

function marketoProblem(value: number, field: FieldDescription): FitProblem | null {
  if (!WHOLE.has(field.type)) return null;
  if (!Number.isInteger(value)) return tooPrecise("Marketo's field holds whole numbers only");
  return Number.isSafeInteger(value)
    ? null
    : outOfRange(`up to ${Number.MAX_SAFE_INTEGER} either way in Marketo`);
}

function outOfRange(range: string): FitProblem {
  return {
    code: "out-of-range",
    message: `The value is outside what fits (${range}); correct it or widen the range.`,
  };
}

function tooPrecise(rule: string): FitProblem {
  return {
    code: "too-precise",
    message: `The value has too many decimal digits (${rule}); round it at the source.`,
  };
}
