import type { Decision } from "./decision";
import { changesOf } from "./plan";

/** A write that only brings fields together that were switched on says so; a clash keeps its own reason. */
export function asRefresh(decision: Decision, refreshed: ReadonlySet<string>): Decision {
  if (decision.kind !== "write" || decision.conflict || !refreshed.size) return decision;
  const isRefresh = changesOf(decision).every(({ rule }) => refreshed.has(rule.key));
  return isRefresh ? { ...decision, reason: "field-refresh" } : decision;
}
