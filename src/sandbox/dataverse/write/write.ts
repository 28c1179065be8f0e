import type { Call } from "../call";
import { DataverseError } from "../errors";
import { wireName, type Column, type Value } from "../model/column";
import type { Table } from "../model/model";
import type { Organization, PluginEvent } from "../organization";
import { requirePrivilege, requireRow } from "../security/access";
import type { Row } from "../storage/row";
import { toWire } from "../values";
import { readPayload, type Body, type Cells } from "./payload";
import {
  checkDuplicates,
  checkKeys,
  checkRights,
  checkValues,
  settleCurrency,
  settleState,
  type WriteTarget,
} from "./rules";
import { releaseReferences } from "./references";
import { stampCreation, stampModification } from "./stamp";

/** Creates a row from a body; `id` wins over an id in the body, `extra` over its other columns. */
export function createRow(
  call: Call,
  table: Table,
  body: Body,
  options: { id?: string; extra?: ReadonlyMap<Column, Value> } = {},
): Row {
  const { org } = call;
  const store = org.database.store(table);
  requirePrivilege(call.user, table, "Create");
  const cells = readPayload(call, table, body, "create");
  for (const [column, value] of options.extra ?? [])
    if (!cells.has(column)) cells.set(column, value);
  const given = cells.get(table.column(table.primaryId));
  const id = options.id ?? (typeof given === "string" ? given : org.newGuid());
  if (store.find(id)) throw duplicateRow();
  const target: WriteTarget = { table, id, row: undefined };
  checkRights(call, target, cells);
  checkAll(call, target, cells);
  return store.insert(id, stampCreation(org, table, cells, call));
}

export function updateRow(call: Call, table: Table, row: Row, body: Body): void {
  const store = call.org.database.store(table);
  requireRow(call.user, "Write", store, row);
  const cells = readPayload(call, table, body, "update");
  const target: WriteTarget = { table, id: row.id, row };
  checkRights(call, target, cells);
  checkAll(call, target, cells);
  store.update(row, stampModification(call.org, table, cells, call));
}

const UNDELETABLE: ReadonlySet<string> = new Set([
  "systemuser",
  "organization",
  "businessunit",
  "transactioncurrency",
]);

export function deleteRow(call: Call, table: Table, row: Row): void {
  const { org } = call;
  const store = org.database.store(table);
  requireRow(call.user, "Delete", store, row);
  if (UNDELETABLE.has(table.name))
    throw new DataverseError(
      405,
      "0x80040227",
      "The object you tried to delete is associated with another object and cannot be deleted.",
    );
  runPlugins(org, { message: "Delete", table, row, id: row.id, cells: new Map() });
  store.remove(row);
  releaseReferences(org, table, row.id, call);
}

function checkAll(call: Call, target: WriteTarget, cells: Cells): void {
  checkValues(target, cells);
  settleState(call, target, cells);
  settleCurrency(call, target, cells);
  checkKeys(call, target, cells);
  checkDuplicates(call, target, cells);
  const message = target.row ? "Update" : "Create";
  runPlugins(call.org, { message, ...target, cells });
}

export function duplicateRow(): DataverseError {
  return new DataverseError(412, "0x80040237", "Cannot insert duplicate key.");
}

function runPlugins(
  org: Organization,
  write: WriteTarget & { message: PluginEvent["message"]; cells: Cells },
): void {
  if (org.plugins.size === 0) return;
  const { table, row, id } = write;
  const values: Record<string, Value> = {};
  for (const [column, value] of write.cells) values[wireName(column)] = toWire(column, value);
  const event: PluginEvent = {
    message: write.message,
    table: table.name,
    id,
    values,
    before: row && snapshot(org, table, row),
  };
  for (const plugin of org.plugins) {
    const refusal = plugin(event);
    if (refusal) throw new DataverseError(400, "0x80040265", refusal.refuse);
  }
}

/** A row in JSON names, all columns or the named ones. */
export function snapshot(
  org: Organization,
  table: Table,
  row: Row,
  names?: readonly string[],
): Record<string, Value> {
  const store = org.database.store(table);
  const values: Record<string, Value> = {};
  for (const column of table.stored()) {
    const name = wireName(column);
    if (names && !names.includes(name)) continue;
    values[name] = toWire(column, store.value(row, column));
  }
  return values;
}
