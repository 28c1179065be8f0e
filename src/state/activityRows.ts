import type { Activity, ActivityChange, NewActivity } from "../model/activity";
import type { FieldValue } from "../model/record";
import type { Row, SqlDatabase } from "./database";

/** The columns of a row in the order that `activityFromRow` reads them. */
export const ACTIVITY_COLUMNS =
  "id, time, cycle, pair, type, dynamics_id, person, outcome, reason, shape, contents, error_code, error_message, " +
  "changed_dynamics, changed_marketo, request_id";

/**
 * Changes are split in two texts so that a search for a value meets values and field names only: `shape` has two
 * characters for each change (the target side, and which values are known), `contents` the values as a JSON list.
 */
interface PackedChanges {
  shape: string;
  contents: string;
  /** Bit 1: something travels to Dynamics; bit 2: to Marketo. */
  sides: number;
  clash: boolean;
}

const KNOWS_BEFORE = 1;
const HAS_LOST = 2;

export function packChanges(changes: readonly ActivityChange[]): PackedChanges {
  const contents: FieldValue[] = [];
  let shape = "";
  let sides = 0;
  let clash = false;
  for (const { field, to, before, after, lost } of changes) {
    const known = (before === undefined ? 0 : KNOWS_BEFORE) + (lost === undefined ? 0 : HAS_LOST);
    shape += `${to === "dynamics" ? "d" : "m"}${known}`;
    contents.push(field, after);
    if (before !== undefined) contents.push(before);
    if (lost !== undefined) contents.push(lost);
    sides |= to === "dynamics" ? 1 : 2;
    clash ||= lost !== undefined;
  }
  return { shape, contents: JSON.stringify(contents), sides, clash };
}

export function unpackChanges(shape: string, contents: string): ActivityChange[] {
  const values = JSON.parse(contents) as FieldValue[];
  let at = 0;
  const next = (): FieldValue => values[at++] ?? null;
  const changes: ActivityChange[] = [];
  for (let place = 0; place < shape.length; place += 2) {
    const known = Number(shape[place + 1]);
    const field = String(next());
    const after = next();
    const before = known & KNOWS_BEFORE ? next() : undefined;
    const change: ActivityChange = {
      field,
      to: shape[place] === "d" ? "dynamics" : "marketo",
      before,
      after,
    };
    if (known & HAS_LOST) change.lost = next();
    changes.push(change);
  }
  return changes;
}

export function activityFromRow(row: Row): Activity {
  const text = (at: number): string | null => (row[at] === null ? null : String(row[at]));
  const code = text(11);
  return {
    id: Number(row[0]),
    time: String(row[1]),
    cycle: Number(row[2]),
    pair: String(row[3]),
    recordType: String(row[4]) as Activity["recordType"],
    dynamicsId: text(5),
    personId: row[6] === null ? null : Number(row[6]),
    outcome: String(row[7]) as Activity["outcome"],
    reason: String(row[8]) as Activity["reason"],
    changes: unpackChanges(String(row[9]), String(row[10])),
    error: code === null ? null : { code, message: text(12) ?? "" },
    changedAt: { dynamics: text(13), marketo: text(14) },
    requestId: text(15),
  };
}

/** Applies the journal's `addActivity`. */
export function addActivity(database: SqlDatabase, id: number, json: string): void {
  const activity = JSON.parse(json) as NewActivity;
  const { shape, contents, sides, clash } = packChanges(activity.changes);
  database.run(
    `INSERT INTO activity (${ACTIVITY_COLUMNS}, at, sides, conflict)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[id, activity.time, activity.cycle, activity.pair, activity.recordType],
    ...[activity.dynamicsId, activity.personId, activity.outcome, activity.reason],
    ...[shape, contents, activity.error?.code ?? null, activity.error?.message ?? null],
    ...[activity.changedAt.dynamics, activity.changedAt.marketo, activity.requestId],
    ...[Date.parse(activity.time), sides, activity.outcome === "conflicted" || clash ? 1 : 0],
  );
  for (const { field } of activity.changes) addFieldRow(database, field, id);
}

/** Applies the journal's `amendActivity`; an activity that was trimmed meanwhile stays away. */
export function amendActivity(database: SqlDatabase, id: number, json: string): void {
  const row = database.get("SELECT shape, contents, outcome FROM activity WHERE id = ?", id);
  if (!row) return;
  const changes = unpackChanges(String(row[0]), String(row[1]));
  for (const amended of JSON.parse(json) as ActivityChange[]) {
    const at = changes.findIndex(({ field, to }) => field === amended.field && to === amended.to);
    if (at >= 0) changes[at] = { ...changes[at], ...amended };
    else changes.push(amended);
    addFieldRow(database, amended.field, id);
  }
  const { shape, contents, sides, clash } = packChanges(changes);
  database.run(
    "UPDATE activity SET shape = ?, contents = ?, sides = ?, conflict = ? WHERE id = ?",
    ...[shape, contents, sides, row[2] === "conflicted" || clash ? 1 : 0, id],
  );
}

/** Applies the journal's `trimActivities`: forgets the oldest activities up to an id. */
export function trimActivities(database: SqlDatabase, upTo: number): void {
  const rows = database.all("SELECT id, shape, contents FROM activity WHERE id <= ?", upTo);
  for (const [id = null, shape, contents] of rows) {
    for (const { field } of unpackChanges(String(shape), String(contents)))
      database.run("DELETE FROM activity_field WHERE field = ? AND activity = ?", field, id);
  }
  database.run("DELETE FROM activity WHERE id <= ?", upTo);
}

function addFieldRow(database: SqlDatabase, field: string, activity: number): void {
  database.run(
    "INSERT OR IGNORE INTO activity_field (field, activity) VALUES (?, ?)",
    field,
    activity,
  );
}
