import type { FailureClass } from "./failure";
import type { FieldValue, Outcome, Pair, RecordType, Side } from "./record";

/** Why the cycle did what it did; appears as is in the log, in words in the interface. */
export type ReasonCode =
  // One side changed.
  | "changed-in-dynamics"
  | "changed-in-marketo"
  | "changed-on-both-sides"
  // Clashes (R3).
  | "clash-dynamics-wins"
  | "clash-marketo-wins"
  | "overwrote-newer-value"
  | "same-change-on-both-sides"
  // First contact and matching.
  | "created-from-dynamics"
  | "created-from-marketo"
  | "requested-by-marketo"
  | "requested-by-command"
  | "linked-by-id"
  | "linked-by-email"
  | "first-contact"
  | "ambiguous-match"
  | "already-linked"
  | "already-in-dynamics"
  // Deletes, merges, qualification, filter.
  | "deleted-in-dynamics"
  | "deleted-in-marketo"
  | "recreated-after-delete"
  | "qualified"
  | "merged-in-dynamics"
  | "merged-in-marketo"
  | "merge-held"
  | "answered"
  | "left-filter"
  | "entered-filter"
  // Nothing to write.
  | "no-difference"
  | "outside-field-map"
  | "direction-off"
  | "record-type-off"
  // Refusals and failures.
  | "does-not-fit"
  | "unmapped-value"
  | "refused-by-dynamics"
  | "refused-by-marketo"
  | "blocked-field"
  | "loop-held"
  | "failed-call"
  | "changed-meanwhile"
  | "owner-fallback"
  // Recovery.
  | "recovered-after-crash"
  | "id-corrected"
  | "field-refresh";

/** One field of an activity. `lost` is there only when a value lost a clash. */
export interface ActivityChange {
  /** The Dynamics column's logical name. */
  field: string;
  to: Side;
  /** The target's value before; undefined while it is not known (it is filled in when Marketo's change feed tells it). */
  before: FieldValue | undefined;
  after: FieldValue;
  lost?: FieldValue;
}

/** One row of the activity and conflict log. */
export interface Activity {
  id: number;
  /** ISO instant. */
  time: string;
  cycle: number;
  pair: string;
  recordType: RecordType;
  dynamicsId: string | null;
  personId: number | null;
  outcome: Outcome;
  reason: ReasonCode;
  changes: readonly ActivityChange[];
  error: { code: string; message: string } | null;
  /** When each side's record was last changed, as far as known (ISO instants). */
  changedAt: Pair<string | null>;
  /** The vendors' request ids of the call that carried this change. */
  requestId: string | null;
}

export type NewActivity = Omit<Activity, "id">;

export interface CycleCounts {
  created: Pair<number>;
  updated: Pair<number>;
  conflicts: number;
  refused: number;
  failed: number;
  skipped: number;
}

/** A brake stopped the plan before any write. */
export interface Halt {
  reason: HaltReason;
  limit: number;
  planned: number;
  /** Identifies exactly the plan that was halted; an approval names it. */
  planHash: string;
}

export type HaltReason =
  | "first-sync"
  | "map-changed"
  | "full-compare"
  | "too-many-creates"
  | "too-many-updates"
  | "too-many-empties"
  | "too-many-deletes"
  | "empty-side";

/** How a cycle ended. */
export interface CycleSummary {
  pair: string;
  cycle: number;
  startedAt: string;
  endedAt: string;
  counts: CycleCounts;
  calls: Pair<number>;
  ms: number;
  halted: Halt | null;
  /** Why the cycle could not go on; the next one goes on from the same place. */
  error: { code: string; message: string; class: FailureClass } | null;
}

export function emptyCounts(): CycleCounts {
  return {
    created: { dynamics: 0, marketo: 0 },
    updated: { dynamics: 0, marketo: 0 },
    conflicts: 0,
    refused: 0,
    failed: 0,
    skipped: 0,
  };
}
