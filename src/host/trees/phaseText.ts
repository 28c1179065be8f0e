import type { Environment } from "../../config/pairFile";
import { HALT_TEXT } from "../../model/reasons";
import type { CycleStage } from "../../protocol/engine";
import type { Phase, RunningCycle } from "../pairs/phase";
import { problemText } from "../problem";
import { duration, say } from "../text";

export function environmentText(environment: Environment): string {
  const words: Record<Environment, string> = {
    sandbox: say("sandbox"),
    test: say("test"),
    production: say("PRODUCTION"),
  };
  return words[environment];
}

export function stageText(stage: CycleStage): string {
  const words: Record<CycleStage, string> = {
    opening: say("opening"),
    recovering: say("recovering"),
    reading: say("reading changes"),
    matching: say("matching records"),
    planning: say("planning"),
    writing: say("writing"),
    recording: say("recording"),
  };
  return words[stage];
}

/** "writing 40 %", or "reading changes 120" while the total is not known. */
export function progressText({ stage, done, total }: RunningCycle): string {
  if (total) return say("{0} {1} %", stageText(stage), Math.floor((100 * done) / total));
  return done > 0 ? say("{0} {1}", stageText(stage), done) : stageText(stage);
}

/** When something is said, and whether the timer may start cycles by itself. */
export interface Moment {
  now: number;
  automatic: boolean;
}

/** A tree also says when something was, as the user's language writes it. */
export interface TreeMoment extends Moment {
  locale: string;
}

/** What a pair does now, in a few words. */
export function phaseText(phase: Phase, { now, automatic }: Moment): string {
  switch (phase.kind) {
    case "opening":
      return say("opening");
    case "waiting":
      if (phase.problem) return say("last cycle failed");
      if (!automatic) return say("cycles run by command only");
      return phase.nextAt > now
        ? say("next cycle in {0}", duration(phase.nextAt - now))
        : say("due");
    case "running":
      return progressText(phase.run);
    case "paused":
      return say("paused");
    case "signIn":
      return say("needs sign-in");
    case "halted":
      return say("halted, waits for your word");
    case "reader":
      return phase.owner ? say("runs in {0}", phase.owner) : say("runs in another window");
    case "broken":
      return say("stopped");
  }
}

/** The whole story for a tooltip. */
export function phaseDetail(phase: Phase): string | null {
  switch (phase.kind) {
    case "waiting":
      return phase.problem && problemText(phase.problem);
    case "signIn":
    case "broken":
      return problemText(phase.problem);
    case "halted":
      return `${say(HALT_TEXT[phase.halt.reason])} ${say("{0} planned, limit {1}", phase.halt.planned, phase.halt.limit)}`;
    case "reader":
      return say("Another window runs this pair; this one shows it and takes over when it closes.");
    case "opening":
    case "running":
    case "paused":
      return null;
  }
}

export function phaseIcon(phase: Phase): { icon: string; color?: string } {
  switch (phase.kind) {
    case "opening":
      return { icon: "loading~spin" };
    case "waiting":
      return phase.problem
        ? { icon: "warning", color: "list.warningForeground" }
        : { icon: "sync" };
    case "running":
      return { icon: "sync~spin" };
    case "paused":
      return { icon: "debug-pause" };
    case "signIn":
      return { icon: "key", color: "list.warningForeground" };
    case "halted":
      return { icon: "stop-circle", color: "list.warningForeground" };
    case "reader":
      return { icon: "eye" };
    case "broken":
      return { icon: "error", color: "list.errorForeground" };
  }
}
