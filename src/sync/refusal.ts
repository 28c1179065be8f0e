import type { ReasonCode } from "../model/activity";
import { SIDES, type Pair } from "../model/record";
import type { FieldChange } from "./decideField";
import type { Refusal } from "./decision";
import type { FieldProblem } from "./normalize";

/**
 * The sides on which a record's changes cannot be written. One value that does not fit holds the record's other changes
 * to that side back, too: half a change could be a record that never existed.
 */
export function refusalsOf(changes: readonly FieldChange[]): Refusal[] {
  const problems: Pair<FieldProblem[]> = { dynamics: [], marketo: [] };
  for (const { rule, to, after } of changes) {
    const problem = rule.codec.fits(to, after);
    if (problem) problems[to].push({ rule, problem });
  }
  return SIDES.filter((side) => problems[side].length > 0).map((side) => ({
    side,
    problems: problems[side],
    changes: changes.filter(({ to }) => to === side),
  }));
}

/** The log's reason: a value without a counterpart needs another remedy than one that is too long. */
export function refusalReason(refusals: readonly Refusal[]): ReasonCode {
  const unmapped = refusals
    .flatMap(({ problems }) => problems)
    .some(({ problem }) => problem.code === "unmapped-value");
  return unmapped ? "unmapped-value" : "does-not-fit";
}

/** The fields and causes in one line, without values. */
export function refusalMessage(refusals: readonly Refusal[]): string {
  return refusals
    .flatMap(({ problems }) => problems)
    .map(({ rule, problem }) => `${rule.key}: ${problem.message}`)
    .join(" ");
}
