import { emptyCounts, type CycleCounts, type Halt } from "../model/activity";
import { Applier, commitRecording } from "./apply";
import { auditOverdue, recordAudit } from "./audit";
import { clearBacklog } from "./backlog";
import { chunks, FEED_KEY, FEED_READ_KEY, deltaKey, type CycleContext } from "./cycleContext";
import { guard } from "./guard";
import { recordLoops } from "./lifecycle/holdLoops";
import { mergePersons } from "./lifecycle/mergePersons";
import { qualifiedKey } from "./lifecycle/qualifiedMarks";
import { settleAnswers } from "./lifecycle/questions";
import type { PlanTotals } from "./plan";
import { planCycle, type PlannedCycle } from "./planCycle";
import type { DynamicsPull } from "./pullDynamics";
import { SEEN_MS } from "./pullMarketo";
import { forgetFailure, recordFailure } from "./record";
import { writeCursor } from "./refresh";
import { NAMES_KEY } from "./renames";
import { wakeRequests } from "./requestIndex";
import { noteSurvivors } from "./requestSurvivors";
import { noteLost, settleAgain } from "./settle";

/** What the guard must know besides the plan (DESIGN 4, Guard). */
export interface CycleRules {
  /** The pair's environment asks for a word before the first sync and after a change of the map. */
  needsApproval: boolean;
  mapChanged: boolean;
  /** Hash of the plan that the user approved. */
  approved: string | null;
}

export interface CycleOutcome {
  counts: CycleCounts;
  halted: Halt | null;
  plan: PlanTotals;
}

/**
 * One run of the street: pull, normalize, match, diff, decide, guard, apply, record. Throws CallError when it cannot go
 * on; what was committed stays, and the next cycle reads from the same checkpoints again.
 */
export async function runCycle(context: CycleContext, rules: CycleRules): Promise<CycleOutcome> {
  const planned = await planCycle(context);
  const halted = guardPlan(context, planned, rules);
  const counts = emptyCounts();
  if (halted) {
    await context.state.commit((writer) => planned.backlog.save(writer));
    return { counts, halted, plan: planned.totals };
  }

  const applier = new Applier(context, counts, planned.backlog);
  await recordMoved(context, planned, counts);
  await recordAudit(context, counts, planned.audit);
  await recordVanished(context, planned, counts);
  await recordFoundLoops(context, planned, counts);
  try {
    await applier.apply(planned.subjects);
  } catch (error) {
    // The cycle ends here; what writes without an answer carried must not get lost for the log.
    await noteLost(context, counts, applier.unsettled);
    throw error;
  }
  await settleAgain(context, applier, counts);
  await mergePersons(context, planned.subjects, counts);
  await auditOverdue(context, counts);
  await recordCycle(context, planned, counts);
  return { counts, halted: null, plan: planned.totals };
}

/** Looks at the plan before any write. */
export function guardPlan(
  context: CycleContext,
  planned: PlannedCycle,
  { needsApproval, mapChanged, approved }: CycleRules,
): Halt | null {
  const linked = context.types.reduce(
    (sum, { recordType }) => sum + context.state.countLinks(recordType),
    0,
  );
  // A record created by command may be linked before the first sync, and a read anew is no first sync.
  const firstSync = planned.feed.first;
  const unlimited = firstSync && !needsApproval;
  if (unlimited) return null;
  return guard(planned.totals, context.policies.brakes, {
    linked,
    firstSync,
    mapChanged: mapChanged && needsApproval,
    fullCompare: planned.inferredDeletes > 0 || planned.fullCompareCreates > 0,
    emptySide: planned.pulls.some((pull) => cameEmpty(context, pull)) ? "dynamics" : null,
    approved,
    hash: planned.hash,
  });
}

/** A full read without a row, of a table that held linked ones. */
function cameEmpty({ state }: CycleContext, { setup, full, rows }: DynamicsPull): boolean {
  return full !== "no" && rows === 0 && state.countLinks(setup.recordType) > 0;
}

async function recordFoundLoops(
  context: CycleContext,
  { loops }: PlannedCycle,
  counts: CycleCounts,
): Promise<void> {
  if (!loops.held.length && !loops.freed.length) return;
  await commitRecording(context, counts, (recording) => recordLoops(recording, loops));
}

/** Records that were expected and could not be read: kept in the index, so that they are looked up again. */
async function recordVanished(
  context: CycleContext,
  { vanished, forgotten }: PlannedCycle,
  counts: CycleCounts,
): Promise<void> {
  if (!vanished.length && !forgotten.length) return;
  await commitRecording(context, counts, (recording) => {
    for (const subject of forgotten) forgetFailure(recording, subject);
    for (const { subject, failure } of vanished) {
      recordFailure(recording, subject, {
        outcome: "failed",
        side: failure.side ?? "dynamics",
        reason: "failed-call",
        failure,
        changes: [],
      });
    }
  });
}

/** Versions of rows that stand as agreed; recorded before any write, because a write makes them old. */
async function recordMoved(
  context: CycleContext,
  { pulls }: PlannedCycle,
  counts: CycleCounts,
): Promise<void> {
  for (const { moved } of pulls) {
    for (const page of chunks(moved, PAGE)) {
      await commitRecording(context, counts, ({ writer }) => {
        for (const { link, version } of page) writer.putLink({ ...link, version });
      });
    }
  }
}

/** Links recorded at a time. */
const PAGE = 5000;

/** The cycle's last commit: checkpoints, guids, the audit; only now is the reading behind us. */
async function recordCycle(
  context: CycleContext,
  planned: PlannedCycle,
  counts: CycleCounts,
): Promise<void> {
  context.report.progress("recording", 0, null);
  await commitRecording(context, counts, ({ writer }) => {
    for (const pull of planned.pulls) {
      const { recordType } = pull.setup;
      counts.skipped += pull.skipped;
      if (pull.checkpoint) writer.setCheckpoint(deltaKey(recordType), pull.checkpoint);
    }
    const { feed } = planned;
    writer.setCheckpoint(FEED_KEY, feed.checkpoint);
    writer.setCheckpoint(FEED_READ_KEY, String(feed.readAt));
    writer.addSeen(feed.guids);
    wakeRequests(context, writer, feed);
    noteSurvivors(context, writer, feed);
    if (planned.namesReadAt !== null) writer.setCheckpoint(NAMES_KEY, String(planned.namesReadAt));
    for (const portion of planned.refresh) writeCursor(writer, portion);
    writer.trimSeen(feed.readAt - SEEN_MS);
    writer.finishIntents(planned.suspects);
    for (const leadId of planned.outdated) writer.setCheckpoint(qualifiedKey(leadId), null);
    clearBacklog(context.state, writer);
    settleAnswers(context.state, writer);
  });
}
