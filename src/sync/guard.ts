import type { Halt, HaltReason } from "../model/activity";
import type { Side } from "../model/record";
import type { PlanTotals } from "./plan";
import type { BrakeLimit, Brakes } from "./policy";
import { FEW } from "./policy";

/** What makes a plan suspicious besides its numbers. */
export interface GuardContext {
  /** Links of the pair before the plan. */
  linked: number;
  /** The pair has never finished a cycle, and its environment asks for a word before the first one. */
  firstSync: boolean;
  /** The field map or a policy changed, so that old records may be written anew. */
  mapChanged: boolean;
  /** A checkpoint was lost, so that everything was compared. */
  fullCompare: boolean;
  /** A side that held records answered with none at all. */
  emptySide: Side | null;
  /** The plan hash that the user approved, if any. */
  approved: string | null;
  /** The hash of the plan at hand; asked for only where it decides something, because it costs another look at all. */
  hash: () => string;
}

/** Stops a plan before any write, or lets it pass; an approval counts for exactly the plan it names. */
export function guard(totals: PlanTotals, brakes: Brakes, context: GuardContext): Halt | null {
  if (context.approved !== null && context.approved === context.hash()) return null;
  const writes = plannedWrites(totals);
  const halt = (reason: HaltReason, limit: number, planned: number): Halt => ({
    reason,
    limit,
    planned,
    planHash: context.hash(),
  });
  if (context.emptySide) return halt("empty-side", 0, writes + totals.deletes);
  if (writes + totals.deletes === 0) return null;
  const cause = WORDS.find(({ holds }) => holds(context));
  if (cause) return halt(cause.reason, 0, writes + totals.deletes);
  for (const { reason, limit, planned } of NUMBERS) {
    const allowed = effectiveLimit(limit(brakes), context.linked);
    if (planned(totals) > allowed) return halt(reason, allowed, planned(totals));
  }
  return null;
}

/** The limit in force: the smaller of both, yet never so small that everyday work of a small database stops. */
export function effectiveLimit({ absolute, percent }: BrakeLimit, linked: number): number {
  if (linked === 0) return absolute;
  return Math.min(absolute, Math.max(FEW, Math.floor((linked * percent) / 100)));
}

function plannedWrites({ counts }: PlanTotals): number {
  const { created, updated } = counts;
  return created.dynamics + created.marketo + updated.dynamics + updated.marketo;
}

/** Circumstances that need a word, whatever the numbers are; the gravest first. */
const WORDS: readonly { reason: HaltReason; holds(context: GuardContext): boolean }[] = [
  { reason: "first-sync", holds: ({ firstSync }) => firstSync },
  { reason: "full-compare", holds: ({ fullCompare }) => fullCompare },
  { reason: "map-changed", holds: ({ mapChanged }) => mapChanged },
];

const NUMBERS: readonly {
  reason: HaltReason;
  limit(brakes: Brakes): BrakeLimit;
  planned(totals: PlanTotals): number;
}[] = [
  {
    reason: "too-many-deletes",
    limit: ({ maxDeletes }) => maxDeletes,
    planned: ({ deletes }) => deletes,
  },
  {
    reason: "too-many-empties",
    limit: ({ maxEmpties }) => maxEmpties,
    planned: ({ empties }) => empties,
  },
  {
    reason: "too-many-creates",
    limit: ({ maxCreates }) => maxCreates,
    planned: ({ counts }) => counts.created.dynamics + counts.created.marketo,
  },
  {
    reason: "too-many-updates",
    limit: ({ maxUpdates }) => maxUpdates,
    planned: ({ counts }) => counts.updated.dynamics + counts.updated.marketo,
  },
];
