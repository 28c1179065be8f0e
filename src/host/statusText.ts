import type { Environment } from "../config/pairFile";
import type { Phase } from "./pairs/phase";
import { counted } from "./text";
import { environmentText, phaseDetail, phaseIcon, phaseText, type Moment } from "./trees/phaseText";

export interface StatusView {
  name: string;
  environment: Environment;
  phase: Phase;
  conflicts: number;
  /** What is still to be written, in words; null when nothing is. */
  waits: string | null;
}

export interface StatusBarText {
  text: string;
  tooltip: string;
  spoken: string;
  isWarning: boolean;
}

/** What most needs a human comes first; a quiet pair never hides a halted one. */
const URGENCY: Record<Phase["kind"], number> = {
  halted: 0,
  signIn: 1,
  broken: 2,
  running: 3,
  opening: 4,
  waiting: 5,
  paused: 6,
  reader: 7,
};

/** The one item of the status bar; null when there is nothing to say. */
export function statusBarText(views: readonly StatusView[], moment: Moment): StatusBarText | null {
  const [first] = [...views].sort((a, b) => URGENCY[a.phase.kind] - URGENCY[b.phase.kind]);
  if (!first) return null;
  const { phase, environment } = first;
  const words = [
    views.length > 1 ? first.name : null,
    phaseText(phase, moment),
    environment === "production" ? environmentText(environment) : null,
  ].filter((word) => word !== null);
  const lines = views.map((view) => {
    const facts = [environmentText(view.environment), phaseText(view.phase, moment)];
    if (view.conflicts > 0)
      facts.push(counted(view.conflicts, "1 open question", "{0} open questions"));
    if (view.waits) facts.push(view.waits);
    return [`${view.name}: ${facts.join(", ")}`, phaseDetail(view.phase)]
      .filter(Boolean)
      .join("\n");
  });
  const text = words.join(" · ");
  return {
    text: `$(${phaseIcon(phase).icon}) Contact Sync: ${text}`,
    tooltip: lines.join("\n"),
    spoken: `Contact Sync, ${words.join(", ")}`,
    isWarning: phase.kind === "halted" || phase.kind === "signIn" || phase.kind === "broken",
  };
}
