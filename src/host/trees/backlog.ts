import type { PairConfig } from "../../config/pairFile";
import type { Side } from "../../model/record";
import { SIDES } from "../../model/record";
import type { BacklogStatus, PairStatus } from "../../protocol/engine";
import { counted, duration, say } from "../text";
import type { TreeNode } from "./node";
import type { TreeMoment } from "./phaseText";
import { recordTypeText, sideText } from "./words";

/** What waits for each side, since when, how long it takes, and what the last full hour brought (B-90 to B-92). */
export function backlogNode(
  config: PairConfig,
  status: PairStatus,
  { now, locale }: TreeMoment,
): TreeNode {
  const pair = config.id;
  // Record types that are not synced have nothing to wait for.
  const rows = status.backlog.filter(({ recordType }) => config.recordTypes[recordType]?.enabled);
  const oldest = oldestOf(rows);
  const waits = waitingText(status);
  const words = [waits ?? say("nothing waits"), oldest && sinceText(oldest, now)];
  const label = say("Backlog");
  return {
    id: `pair ${pair} backlog`,
    label,
    description: words.filter(Boolean).join(" · "),
    tooltip: say("What is still to be written; each cycle works on it."),
    icon: "inbox",
    context: "backlog",
    spoken: [label, ...words].filter(Boolean).join(", "),
    subject: { kind: "text", pair },
    children: [
      ...rows.flatMap((row) => SIDES.map((side) => sideNode(pair, row, side))),
      line(pair, "oldest", {
        label: say("Oldest waiting change"),
        description: oldest ? sinceText(oldest, now) : say("none"),
        tooltip: oldest ? new Date(oldest).toLocaleString(locale) : "",
        icon: "clock",
      }),
      line(pair, "drain", {
        label: say("Time until nothing waits"),
        description: drainText(status),
        tooltip: say(
          "Work at the speed of the last cycles; the pauses between cycles come on top.",
        ),
        icon: "watch",
      }),
      line(pair, "lastHour", {
        label: say("Last full hour"),
        description: writtenText(status.lastHour),
        tooltip: rows
          .map(
            ({ recordType, lastHour }) => `${recordTypeText(recordType)}: ${writtenText(lastHour)}`,
          )
          .join("\n"),
        icon: "graph",
      }),
    ],
  };
}

/** "12 changes wait", or null when none does. */
export function waitingText(status: PairStatus, side?: Side): string | null {
  const sides = side ? [side] : SIDES;
  const count = status.backlog
    .flatMap(({ waiting: { creates, updates } }) => sides.map((s) => creates[s] + updates[s]))
    .reduce((sum, waiting) => sum + waiting, 0);
  return count > 0 ? counted(count, "1 change waits", "{0} changes wait") : null;
}

function oldestOf(rows: readonly BacklogStatus[]): string | null {
  const times = rows.flatMap(({ oldest }) => oldest ?? []);
  return times.sort()[0] ?? null;
}

function sinceText(oldest: string, now: number): string {
  return say("for {0}", duration(now - Date.parse(oldest)));
}

function sideNode(
  pair: string,
  { recordType, waiting: { creates, updates } }: BacklogStatus,
  side: Side,
): TreeNode {
  const words = [
    creates[side] > 0 ? say("{0} to create", creates[side]) : null,
    updates[side] > 0 ? say("{0} to change", updates[side]) : null,
  ].filter((word) => word !== null);
  return line(pair, `${recordType} ${side}`, {
    label: `${recordTypeText(recordType)} → ${sideText(side)}`,
    description: words.join(" · ") || say("nothing waits"),
    icon: recordType === "contact" ? "person" : "target",
  });
}

function drainText({ drainMs }: PairStatus): string {
  if (drainMs === null) return say("not known yet");
  return drainMs === 0 ? say("nothing waits") : say("about {0} of work", duration(drainMs));
}

function writtenText(count: number): string {
  return counted(count, "1 record written", "{0} records written");
}

function line(
  pair: string,
  key: string,
  words: Pick<TreeNode, "label" | "description" | "tooltip" | "icon">,
): TreeNode {
  const id = `pair ${pair} backlog ${key}`;
  return { id, context: "backlogLine", subject: { kind: "text", pair }, ...words };
}
