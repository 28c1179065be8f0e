import type { Call } from "../call";
import { badQuery, DataverseError, rowNotFound, segmentNotFound } from "../errors";
import { isLookup, wireName, type Column, type Value } from "../model/column";
import { isGuid } from "../model/ids";
import type { AlternateKey, Table } from "../model/model";
import { parseArguments, parsePath, refuseForbiddenCharacters } from "../routes/path";
import type { Database } from "../storage/database";
import type { Row } from "../storage/row";
import { parseDateTime } from "../values";

/** How a URL names one row: by its id, or by the values of an alternate key. */
export type Address =
  | { kind: "id"; id: string }
  | { kind: "key"; key: AlternateKey; cells: Map<Column, Value>; text: string };

export function parseAddress(table: Table, args: string): Address {
  const text = args.trim();
  if (isGuid(text)) return { kind: "id", id: text.toLowerCase() };
  const values = parseArguments(text);
  const primary = values.get(table.primaryId);
  if (values.size === 1 && primary !== undefined && isGuid(primary))
    return { kind: "id", id: primary.toLowerCase() };
  return keyAddress(table, values, text);
}

function keyAddress(table: Table, values: Map<string, string>, text: string): Address {
  const columns = new Map<Column, string>();
  for (const [name, value] of values) {
    const column = table.byWireName(name);
    if (column) columns.set(column, value);
  }
  const names = [...columns.keys()].map((column) => column.name);
  const key = table.keys.find(
    (candidate) =>
      candidate.columns.length === values.size &&
      candidate.columns.every((name) => names.includes(name)),
  );
  if (!key)
    throw badQuery(
      `The key in the request URI is not valid for resource '${table.typeName}'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource '${table.typeName}'.`,
    );
  if (key.status !== "Active")
    throw new DataverseError(
      400,
      "0x80060890",
      `Invalid EntityKey Operation performed : Entity ${table.name} does not have an active key ${key.name}.`,
    );
  const cells = new Map<Column, Value>();
  for (const [column, value] of columns) {
    refuseForbiddenCharacters(value);
    cells.set(column, keyValue(column, value));
  }
  return { kind: "key", key, cells, text };
}

function keyValue(column: Column, text: string): Value {
  switch (column.type) {
    case "Integer":
    case "Picklist":
    case "Decimal":
      if (text !== "" && Number.isFinite(Number(text))) return Number(text);
      break;
    case "DateTime":
      if (column.behavior === "DateOnly") return text;
      if (parseDateTime(text) !== undefined) return parseDateTime(text)!;
      break;
    default:
      if (!isLookup(column)) return text;
      if (isGuid(text)) return text.toLowerCase();
  }
  throw badQuery(`The value '${text}' is not valid for the key property '${wireName(column)}'.`);
}

export function findByKey(
  database: Database,
  table: Table,
  cells: ReadonlyMap<Column, Value>,
): Row | undefined {
  const store = database.store(table);
  const [first] = cells;
  if (!first) return undefined;
  return store
    .candidates(first[0], [first[1]])
    .find((row) => [...cells].every(([column, value]) => same(store.value(row, column), value)));
}

export function same(a: Value, b: Value): boolean {
  if (typeof a === "string" && typeof b === "string") return a.toLowerCase() === b.toLowerCase();
  return a === b;
}

export function findRow(database: Database, table: Table, address: Address): Row | undefined {
  return address.kind === "id"
    ? database.store(table).find(address.id)
    : findByKey(database, table, address.cells);
}

export function requireAddressed(database: Database, table: Table, address: Address): Row {
  const row = findRow(database, table, address);
  if (row) return row;
  throw notFound(table, address);
}

export function notFound(table: Table, address: Address): DataverseError {
  if (address.kind === "id") return rowNotFound(table.name, address.id);
  return new DataverseError(
    404,
    "0x80060891",
    `A record with the specified key values does not exist in ${table.name} entity`,
  );
}

/** Resolves a reference in a body: `/contacts(...)`, `contacts(...)`, a full URL or `$<Content-ID>`. */
export function resolveReference(call: Call, reference: string): { table: Table; row: Row } {
  let path = reference.trim();
  if (path.startsWith("$")) path = followContentId(call, path);
  path = path.replace(/^https?:\/\/[^/]+/i, "").replace(/^\/?api\/data\/v9\.\d+\//i, "");
  const [segment, ...rest] = parsePath(path);
  if (!segment || segment.args === undefined || rest.length > 0)
    throw badQuery(`Invalid reference '${reference}': a URL of one record is expected.`);
  const table = call.org.model.bySet(segment.name);
  if (!table) throw segmentNotFound(segment.name);
  const { database } = call.org;
  return { table, row: requireAddressed(database, table, parseAddress(table, segment.args)) };
}

export function followContentId(call: Call, reference: string): string {
  const id = /^\$([^/]+)/.exec(reference)?.[1] ?? "";
  const url = call.references.get(id);
  if (url === undefined)
    throw badQuery(`Content-ID Reference: '$${id}' does not exist in the batch context.`);
  return url + reference.slice(id.length + 1);
}
