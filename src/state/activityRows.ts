import { createHash } from "node:crypto";
import type { Activity, ActivityChange, NewActivity } from "../model/activity";
import type { FieldValue } from "../model/record";
import type { Row, SqlDatabase } from "./database";

/** The columns of a row in the order that `activityFromRow` reads them. */
export const ACTIVITY_COLUMNS =
  "id, at, cycle, pair, type, dynamics_id, person, outcome, reason, " +
  "(SELECT shape.changes FROM shape WHERE shape.id = activity.shape), contents, error_code, error_message, " +
  "changed_dynamics, changed_marketo, request_id";

/**
 * The changes of an activity as they are kept: `contents` has the values as a JSON list. Which fields they belong to is
 * the same for thousands of activities and kept once, as a shape: a JSON list of the target side's letter, which values
 * are known, and the field's name.
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
const FIELD_AT = 2;

export function packChanges(changes: readonly ActivityChange[]): PackedChanges {
  const contents: FieldValue[] = [];
  const shape: string[] = [];
  let sides = 0;
  let clash = false;
  for (const { field, to, before, after, lost } of changes) {
    const known = (before === undefined ? 0 : KNOWS_BEFORE) + (lost === undefined ? 0 : HAS_LOST);
    shape.push(`${to === "dynamics" ? "d" : "m"}${known}${field}`);
    contents.push(after);
    if (before !== undefined) contents.push(before);
    if (lost !== undefined) contents.push(lost);
    sides |= to === "dynamics" ? 1 : 2;
    clash ||= lost !== undefined;
  }
  return { shape: JSON.stringify(shape), contents: JSON.stringify(contents), sides, clash };
}

export function unpackChanges(shape: string, contents: string): ActivityChange[] {
  const values = JSON.parse(contents) as FieldValue[];
  let at = 0;
  const next = (): FieldValue => values[at++] ?? null;
  return (JSON.parse(shape) as string[]).map((entry) => {
    const known = Number(entry[1]);
    const after = next();
    const before = known & KNOWS_BEFORE ? next() : undefined;
    const to = entry.startsWith("d") ? "dynamics" : "marketo";
    const change: ActivityChange = { field: entry.slice(FIELD_AT), to, before, after };
    if (known & HAS_LOST) change.lost = next();
    return change;
  });
}

export function activityFromRow(row: Row): Activity {
  const text = (at: number): string | null => (row[at] === null ? null : String(row[at]));
  const code = text(11);
  return {
    id: Number(row[0]),
    time: new Date(Number(row[1])).toISOString(),
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

/** The values of the journal's `addActivity`; `shape` is the number of the changes' shape. */
export function activityValues(
  { id, shape }: { id: number; shape: number },
  activity: NewActivity,
  packed: PackedChanges,
): Row {
  const { error, changedAt, outcome } = activity;
  const conflict = outcome === "conflicted" || packed.clash ? 1 : 0;
  return [
    ...[id, Date.parse(activity.time), activity.cycle, activity.pair, activity.recordType],
    ...[activity.dynamicsId, activity.personId, outcome, activity.reason],
    ...[shape, packed.contents, error?.code ?? null, error?.message ?? null],
    ...[changedAt.dynamics, changedAt.marketo, activity.requestId, packed.sides, conflict],
  ];
}

/** A shape's number follows from its text, so that it can be named before it is in the table: 48 bits of a digest. */
export function shapeId(shape: string): number {
  return createHash("sha256").update(shape).digest().readUIntBE(0, 6);
}

/** Applies the journal's `addShape`. */
export function addShape(database: SqlDatabase, shape: string): void {
  const id = shapeId(shape);
  const known = database.get("SELECT changes FROM shape WHERE id = ?", id);
  if (known) return;
  database.run("INSERT INTO shape (id, changes) VALUES (?, ?)", id, shape);
  for (const entry of JSON.parse(shape) as string[])
    database.run(
      "INSERT OR IGNORE INTO shape_field (field, shape) VALUES (?, ?)",
      entry.slice(FIELD_AT),
      id,
    );
}

/** Applies the journal's `addActivity`. */
export function addActivity(database: SqlDatabase, values: Row): void {
  database.run(
    `INSERT INTO activity (id, at, cycle, pair, type, dynamics_id, person, outcome, reason, shape, contents,
       error_code, error_message, changed_dynamics, changed_marketo, request_id, sides, conflict)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...values,
  );
}

/** Applies the journal's `amendActivity`; an activity that was trimmed meanwhile stays away. */
export function amendActivity(database: SqlDatabase, id: number, json: string): void {
  const row = database.get(
    `SELECT shape.changes, contents, outcome FROM activity JOIN shape ON shape.id = activity.shape
     WHERE activity.id = ?`,
    id,
  );
  if (!row) return;
  const changes = unpackChanges(String(row[0]), String(row[1]));
  for (const amended of JSON.parse(json) as ActivityChange[]) {
    const at = changes.findIndex(({ field, to }) => field === amended.field && to === amended.to);
    if (at >= 0) changes[at] = { ...changes[at], ...amended };
    else changes.push(amended);
  }
  const { shape, contents, sides, clash } = packChanges(changes);
  addShape(database, shape);
  database.run(
    "UPDATE activity SET shape = ?, contents = ?, sides = ?, conflict = ? WHERE id = ?",
    ...[shapeId(shape), contents, sides, row[2] === "conflicted" || clash ? 1 : 0, id],
  );
}

/** Applies the journal's `trimActivities`: forgets the oldest activities up to an id, and shapes that nothing has. */
export function trimActivities(database: SqlDatabase, upTo: number): void {
  database.run("DELETE FROM activity WHERE id <= ?", upTo);
  const shapes = Number(database.get("SELECT count(*) FROM shape")?.[0]);
  if (shapes <= MANY_SHAPES) return;
  const unused = "SELECT id FROM shape WHERE id NOT IN (SELECT shape FROM activity)";
  database.run(`DELETE FROM shape_field WHERE shape IN (${unused})`);
  database.run(`DELETE FROM shape WHERE id IN (${unused})`);
}

/** Fewer shapes than that cost nothing worth mentioning. */
const MANY_SHAPES = 10_000;
