import type { FieldRule } from "./fieldRule";
import { writes } from "./fieldRule";
import type { CodecKind } from "./fieldTypes";
import { MARKETO_LENGTH, WHOLE } from "./fieldTypes";

/** Sentences about values that one side can hold and the other cannot: those records will be refused. */
export function lossyWarnings(rule: FieldRule, kind: CodecKind): string[] {
  return [lengthWarning(rule, kind), fractionWarning(rule, kind), clockWarning(rule, kind)].filter(
    (warning) => warning !== null,
  );
}

function lengthWarning({ column, target, ...rule }: FieldRule, kind: CodecKind): string | null {
  if (kind !== "text" && kind !== "email") return null;
  const columnLength = column.maxLength ?? Infinity;
  const fieldLength = target.maxLength ?? MARKETO_LENGTH[target.type] ?? Infinity;
  const full = { ...rule, column, target };
  // Of a name behind a lookup nothing is known; one that is too long is refused when it comes.
  if (Number.isFinite(columnLength) && columnLength > fieldLength && writes(full, "marketo")) {
    return `${column.name} holds up to ${columnLength} characters, ${target.name} only ${fieldLength}; longer texts are refused.`;
  }
  if (fieldLength > columnLength && writes(full, "dynamics")) {
    return `${target.name} holds up to ${fieldLength} characters, ${column.name} only ${columnLength}; longer texts are refused.`;
  }
  return null;
}

function fractionWarning(rule: FieldRule, kind: CodecKind): string | null {
  const { column, target } = rule;
  if (kind !== "number") return null;
  const wholeColumn = column.type === "integer" || column.type === "bigint";
  const wholeField = WHOLE.has(target.type);
  if (wholeField && !wholeColumn && writes(rule, "marketo")) {
    return `${target.name} holds whole numbers only; fractions of ${column.name} are refused.`;
  }
  if (wholeColumn && !wholeField && writes(rule, "dynamics")) {
    return `${column.name} holds whole numbers only; fractions and texts of ${target.name} are refused.`;
  }
  return null;
}

function clockWarning(rule: FieldRule, kind: CodecKind): string | null {
  return kind === "wallClock" && rule.target.type === "datetime"
    ? `${rule.column.name} has no time zone; Marketo shows its digits as UTC.`
    : null;
}
