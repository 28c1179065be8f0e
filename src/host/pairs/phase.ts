import type { CycleSummary, Halt } from "../../model/activity";
import type { HostEvent, CycleStage } from "../../protocol/engine";
import type { Problem } from "../problem";

/** What a pair does at the moment. */
export type Phase =
  /** Its state is being opened. */
  | { kind: "opening" }
  /** Idle; `problem` is why the last cycle could not finish. Milliseconds since 1970. */
  | { kind: "waiting"; nextAt: number; problem: Problem | null }
  | { kind: "running"; run: RunningCycle }
  /** The user stopped the timer. */
  | { kind: "paused" }
  /** Nobody is signed in; the timer waits for a human. */
  | { kind: "signIn"; problem: Problem }
  /** A brake stopped the plan; the timer waits for a human. */
  | { kind: "halted"; halt: Halt }
  /** Another window runs the pair. */
  | { kind: "reader"; owner: string }
  /** The pair cannot work until something outside changes. */
  | { kind: "broken"; problem: Problem };

export interface RunningCycle {
  cycle: number;
  startedAt: number;
  stage: CycleStage;
  done: number;
  total: number | null;
}

/** The running cycle after one more event. */
export function advance(run: RunningCycle, event: HostEvent): RunningCycle {
  if (event.type !== "progress") return run;
  return { ...run, stage: event.stage, done: event.done, total: event.total };
}

/** Where a cycle's end leaves the pair. */
export function phaseAfter(summary: CycleSummary, intervalMs: number): Phase {
  const { halted, error, endedAt } = summary;
  if (halted) return { kind: "halted", halt: halted };
  const problem = error && { code: error.code, message: error.message };
  if (error?.class === "signIn" && problem) return { kind: "signIn", problem };
  if (problem && isLasting(problem.code)) return { kind: "broken", problem };
  const nextAt = Date.parse(endedAt) + intervalMs;
  return { kind: "waiting", nextAt, problem: error?.class === "canceled" ? null : problem };
}

/** Errors that the next cycle would meet again for certain. */
function isLasting(code: string): boolean {
  return code === "CS-ORG-CHANGED" || (code.startsWith("CS-STATE-") && code !== "CS-STATE-FENCED");
}

/** The pair stopped because another organization answers; a human may start anew. */
export function isOrgChanged(phase: Phase): boolean {
  return phase.kind === "broken" && phase.problem.code === "CS-ORG-CHANGED";
}

/** What the timer should do with a pair now. */
export type Step = "run" | "takeOver" | "nothing";

/**
 * Wall clock only: a machine that slept or a window whose timers were slowed down catches up at the next look. A clock
 * that was set back must not stop the pair for longer than its interval.
 */
export function nextStep(
  phase: Phase,
  { now, intervalMs, automatic }: { now: number; intervalMs: number; automatic: boolean },
): Step {
  if (phase.kind === "reader") return "takeOver";
  if (phase.kind !== "waiting" || !automatic) return "nothing";
  const isDue = now >= phase.nextAt || phase.nextAt - now > intervalMs;
  return isDue ? "run" : "nothing";
}

/** When the timer must look again at the latest. */
export function lookAgainIn(
  phases: readonly Phase[],
  now: number,
  { least, most }: { least: number; most: number },
): number {
  const due = phases
    .flatMap((phase) => (phase.kind === "waiting" ? [phase.nextAt - now] : []))
    .filter((ms) => ms > 0);
  return Math.max(least, Math.min(most, ...due));
}
