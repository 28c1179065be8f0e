import type { FieldValue, FieldValues } from "../model/record";
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
