import { DataverseError } from "../errors";
import type { Call } from "../call";
import { isLookup, type Column, type Value } from "../model/column";
import type { AlternateKey, Table } from "../model/model";
import { columnRights, requireColumn, requirePrivilege } from "../security/access";
import type { Row } from "../storage/row";
import { validate } from "../values";
import { findByKey, same } from "./address";
import type { Cells } from "./payload";

/** What a write is about: no row yet for a create. */
export interface WriteTarget {
  table: Table;
  id: string;
  row: Row | undefined;
}

/** Rights on the written columns and on the records that they point to. */
export function checkRights(call: Call, { table, row }: WriteTarget, cells: Cells): void {
  for (const [column, value] of cells) {
    if (column.secured && !columnRights(call.user, table, column)[row ? "canUpdate" : "canCreate"])
      requireColumn(call.user, table, column, row ? "update" : "create");
    if (column.type === "Owner") {
      if (row && value !== call.org.database.store(table).value(row, column)) {
        requirePrivilege(call.user, table, "Assign");
        checkOwner(call, String(value));
      }
    } else if (isLookup(column) && value !== null) checkAppend(call, table, column, String(value));
  }
}

/** Nothing can be assigned to a user who is disabled. */
function checkOwner({ org }: Call, id: string): void {
  if (!org.directory.find(id)?.disabled) return;
  throw new DataverseError(
    403,
    "0x80040225",
    `The specified user(Id = ${id}) is disabled. Consider enabling this user.`,
  );
}

function checkAppend(call: Call, table: Table, column: Column, id: string): void {
  const target = call.org.database.locate(id, column.targets ?? []);
  requirePrivilege(call.user, table, "Append");
  if (target) requirePrivilege(call.user, target.table, "AppendTo");
}

export function checkValues(target: WriteTarget, cells: Cells): void {
  const { table } = target;
  for (const [column, value] of cells) {
    if (value === null && (column.required === "SystemRequired" || column.type === "Status"))
      throw new DataverseError(
        400,
        "0x80040200",
        `The attribute '${column.name}' of the '${table.name}' entity is required and cannot be null.`,
      );
    // A status is judged by its state, which knows what fits.
    if (column.type !== "Status") validate(table, column, value);
  }
}

/** State and status must fit together; a state given alone brings its default status. */
export function settleState(call: Call, { table, id, row }: WriteTarget, cells: Cells): void {
  const stateColumn = table.columns.get("statecode");
  const statusColumn = table.columns.get("statuscode");
  if (!stateColumn || !statusColumn) return;
  if (!cells.has(stateColumn) && !cells.has(statusColumn)) return;
  const store = call.org.database.store(table);
  const before = row ? store.value(row, stateColumn) : 0;
  const state = cells.get(stateColumn) ?? before;
  if (!cells.has(statusColumn)) {
    if (state === before) return;
    const option = stateColumn.options?.find(({ value }) => value === state);
    cells.set(statusColumn, option?.defaultStatus ?? null);
    return;
  }
  const status = cells.get(statusColumn);
  if (statusColumn.options?.find(({ value }) => value === status)?.state === state) return;
  const label = stateColumn.options?.find(({ value }) => value === state)?.label ?? String(state);
  throw new DataverseError(
    400,
    "0x80048408",
    `${status} is not a valid status code for state code ${table.spec.schemaName}State.${label} on ${table.name} with Id ${id}.`,
  );
}

/** Money needs a currency: the organization's, unless the row has or gets one. */
export function settleCurrency(call: Call, { table, row }: WriteTarget, cells: Cells): void {
  const currency = table.columns.get("transactioncurrencyid");
  if (!currency || cells.get(currency)) return;
  if (row && call.org.database.store(table).value(row, currency) !== null) return;
  for (const [column, value] of cells)
    if (column.type === "Money" && value !== null) {
      cells.set(currency, call.org.currencyId);
      return;
    }
}

/** Only active keys are enforced, and rows with an empty key column are not compared. */
export function checkKeys(call: Call, target: WriteTarget, cells: Cells): void {
  const { table, id } = target;
  for (const key of table.keys) {
    if (key.status !== "Active" || !touches(table, key, cells)) continue;
    const values = valuesAfter(call, target, { cells, names: key.columns });
    if ([...values.values()].includes(null)) continue;
    const other = findByKey(call.org.database, table, values);
    if (!other || other.id === id) continue;
    const labels = [...values.keys()].map((column) => column.label).join(", ");
    throw new DataverseError(
      412,
      "0x80060892",
      `A record that has the attribute values ${labels} already exists. The entity key ${key.name} requires that this set of attributes contains unique values. Select unique values and try again.`,
    );
  }
}

function touches(table: Table, key: AlternateKey, cells: Cells): boolean {
  return key.columns.some((name) => cells.has(table.column(name)));
}

function valuesAfter(
  call: Call,
  { table, row }: WriteTarget,
  { cells, names }: { cells: Cells; names: readonly string[] },
): Map<Column, Value> {
  const store = call.org.database.store(table);
  const values = new Map<Column, Value>();
  for (const name of names) {
    const column = table.column(name);
    const before = row ? store.value(row, column) : null;
    values.set(column, cells.has(column) ? cells.get(column)! : before);
  }
  return values;
}

/** Published duplicate detection rules act only when the caller asks for them. */
export function checkDuplicates(call: Call, target: WriteTarget, cells: Cells): void {
  if (call.headers["mscrm.suppressduplicatedetection"]?.toLowerCase() !== "false") return;
  const { table, id } = target;
  const store = call.org.database.store(table);
  for (const rule of call.org.duplicateRules) {
    if (rule.table !== table.name) continue;
    const values = valuesAfter(call, target, { cells, names: rule.columns });
    const [first] = values;
    if (!first || [...values.values()].includes(null)) continue;
    const duplicate = store
      .candidates(first[0], [first[1]])
      .some(
        (row) =>
          row.id !== id &&
          [...values].every(([column, value]) => same(store.value(row, column), value)),
      );
    if (duplicate)
      throw new DataverseError(
        412,
        "0x80040333",
        "A record was not created or updated because a duplicate of the current record already exists.",
      );
  }
}
