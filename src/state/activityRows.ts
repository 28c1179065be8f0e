import type { Activity, ActivityChange, NewActivity } from "../model/activity";
import type { FieldValue, Side } from "../model/record";
import type { Row, SqlDatabase } from "./database";
import { LoggedFields } from "./loggedFields";

/** The columns of a row in the order that `activityFromRow` reads them. */
export const ACTIVITY_COLUMNS =
  "id, at, cycle, pair, type, dynamics_id, person, outcome, reason, shape, contents, error_code, error_message, " +
  "changed_dynamics, changed_marketo, request_id";

/**
 * The changes of an activity as they are kept: `contents` has the values as a JSON list, `shape` two characters for each
 * change: which values are known, and the mark of the field. A search for a value meets values only.
 */
interface PackedChanges {
  shape: string;
  contents: string;
  /** Bit 1: something travels to Dynamics; bit 2: to Marketo. */
  sides: number;
  clash: boolean;
}

/** The value before stands in `contents`; most often there was none, which takes no place there. */
const HAS_BEFORE = 1;
const HAS_LOST = 2;
const WAS_EMPTY = 4;

/** `markOf` gives the mark of a field, known or new. */
export function packChanges(
  changes: readonly ActivityChange[],
  markOf: (side: Side, field: string) => string,
): PackedChanges {
  const contents: FieldValue[] = [];
  let shape = "";
  let sides = 0;
  let clash = false;
  for (const { field, to, before, after, lost } of changes) {
    const known = before === undefined ? 0 : before === null ? WAS_EMPTY : HAS_BEFORE;
    shape += `${known + (lost === undefined ? 0 : HAS_LOST)}${markOf(to, field)}`;
    contents.push(after);
    if (known === HAS_BEFORE && before !== undefined) contents.push(before);
    if (lost !== undefined) contents.push(lost);
    sides |= to === "dynamics" ? 1 : 2;
    clash ||= lost !== undefined;
  }
  return { shape, contents: JSON.stringify(contents), sides, clash };
}

export function unpackChanges(
  fields: LoggedFields,
  shape: string,
  contents: string,
): ActivityChange[] {
  const values = JSON.parse(contents) as FieldValue[];
  let at = 0;
  const next = (): FieldValue => values[at++] ?? null;
  const changes: ActivityChange[] = [];
  for (let place = 0; place < shape.length; place += 2) {
    const known = Number(shape[place]);
    const { side, field } = fields.ofMark(shape.charAt(place + 1));
    const after = next();
    const before = known & HAS_BEFORE ? next() : known & WAS_EMPTY ? null : undefined;
    const change: ActivityChange = { field, to: side, before, after };
    if (known & HAS_LOST) change.lost = next();
    changes.push(change);
  }
  return changes;
}

export function activityFromRow(fields: LoggedFields, row: Row): Activity {
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
    changes: unpackChanges(fields, String(row[9]), String(row[10])),
    error: code === null ? null : { code, message: text(12) ?? "" },
    changedAt: { dynamics: text(13), marketo: text(14) },
    requestId: text(15),
  };
}

/** The values of the journal's `addActivity`. */
export function activityValues(id: number, activity: NewActivity, packed: PackedChanges): Row {
  const { error, changedAt, outcome } = activity;
  const conflict = outcome === "conflicted" || packed.clash ? 1 : 0;
  return [
    ...[id, Date.parse(activity.time), activity.cycle, activity.pair, activity.recordType],
    ...[activity.dynamicsId, activity.personId, outcome, activity.reason],
    ...[packed.shape, packed.contents, error?.code ?? null, error?.message ?? null],
    ...[changedAt.dynamics, changedAt.marketo, activity.requestId, packed.sides, conflict],
  ];
}

/** Applies the journal's `addActivity`. */
export function addActivity(database: SqlDatabase, values: Row): void {
  database.run(
    `INSERT INTO activity (${ACTIVITY_COLUMNS}, sides, conflict)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...values,
  );
}

/** Applies the journal's `amendActivity`; an activity that was trimmed meanwhile stays away. */
export function amendActivity(database: SqlDatabase, id: number, json: string): void {
  const row = database.get("SELECT shape, contents, outcome FROM activity WHERE id = ?", id);
  if (!row) return;
  const fields = new LoggedFields(database);
  const changes = unpackChanges(fields, String(row[0]), String(row[1]));
  for (const amended of JSON.parse(json) as ActivityChange[]) {
    const at = changes.findIndex(({ field, to }) => field === amended.field && to === amended.to);
    if (at >= 0) changes[at] = { ...changes[at], ...amended };
    else changes.push(amended);
  }
  const { shape, contents, sides, clash } = packChanges(changes, (side, field) =>
    fields.markOf(side, field),
  );
  database.run(
    "UPDATE activity SET shape = ?, contents = ?, sides = ?, conflict = ? WHERE id = ?",
    ...[shape, contents, sides, row[2] === "conflicted" || clash ? 1 : 0, id],
  );
}

/** Applies the journal's `trimActivities`: forgets the oldest activities up to an id. */
export function trimActivities(database: SqlDatabase, upTo: number): void {
  database.run("DELETE FROM activity WHERE id <= ?", upTo);
}
