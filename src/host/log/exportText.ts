import type { Activity } from "../../model/activity";
import type { FieldValue } from "../../model/record";
import type { ExportFormat } from "../../protocol/log";

export const CSV_COLUMNS = [
  "id",
  "time",
  "cycle",
  "pair",
  "record type",
  "dynamics id",
  "person id",
  "outcome",
  "reason",
  "field",
  "to",
  "before",
  "after",
  "lost",
  "changed in dynamics",
  "changed in marketo",
  "request id",
  "error code",
  "error message",
] as const;

/** One line of CSV for each changed field; an activity without one has a line of its own. */
export function csvLines(activity: Activity): string[] {
  const changes = activity.changes.length > 0 ? activity.changes : [null];
  return changes.map((change) =>
    [
      activity.id,
      activity.time,
      activity.cycle,
      activity.pair,
      activity.recordType,
      activity.dynamicsId,
      activity.personId,
      activity.outcome,
      activity.reason,
      change?.field,
      change?.to,
      change?.before,
      change?.after,
      change?.lost,
      activity.changedAt.dynamics,
      activity.changedAt.marketo,
      activity.requestId,
      activity.error?.code,
      activity.error?.message,
    ]
      .map(csvCell)
      .join(","),
  );
}

export function csvHeader(): string {
  return CSV_COLUMNS.map(csvCell).join(",");
}

/**
 * A text that a spreadsheet would read as a formula gets an apostrophe in front: a person's name must not be able to run
 * something on the reader's machine. Numbers and yes/no are left as they are.
 */
export function csvCell(value: FieldValue | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^\s*[=+\-@\t\r\n|%]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The rows of one page as text; lines end as the format wants. */
export function exportChunk(format: ExportFormat, activities: readonly Activity[]): string {
  if (format === "ndjson") {
    return activities.map((activity) => `${JSON.stringify(activity)}\n`).join("");
  }
  return activities
    .flatMap(csvLines)
    .map((line) => `${line}\r\n`)
    .join("");
}

/** What stands before the first row; spreadsheets tell UTF-8 by its mark. */
export function exportHead(format: ExportFormat): string {
  return format === "csv" ? `\uFEFF${csvHeader()}\r\n` : "";
}
