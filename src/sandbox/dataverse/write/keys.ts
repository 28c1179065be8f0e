import type { Database } from "../storage/database";
import { findByKey } from "./address";
import type { Column, Value } from "../model/column";
import type { AlternateKey, KeyStatus, Table } from "../model/model";

const TYPES: ReadonlySet<string> = new Set([
  "Decimal",
  "Integer",
  "String",
  "DateTime",
  "Lookup",
  "Picklist",
]);

/** Adds an alternate key under the platform's rules; rows that share key values make its index fail. */
export function addKey(
  database: Database,
  table: Table,
  spec: { name: string; columns: readonly string[]; status?: KeyStatus },
): AlternateKey {
  const columns = spec.columns.map((name) => table.column(name));
  for (const column of columns) {
    if (!TYPES.has(column.type))
      throw new Error(`Column ${column.name} of type ${column.type} cannot be part of a key.`);
    if (column.secured)
      throw new Error(`Column ${column.name} is secured and cannot be part of a key.`);
  }
  if (columns.length > 16 || table.keys.length >= 10)
    throw new Error("A key has at most 16 columns, and a table at most 10 keys.");
  const duplicated = hasDuplicates(database, table, columns);
  const key: AlternateKey = {
    name: spec.name,
    columns: spec.columns,
    status: spec.status ?? (duplicated ? "Failed" : "Active"),
  };
  table.keys.push(key);
  return key;
}

function hasDuplicates(database: Database, table: Table, columns: readonly Column[]): boolean {
  const store = database.store(table);
  for (const row of store.rows()) {
    const values = new Map<Column, Value>();
    for (const column of columns) values.set(column, store.value(row, column));
    if ([...values.values()].includes(null)) continue;
    if (findByKey(database, table, values) !== row) return true;
  }
  return false;
}
