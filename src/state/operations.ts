import type { Side } from "../model/record";
import { addActivity, amendActivity, trimActivities } from "./activityRows";
import type { Row, SqlDatabase, SqlValue } from "./database";
import { packId } from "./ids";
import { addLoggedField } from "./loggedFields";

/** The opcodes of the journal: an operation's number is its place here, so entries are only ever added at the end. */
export const OPERATION_KINDS = [
  "putLink",
  "removeLink",
  "setCheckpoint",
  "addActivity",
  "amendActivity",
  "trimActivities",
  "addIntent",
  "finishIntents",
  "putEcho",
  "removeEchoes",
  "addSeen",
  "trimSeen",
  "putFailed",
  "removeFailed",
  "addCalls",
  "putCycle",
  "addField",
  "retireField",
  "addLoggedField",
  "confirmEchoes",
] as const;

export type OperationKind = (typeof OPERATION_KINDS)[number];

/** One step of a commit as it stands in the journal. Applying the same steps to the same state gives the same state. */
export interface Operation {
  kind: OperationKind;
  values: Row;
}

/** Summaries of more cycles than anybody reads are dropped; at one each six minutes these are three weeks. */
const KEPT_CYCLES = 5000;

const APPLY: Record<OperationKind, (database: SqlDatabase, values: Row) => void> = {
  putLink: (database, values) =>
    database.run(
      `INSERT INTO link (type, id, person, version, state, base) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (type, id) DO UPDATE SET
         person = excluded.person, version = excluded.version, state = excluded.state, base = excluded.base`,
      ...values,
    ),
  removeLink: (database, values) =>
    database.run("DELETE FROM link WHERE type = ? AND id = ?", ...values),
  setCheckpoint: (database, [key = null, value = null]) => {
    if (value === null) database.run("DELETE FROM checkpoint WHERE key = ?", key);
    else database.run("INSERT OR REPLACE INTO checkpoint (key, value) VALUES (?, ?)", key, value);
  },
  addActivity,
  addLoggedField: (database, [mark, side, field]) =>
    addLoggedField(database, {
      mark: String(mark),
      side: String(side) as Side,
      field: String(field),
    }),
  amendActivity: (database, [id, json]) => amendActivity(database, Number(id), String(json)),
  trimActivities: (database, [upTo]) => trimActivities(database, Number(upTo)),
  // Older journals have intents without clashes, or without the values sent.
  addIntent: (database, values) =>
    database.run(
      `INSERT INTO intent (id, cycle, side, type, kind, dynamics_id, person, reason, clashes, sent)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...values.slice(0, 8),
      values[8] ?? null,
      values[9] ?? null,
    ),
  finishIntents: (database, ids) => {
    for (const id of ids) database.run("DELETE FROM intent WHERE id = ?", id);
  },
  putEcho: (database, values) =>
    database.run(
      `INSERT OR REPLACE INTO echo (person, position, field, prior, sent, activity, cycle, sent_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...values,
    ),
  removeEchoes: (database, [person = null, ...positions]) => {
    for (const position of positions)
      database.run("DELETE FROM echo WHERE person = ? AND position = ?", person, position);
  },
  addSeen: (database, values) => {
    for (let at = 0; at + 1 < values.length; at += 2)
      database.run(
        `INSERT INTO seen (guid, at) VALUES (?, ?)
         ON CONFLICT (guid) DO UPDATE SET at = max(at, excluded.at)`,
        packId(String(values[at])),
        values[at + 1] ?? null,
      );
  },
  trimSeen: (database, values) => database.run("DELETE FROM seen WHERE at < ?", ...values),
  putFailed: (database, values) => {
    removeFailed(database, values.slice(0, 3));
    database.run(
      `INSERT INTO failed (type, dynamics_id, person, outcome, side, code, message, attempts, first_at, last_at,
         next_attempt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...values,
    );
  },
  removeFailed,
  addCalls: (database, values) =>
    database.run(
      `INSERT INTO calls (side, day, calls) VALUES (?, ?, ?)
       ON CONFLICT (side, day) DO UPDATE SET calls = calls + excluded.calls`,
      ...values,
    ),
  putCycle: (database, [cycle, summary = null]) => {
    database.run(
      "INSERT OR REPLACE INTO cycle (number, summary) VALUES (?, ?)",
      number(cycle),
      summary,
    );
    database.run("DELETE FROM cycle WHERE number <= ?", number(cycle) - KEPT_CYCLES);
  },
  addField: (database, values) =>
    database.run("INSERT INTO field (type, position, key) VALUES (?, ?, ?)", ...values),
  retireField: (database, values) =>
    database.run("UPDATE field SET retired = 1 WHERE type = ? AND position = ?", ...values),
  confirmEchoes: (database, values) => {
    for (let at = 0; at + 2 < values.length; at += 3)
      database.run(
        "DELETE FROM echo WHERE person = ? AND position = ? AND activity = ?",
        ...values.slice(at, at + 3),
      );
  },
};

/** Applies a commit to the database in memory, as one step. */
export function applyOperations(database: SqlDatabase, operations: readonly Operation[]): void {
  for (const { kind, values } of operations) APPLY[kind](database, values);
}

/** A record is known by either id: one that failed before it was linked is the same one afterwards. */
function removeFailed(database: SqlDatabase, [type = null, dynamicsId, person]: Row): void {
  if (typeof dynamicsId === "string")
    database.run("DELETE FROM failed WHERE type = ? AND dynamics_id = ?", type, dynamicsId);
  if (typeof person === "number")
    database.run("DELETE FROM failed WHERE type = ? AND person = ?", type, person);
}

function number(value: SqlValue | undefined): number {
  return Number(value ?? 0);
}
