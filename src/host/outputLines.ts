import type { CycleSummary } from "../model/activity";
import { HALT_TEXT } from "../model/reasons";
import type { HostEvent } from "../protocol/engine";
import { problemText } from "./problem";
import { duration, say } from "./text";
import { countWords } from "./trees/cycles";

/** One line of the output channel: what happened, in counts and codes, never a value of a record. */
export interface OutputLine {
  level: "info" | "warn" | "error";
  text: string;
}

/** What the output channel tells of an event; null when it is not worth a line. */
export function outputLine(name: string, event: HostEvent): OutputLine | null {
  switch (event.type) {
    case "started":
      return { level: "info", text: say("{0}: cycle {1} started", name, event.cycle) };
    case "ended":
      return endLine(name, event.summary);
    case "warning":
      return { level: "warn", text: `${name}: ${problemText(event)}` };
    case "progress":
    case "logged":
      return null;
  }
}

function endLine(name: string, summary: CycleSummary): OutputLine {
  const { cycle, ms, calls, halted, error } = summary;
  const head = say("{0}: cycle {1} ended after {2}", name, cycle, duration(ms));
  const done = countWords(summary).join(", ") || say("nothing to do");
  const used = say("Calls: {0} to Dynamics, {1} to Marketo", calls.dynamics, calls.marketo);
  if (error) return { level: "error", text: `${head}: ${problemText(error)} · ${done} · ${used}` };
  if (halted) {
    const numbers = say("{0} planned, limit {1}", halted.planned, halted.limit);
    return {
      level: "warn",
      text: `${head}: ${say(HALT_TEXT[halted.reason])} ${numbers} · ${used}`,
    };
  }
  return { level: "info", text: `${head}: ${done} · ${used}` };
}
