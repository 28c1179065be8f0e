import type { CycleSummary } from "../../model/activity";
import { HALT_TEXT } from "../../model/reasons";
import type { Phase } from "../pairs/phase";
import { problemText } from "../problem";
import { counted, duration, say } from "../text";
import type { TreeNode } from "./node";
import { progressText } from "./phaseText";

export interface CyclesView {
  pair: string;
  name: string;
  phase: Phase;
  cycles: readonly CycleSummary[];
}

/** Running cycles first, then the past ones of all pairs, newest first. */
export function cycleNodes(
  views: readonly CyclesView[],
  { now, locale }: { now: number; locale: string },
): TreeNode[] {
  const isOne = views.length === 1;
  const running = views.flatMap((view) => {
    if (view.phase.kind !== "running") return [];
    const { run } = view.phase;
    const words = [progressText(run), duration(now - run.startedAt)];
    return [
      {
        id: `cycle ${view.pair} ${run.cycle}`,
        label: title(view, run.cycle, isOne),
        description: words.join(" · "),
        icon: "sync~spin",
        context: "cycle running",
        subject: { kind: "cycle", pair: view.pair, cycle: run.cycle },
      } satisfies TreeNode,
    ];
  });
  const past = views
    .flatMap((view) => view.cycles.map((summary) => ({ view, summary })))
    .sort((a, b) => b.summary.endedAt.localeCompare(a.summary.endedAt));
  return [
    ...running,
    ...past.map(({ view, summary }) => pastNode(view, summary, { isOne, locale })),
  ];
}

function title(view: CyclesView, cycle: number, isOne: boolean): string {
  return isOne ? say("Cycle {0}", cycle) : say("{0}, cycle {1}", view.name, cycle);
}

function pastNode(
  view: CyclesView,
  summary: CycleSummary,
  { isOne, locale }: { isOne: boolean; locale: string },
): TreeNode {
  const { cycle, halted, error } = summary;
  const label = title(view, cycle, isOne);
  const time = new Date(summary.endedAt).toLocaleTimeString(locale);
  const words = countWords(summary);
  const outcome = halted
    ? say("halted")
    : error
      ? error.class === "canceled"
        ? say("canceled")
        : say("failed: {0}", error.code)
      : words.join(", ") || say("nothing to do");
  return {
    id: `cycle ${view.pair} ${cycle}`,
    label,
    description: [outcome, duration(summary.ms), time].join(" · "),
    tooltip: cycleDetail(summary, locale),
    ...pastIcon(summary),
    context: `cycle past${halted ? " halted" : ""}`,
    spoken: [label, outcome, duration(summary.ms), time].join(", "),
    command: { id: "contactSync.openLog", title: say("Show in Log") },
    subject: { kind: "cycle", pair: view.pair, cycle },
  };
}

function pastIcon({ halted, error, counts }: CycleSummary): { icon: string; color?: string } {
  if (halted) return { icon: "stop-circle", color: "list.warningForeground" };
  if (error?.class === "canceled") return { icon: "circle-slash" };
  if (error) return { icon: "error", color: "list.errorForeground" };
  if (counts.failed + counts.refused > 0) {
    return { icon: "warning", color: "list.warningForeground" };
  }
  return { icon: "pass" };
}

/** What a cycle did, in words; empty when it had nothing to do. */
export function countWords({ counts }: Pick<CycleSummary, "counts">): string[] {
  const { created, updated, conflicts, refused, failed } = counts;
  const words: readonly (readonly [number, string])[] = [
    [created.dynamics, say("{0} created in Dynamics", created.dynamics)],
    [created.marketo, say("{0} created in Marketo", created.marketo)],
    [updated.dynamics, say("{0} changed in Dynamics", updated.dynamics)],
    [updated.marketo, say("{0} changed in Marketo", updated.marketo)],
    [conflicts, counted(conflicts, "1 conflict", "{0} conflicts")],
    [refused, say("{0} refused", refused)],
    [failed, say("{0} failed", failed)],
  ];
  return words.filter(([count]) => count > 0).map(([, text]) => text);
}

function cycleDetail(summary: CycleSummary, locale: string): string {
  const { halted, error, calls } = summary;
  return [
    say("Started {0}", new Date(summary.startedAt).toLocaleString(locale)),
    say("Ended {0}", new Date(summary.endedAt).toLocaleString(locale)),
    ...countWords(summary),
    say("Calls: {0} to Dynamics, {1} to Marketo", calls.dynamics, calls.marketo),
    halted && say(HALT_TEXT[halted.reason]),
    error && problemText(error),
  ]
    .filter(Boolean)
    .join("\n");
}
