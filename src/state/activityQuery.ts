import type { Activity } from "../model/activity";
import type { ActivityQuery } from "../sync/statePort";
import { ACTIVITY_COLUMNS, activityFromRow } from "./activityRows";
import { LoggedFields } from "./loggedFields";
import type { SqlDatabase, SqlValue } from "./database";

const DEFAULT_LIMIT = 100;

/** A WHERE clause with its values. */
interface Filter {
  conditions: string[];
  values: SqlValue[];
}

export function findActivities(database: SqlDatabase, query: ActivityQuery): Activity[] {
  const fields = new LoggedFields(database);
  const { conditions, values } = filterOf(fields, query);
  const sql = `SELECT ${ACTIVITY_COLUMNS} FROM activity${where(conditions)} ORDER BY ${orderOf(query)} LIMIT ? OFFSET ?`;
  const page = [query.limit ?? DEFAULT_LIMIT, query.offset ?? 0];
  return database.query(sql, [...values, ...page]).map((row) => activityFromRow(fields, row));
}

export function countActivities(database: SqlDatabase, query: ActivityQuery): number {
  const fields = new LoggedFields(database);
  const { conditions, values } = filterOf(fields, query);
  const rows = database.query(`SELECT count(*) FROM activity${where(conditions)}`, values);
  return Number(rows[0]?.[0] ?? 0);
}

/** Activities in the order in which they were written, from the one after `id` on. */
export function activitiesAfter(database: SqlDatabase, id: number, limit: number): Activity[] {
  const sql = `SELECT ${ACTIVITY_COLUMNS} FROM activity WHERE id > ? ORDER BY id LIMIT ?`;
  const fields = new LoggedFields(database);
  return database.all(sql, id, limit).map((row) => activityFromRow(fields, row));
}

function where(conditions: readonly string[]): string {
  return conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
}

/** The order is total (the id decides ties), so that pages neither repeat nor skip a row. */
function orderOf({ sort }: ActivityQuery): string {
  const way = (sort?.descending ?? true) ? "DESC" : "ASC";
  const columns = {
    time: ["at", "id"],
    cycle: ["cycle", "id"],
    outcome: ["outcome", "at", "id"],
    record: ["dynamics_id", "person", "id"],
  }[sort?.by ?? "time"];
  return columns.map((column) => `${column} ${way}`).join(", ");
}

/** A plus sign keeps SQLite from choosing the column's index where reading in the asked order stops earlier. */
function filterOf(fields: LoggedFields, query: ActivityQuery): Filter {
  const filter: Filter = { conditions: [], values: [] };
  const add = (condition: string, ...values: SqlValue[]): void => {
    filter.conditions.push(condition);
    filter.values.push(...values);
  };
  if (query.id !== undefined) add("id = ?", query.id);
  if (query.upTo !== undefined) add("id <= ?", query.upTo);
  if (query.record !== undefined) addRecord(add, query.record.trim());
  if (query.outcomes !== undefined) {
    const column = query.outcomes.length === 1 ? "outcome" : "+outcome";
    add(`${column} IN (${query.outcomes.map(() => "?").join(", ")})`, ...query.outcomes);
  }
  if (query.side !== undefined) add("(sides & ?) <> 0", query.side === "dynamics" ? 1 : 2);
  if (query.recordType !== undefined) add("type = ?", query.recordType);
  if (query.carriedOut) add("+outcome IN ('applied', 'conflicted') AND error_code IS NULL");
  if (query.cycle !== undefined) add("cycle = ?", query.cycle);
  if (query.from !== undefined) add("at >= ?", Date.parse(query.from));
  if (query.to !== undefined) add("at < ?", Date.parse(query.to));
  if (query.conflictsOnly) add("conflict = 1");
  if (query.field !== undefined) addMarks(add, fields.marksOf(query.field));
  if (query.text) addText(add, query.text, fields.marksLike(query.text));
  return filter;
}

type AddCondition = (condition: string, ...values: SqlValue[]) => void;

function addRecord(add: AddCondition, record: string): void {
  if (/^\d{1,15}$/.test(record)) add("(person = ? OR dynamics_id = ?)", Number(record), record);
  else add("dynamics_id = ?", record.toLowerCase());
}

/** A row of OR that is longer than that would be slower than a look into the table of fields, and has a limit. */
const FEW_MARKS = 50;

/** The condition that one of these fields was written; its values are the marks. */
function hasMark(marks: readonly string[]): string[] {
  if (marks.length <= FEW_MARKS) return marks.map(() => "instr(shape, ?) > 0");
  const list = marks.map(() => "?").join(", ");
  return [`EXISTS (SELECT 1 FROM logged_field WHERE mark IN (${list}) AND instr(shape, mark) > 0)`];
}

function addMarks(add: AddCondition, marks: readonly string[]): void {
  add(marks.length > 0 ? `(${hasMark(marks).join(" OR ")})` : "0", ...marks);
}

const SEARCHED = [
  "contents",
  "error_message",
  "reason",
  "dynamics_id",
  "person",
  "error_code",
  "request_id",
];

/** LIKE ignores case for ASCII only; for other letters the text is also looked for in lower and in upper case. */
function addText(add: AddCondition, text: string, marks: readonly string[]): void {
  const variants = new Set([text]);
  if (!/^[ -~]*$/.test(text)) variants.add(text.toLowerCase()).add(text.toUpperCase());
  const conditions = hasMark(marks);
  const values = [...marks];
  for (const variant of variants) {
    for (const column of SEARCHED) {
      conditions.push(`${column} LIKE ? ESCAPE '\\'`);
      values.push(`%${likePattern(column === "contents" ? inJson(variant) : variant)}%`);
    }
  }
  add(`(${conditions.join(" OR ")})`, ...values);
}

/** The text as it stands inside a JSON string. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, (special) => `\\${special}`);
}
