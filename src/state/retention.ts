import type { SqlDatabase } from "./database";
import type { Operation } from "./operations";

/** How long activities are kept: so many days, and never more rows than so many. */
export interface Retention {
  days: number;
  rows: number;
}

export const DEFAULT_RETENTION: Retention = { days: 90, rows: 100_000 };

/** Rows forgotten in one commit: enough to keep up, too few to be felt. */
const PORTION = 500;
const DAY_MS = 86_400_000;

/**
 * Decides what a commit that adds `added` activities also forgets. The result is an operation with a fixed id, written
 * to the journal, so that a replay forgets the same rows whatever the clock says then. Activities are numbered without
 * gaps and leave from the front only, so the ids also count them.
 */
export function trimOperation(
  database: SqlDatabase,
  retention: Retention,
  { now, added }: { now: number; added: number },
): Operation | null {
  const bounds = database.get("SELECT min(id), max(id) FROM activity");
  if (typeof bounds?.[0] !== "number" || typeof bounds[1] !== "number") return null;
  const [oldest, newest] = [bounds[0], bounds[1]];
  const portion = Math.max(PORTION, 2 * added);
  const tooMany = newest + added - retention.rows;
  const tooOld = lastIdBefore(database, now - retention.days * DAY_MS, portion);
  const upTo = Math.min(oldest + portion - 1, newest, Math.max(tooMany, tooOld));
  return upTo < oldest ? null : { kind: "trimActivities", values: [upTo] };
}

/** The last of the oldest rows in a row that are all older than `cutoff`; 0 when the oldest is not. */
function lastIdBefore(database: SqlDatabase, cutoff: number, portion: number): number {
  const oldest = database.get("SELECT at FROM activity ORDER BY id LIMIT 1");
  if (Number(oldest?.[0]) >= cutoff) return 0;
  const rows = database.all("SELECT id, at FROM activity ORDER BY id LIMIT ?", portion);
  const firstKept = rows.findIndex(([, at]) => Number(at) >= cutoff);
  return Number(rows.at(firstKept < 0 ? -1 : firstKept - 1)?.[0] ?? 0);
}
