import type { ReasonCode } from "../model/activity";
import type { RecordType, Side } from "../model/record";
import type { FailedRecord, Intent, PendingEcho } from "../sync/statePort";
import type { Row, SqlDatabase } from "./database";
import { packId } from "./ids";

const INTENT = "id, cycle, side, type, kind, dynamics_id, person, reason, clashes, sent";
const ECHO = "person, position, field, prior, sent, activity, cycle, sent_at";
const FAILED =
  "type, dynamics_id, person, outcome, side, code, message, attempts, first_at, last_at, next_attempt";
const DEFAULT_FAILED = 100_000;

export function openIntents(database: SqlDatabase): Intent[] {
  return database.all(`SELECT ${INTENT} FROM intent ORDER BY id`).map((row) => ({
    id: Number(row[0]),
    cycle: Number(row[1]),
    side: String(row[2]) as Side,
    recordType: String(row[3]) as RecordType,
    kind: String(row[4]) as Intent["kind"],
    dynamicsId: text(row, 5),
    personId: count(row, 6),
    reason: String(row[7]) as ReasonCode,
    clashes: JSON.parse(text(row, 8) ?? "[]") as Intent["clashes"],
    sent: bytes(row, 9),
  }));
}

export function echoesOf(database: SqlDatabase, personIds: readonly number[]): PendingEcho[] {
  return personIds.flatMap((id) =>
    database
      .all(`SELECT ${ECHO} FROM echo WHERE person = ? ORDER BY position, activity`, id)
      .map(echoFromRow),
  );
}

export function overdueEchoes(database: SqlDatabase, sentBefore: number): PendingEcho[] {
  const order = "ORDER BY sent_at, person, position, activity";
  return database
    .all(`SELECT ${ECHO} FROM echo WHERE sent_at < ? ${order}`, sentBefore)
    .map(echoFromRow);
}

export function seenAmong(database: SqlDatabase, guids: readonly string[]): Set<string> {
  return new Set(
    guids.filter((guid) => database.get("SELECT 1 FROM seen WHERE guid = ?", packId(guid))),
  );
}

/** Due records (those whose next attempt is at or before `dueBefore`) come in the order they are due, others newest first. */
export function failedRecords(
  database: SqlDatabase,
  filter: { dueBefore?: number; record?: string; limit?: number },
): FailedRecord[] {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  if (filter.dueBefore !== undefined) {
    // What was noted later than now was noted by a clock that went wrong, and says nothing about when it is due.
    conditions.push("next_attempt IS NOT NULL AND (next_attempt <= ? OR last_at > ?)");
    values.push(filter.dueBefore, filter.dueBefore);
  }
  if (filter.record !== undefined) {
    conditions.push("(dynamics_id = ? OR person = ?)");
    values.push(filter.record.trim().toLowerCase(), personNumber(filter.record));
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const order = filter.dueBefore === undefined ? "last_at DESC, rowid DESC" : "next_attempt, rowid";
  return database
    .query(`SELECT ${FAILED} FROM failed ${where} ORDER BY ${order} LIMIT ?`, [
      ...values,
      filter.limit ?? DEFAULT_FAILED,
    ])
    .map(failedFromRow);
}

export function failedAmong(
  database: SqlDatabase,
  recordType: RecordType,
  ids: readonly string[],
): Map<string, FailedRecord> {
  const sql = `SELECT ${FAILED} FROM failed WHERE type = ? AND dynamics_id IN (SELECT value FROM json_each(?))`;
  const rows = database.all(sql, recordType, JSON.stringify(ids)).map(failedFromRow);
  const found = new Map(rows.map((record) => [record.dynamicsId, record]));
  return inOrder(ids, found);
}

/** A person that failed as several records is told as the last of them. */
export function failedAmongPersons(
  database: SqlDatabase,
  ids: readonly number[],
): Map<number, FailedRecord> {
  const sql = `SELECT ${FAILED} FROM failed WHERE person IN (SELECT value FROM json_each(?)) ORDER BY last_at, rowid`;
  const rows = database.all(sql, JSON.stringify(ids)).map(failedFromRow);
  const found = new Map(rows.map((record) => [record.personId, record]));
  return inOrder(ids, found);
}

function inOrder<Id extends string | number>(
  ids: readonly Id[],
  found: ReadonlyMap<string | number | null, FailedRecord>,
): Map<Id, FailedRecord> {
  const ordered = new Map<Id, FailedRecord>();
  for (const id of ids) {
    const record = found.get(id);
    if (record) ordered.set(id, record);
  }
  return ordered;
}

function personNumber(record: string): number {
  return /^\s*\d{1,15}\s*$/.test(record) ? Number(record) : -1;
}

function text(row: Row, at: number): string | null {
  return typeof row[at] === "string" ? row[at] : null;
}

function count(row: Row, at: number): number | null {
  return typeof row[at] === "number" ? row[at] : null;
}

function bytes(row: Row, at: number): Uint8Array {
  const value = row[at];
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

function echoFromRow(row: Row): PendingEcho {
  return {
    personId: Number(row[0]),
    position: Number(row[1]),
    field: String(row[2]),
    priorHash: bytes(row, 3),
    sentHash: bytes(row, 4),
    activityId: Number(row[5]),
    cycle: Number(row[6]),
    sentAt: Number(row[7]),
  };
}

function failedFromRow(row: Row): FailedRecord {
  return {
    recordType: String(row[0]) as RecordType,
    dynamicsId: text(row, 1),
    personId: count(row, 2),
    outcome: String(row[3]) as FailedRecord["outcome"],
    side: String(row[4]) as Side,
    code: String(row[5]),
    message: String(row[6]),
    attempts: Number(row[7]),
    firstAt: Number(row[8]),
    lastAt: Number(row[9]),
    nextAttempt: count(row, 10),
  };
}
