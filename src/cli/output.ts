import type { Activity, CycleSummary } from "../model/activity";
import { HALT_TEXT, REASON_TEXT } from "../model/reasons";
import type { FieldValue, Side } from "../model/record";
import type { PairStatus } from "../protocol/engine";

/** Where a command prints; tests collect the lines. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
  /** Columns of the terminal. */
  width: number;
}

const FLOW = { dynamics: "→ Dynamics", marketo: "→ Marketo" } as const;

/** A value as a person reads it, in one line, cut to 40 characters. */
export function valueText(value: FieldValue | undefined): string {
  if (value === undefined) return "?";
  if (value === null) return "(empty)";
  const text = String(value).replace(/\s+/g, " ");
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** Where a value goes, in a column of its own. */
export function flowText(to: Side): string {
  return FLOW[to].padEnd(11);
}

/** A record by what is known of its ids. */
export function recordText(
  record: Pick<Activity, "recordType" | "dynamicsId" | "personId">,
): string {
  const { recordType, dynamicsId, personId } = record;
  const ids = [
    dynamicsId ? `${recordType} ${dynamicsId}` : recordType,
    personId ? `person ${personId}` : null,
  ];
  return ids.filter(Boolean).join(" · ");
}

/** One activity in words: a line for the record, then one for each field. */
export function activityLines(activity: Activity): string[] {
  const head = `${activity.time.slice(11, 19)}  ${activity.outcome.padEnd(10)} ${recordText(activity)}`;
  const lines = [head, `          ${REASON_TEXT[activity.reason]}`];
  for (const change of activity.changes) {
    const lost = change.lost === undefined ? "" : `   (lost: ${valueText(change.lost)})`;
    lines.push(
      `          ${change.field.padEnd(28)} ${flowText(change.to)} ${valueText(change.before)} ⇒ ${valueText(change.after)}${lost}`,
    );
  }
  if (activity.error) lines.push(`          ${activity.error.code}: ${activity.error.message}`);
  return lines;
}

/** A table with aligned columns; the last column is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === head.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)];
}

/** The state of a pair in words (B-90, B-91). */
export function statusLines(status: PairStatus): string[] {
  const { pair, callsToday, failed, refused, conflicted, backlog, drainMs, writer } = status;
  const rows = backlog.map(({ recordType, links, waiting, questions, oldest, lastHour }) => [
    recordType,
    String(links),
    `${waiting.creates.marketo} / ${waiting.updates.marketo}`,
    `${waiting.creates.dynamics} / ${waiting.updates.dynamics}`,
    String(questions),
    String(lastHour),
    oldest?.slice(0, 19).replace("T", " ") ?? "",
  ]);
  const head = [
    "",
    "linked",
    "→ Marketo",
    "→ Dynamics",
    "questions",
    "last hour",
    "oldest waiting",
  ];
  return [
    `${pair}: calls today: Marketo ${callsToday.marketo}; ${failed} failed, ${refused} refused, ${conflicted} questions`,
    ...table(head, rows).map((line) => `  ${line}`),
    "  (waiting: creates / updates; last hour: records written in the last full clock hour)",
    ...(drainMs ? [`  about ${durationText(drainMs)} of work until nothing waits`] : []),
    ...(writer ? [`  writer: ${writer.owner}`] : []),
  ];
}

function durationText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** The end of a cycle in words. */
export function summaryLines(summary: CycleSummary): string[] {
  const { counts, calls } = summary;
  const lines = [
    `Cycle ${summary.cycle} of ${summary.pair} took ${(summary.ms / 1000).toFixed(1)} s.`,
    ...table(
      ["", "created", "updated", "calls"],
      (["dynamics", "marketo"] as const).map((side) => [
        side,
        String(counts.created[side]),
        String(counts.updated[side]),
        String(calls[side]),
      ]),
    ).map((line) => `  ${line}`),
    `  conflicts ${counts.conflicts}, refused ${counts.refused}, failed ${counts.failed}, skipped ${counts.skipped}`,
  ];
  if (summary.halted) {
    const { reason, planned, limit } = summary.halted;
    lines.push(
      `  HALTED before any write: ${HALT_TEXT[reason]} (planned ${planned}, limit ${limit})`,
      `  Look at it with "preview", then run with --approve.`,
    );
  }
  if (summary.error) lines.push(`  ${summary.error.code}: ${summary.error.message}`);
  return lines;
}
