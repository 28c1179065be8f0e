import type { Column, Value } from "../model/column";
import type { Table } from "../model/model";
import type { Organization } from "../organization";

/** Who writes; `actor` is the application behind an impersonation. */
export interface Author {
  user: { id: string };
  actor?: { id: string };
}

type Cells = Map<Column, Value>;

/** Defaults, owner and audit columns of a new row. */
export function stampCreation(org: Organization, table: Table, cells: Cells, by: Author): Cells {
  for (const column of table.defaults())
    if (!cells.has(column)) cells.set(column, column.defaultValue ?? null);
  const owner = table.columns.get("ownerid");
  if (owner && !cells.get(owner)) cells.set(owner, by.user.id);
  stampModification(org, table, cells, by);
  set(table, cells, "createdby", by.user.id);
  if (by.actor) set(table, cells, "createdonbehalfby", by.actor.id);
  const now = seconds(org);
  const overridden = table.columns.get("overriddencreatedon");
  const given = overridden && cells.get(overridden);
  if (overridden && given) cells.set(overridden, now);
  set(table, cells, "createdon", given || now);
  return cells;
}

/** Who wrote the row and when. */
export function stampModification(
  org: Organization,
  table: Table,
  cells: Cells,
  by: Author,
): Cells {
  set(table, cells, "modifiedon", seconds(org));
  set(table, cells, "modifiedby", by.user.id);
  set(table, cells, "modifiedonbehalfby", by.actor?.id ?? null);
  return cells;
}

function set(table: Table, cells: Cells, name: string, value: Value): void {
  const column = table.columns.get(name);
  if (column) cells.set(column, value);
}

function seconds(org: Organization): number {
  return Math.floor(org.kernel.clock.now() / 1000);
}
