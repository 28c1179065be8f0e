import { HALT_TEXT } from "../../model/reasons";
import { problemText } from "../problem";
import { say } from "../text";
import { isOrgChanged, type Phase } from "./phase";

/** What the user is told without having asked; said once, not with every cycle. */
export interface Notice {
  /** The same notice is not shown again until the pair has worked in between. */
  key: string;
  kind: "signIn" | "halted" | "orgChanged" | "broken" | "failed";
  text: string;
}

/** The notice that a phase deserves, null for none. */
export function noticeOf(name: string, phase: Phase): Notice | null {
  switch (phase.kind) {
    case "signIn":
      return {
        key: `signIn ${phase.problem.code}`,
        kind: "signIn",
        text: say("{0}: {1} Cycles wait until then.", name, problemText(phase.problem)),
      };
    case "halted": {
      const { halt } = phase;
      const numbers = say("{0} planned, limit {1}", halt.planned, halt.limit);
      return {
        key: `halted ${halt.reason}`,
        kind: "halted",
        text: say(
          "{0}: {1} ({2}) Nothing was written.",
          name,
          say(HALT_TEXT[halt.reason]),
          numbers,
        ),
      };
    }
    case "broken":
      return {
        key: `broken ${phase.problem.code}`,
        kind: isOrgChanged(phase) ? "orgChanged" : "broken",
        text: say("{0}: {1}", name, problemText(phase.problem)),
      };
    case "waiting":
      return phase.problem
        ? {
            key: `failed ${phase.problem.code}`,
            kind: "failed",
            text: say("{0}: {1}", name, problemText(phase.problem)),
          }
        : null;
    case "opening":
    case "running":
    case "paused":
    case "reader":
      return null;
  }
}
