import { isLookup, type Column, type Value } from "./model/column";
import type { Table } from "./model/model";
import type { Organization } from "./organization";
import type { Row } from "./storage/row";
import { parseDateTime } from "./values";
import { releaseReferences } from "./write/references";
import { stampCreation, stampModification } from "./write/stamp";
import type { Cells } from "./write/payload";

/** Values by logical or JSON name (`ownerid` or `_ownerid_value`), dates in ISO form. */
export type Values = Readonly<Record<string, unknown>>;

/** Reads values that come from the sandbox itself; they are trusted and not validated. */
export function toCells(table: Table, values: Values): Cells {
  const cells: Cells = new Map();
  for (const name in values) {
    const value = values[name];
    if (value === undefined) continue;
    const column = table.columns.get(name) ?? table.byWireName(name);
    if (!column) throw new Error(`Table ${table.name} has no column ${name}.`);
    cells.set(column, toValue(column, value));
  }
  return cells;
}

function toValue(column: Column, value: unknown): Value {
  if (value === null || value === "") return null;
  if (column.type === "DateTime" && column.behavior !== "DateOnly" && typeof value === "string") {
    const seconds = parseDateTime(value);
    if (seconds === undefined)
      throw new Error(`${column.name}: '${value}' is not a date and time.`);
    return seconds;
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  throw new Error(`${column.name}: a text, a number or a Boolean is expected.`);
}

const POOL_LIMIT = 20_000;

/**
 * Keeps one copy of equal texts of a column. A column with too many different texts (names of streets, e-mails) is
 * given up, a lookup never: its ids repeat.
 */
class TextPool {
  readonly #byColumn = new Map<Column, Map<string, string> | "given up">();

  take(column: Column, text: string): string {
    let texts = this.#byColumn.get(column);
    if (texts === "given up") return flatten(text);
    if (!texts) {
      texts = new Map();
      this.#byColumn.set(column, texts);
    }
    const known = texts.get(text);
    if (known !== undefined) return known;
    if (texts.size < POOL_LIMIT || isLookup(column)) texts.set(text, text);
    else this.#byColumn.set(column, "given up");
    return text;
  }
}

/** The engine keeps a text that was put together as a tree of its parts until somebody looks at a character. */
function flatten(text: string): string {
  return text.charCodeAt(text.length - 1) === -1 ? "" : text;
}

/** Bulk load. Equal short texts are stored once, which halves what a large organization needs. */
export function loadRows(
  org: Organization,
  table: Table,
  rows: Iterable<Values>,
  defaultUser: string,
): void {
  const store = org.database.store(table);
  const pool = new TextPool();
  const now = Math.floor(org.kernel.clock.now() / 1000);
  const stamps: [Column | undefined, Value][] = [
    [table.columns.get("createdon"), now],
    [table.columns.get("modifiedon"), now],
    [table.columns.get("createdby"), defaultUser],
    [table.columns.get("modifiedby"), defaultUser],
    [table.columns.get("ownerid"), defaultUser],
  ];
  for (const values of rows) {
    const id = values[table.primaryId];
    if (typeof id !== "string")
      throw new Error(`A row for ${table.name} has no ${table.primaryId}.`);
    const cells = toCells(table, values);
    for (const [column, value] of stamps)
      if (column && !cells.has(column)) cells.set(column, value);
    for (const [column, value] of cells)
      if (typeof value === "string") cells.set(column, pool.take(column, value));
    store.insert(id.toLowerCase(), cells);
  }
}

/** Edits by other people's hands: stamped like any write, without rights, validation or plug-ins. */
export function createByHand(
  org: Organization,
  table: Table,
  values: Values,
  userId: string,
): string {
  const cells = toCells(table, values);
  const given = values[table.primaryId];
  const id = typeof given === "string" ? given.toLowerCase() : org.newGuid();
  const store = org.database.store(table);
  if (store.find(id)) throw new Error(`Table ${table.name} already has a row ${id}.`);
  store.insert(id, stampCreation(org, table, cells, { user: { id: userId } }));
  return id;
}

export function editByHand(
  org: Organization,
  { table, row }: { table: Table; row: Row },
  values: Values,
  userId: string,
): void {
  const cells = toCells(table, values);
  stampModification(org, table, cells, { user: { id: userId } });
  // A state without a status would leave a pair that the real platform never shows.
  const state = table.columns.get("statecode");
  const status = table.columns.get("statuscode");
  if (state && status && cells.has(state) && !cells.has(status)) {
    const option = state.options?.find(({ value }) => value === cells.get(state));
    cells.set(status, option?.defaultStatus ?? null);
  }
  org.database.store(table).update(row, cells);
}

export function removeByHand(
  org: Organization,
  { table, row }: { table: Table; row: Row },
  userId: string,
): void {
  org.database.transaction(() => {
    org.database.store(table).remove(row);
    releaseReferences(org, table, row.id, { user: { id: userId } });
  });
}
