import type { FieldValue, FieldValues, Side } from "../model/record";
import type { FieldRule, FitProblem } from "./fieldRule";
import type { WireValues } from "./ports";

/** Canonical values of a Dynamics row; a column that is absent from the row was not read and stays absent. */
export function normalizeDynamics(rules: readonly FieldRule[], wire: WireValues): FieldValues {
  const values: Record<string, FieldValue> = {};
  for (const { key, codec } of rules) {
    const value = wire[key];
    if (value !== undefined) values[key] = codec.fromDynamics(value);
  }
  return values;
}

/** Canonical values of a person of whom all mapped fields were asked for: Marketo leaves empty fields out. */
export function normalizeMarketo(rules: readonly FieldRule[], wire: WireValues): FieldValues {
  const values: Record<string, FieldValue> = {};
  for (const { key, field, codec } of rules) values[key] = codec.fromMarketo(wire[field]);
  return values;
}

export interface FieldProblem {
  rule: FieldRule;
  problem: FitProblem;
}

/** Which of these values cannot be written to a side, and why. */
export function problemsFor(
  side: Side,
  values: readonly { rule: FieldRule; value: FieldValue }[],
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const { rule, value } of values) {
    const problem = rule.codec.fits(side, value);
    if (problem) problems.push({ rule, problem });
  }
  return problems;
}
