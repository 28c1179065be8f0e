import { isLookup, type Column, type Value } from "../model/column";
import type { Table } from "../model/model";
import type { Organization } from "../organization";
import type { Row } from "../storage/row";
import { stampModification, type Author } from "./stamp";

/**
 * What the deletion of a row does to the rows that point to it: children of a company go with it (a parental
 * relationship), every other lookup is emptied.
 */
export function releaseReferences(org: Organization, table: Table, id: string, by: Author): void {
  for (const { child, column, rows } of referencing(org, table, id)) {
    // A merged row keeps its pointer to the winner even when the winner is gone.
    if (column.name === "masterid") continue;
    const store = org.database.store(child);
    for (const row of rows) {
      if (column.name === "parentcustomerid") {
        store.remove(row);
        releaseReferences(org, child, row.id, by);
      } else {
        const cells = new Map<Column, Value>([[column, null]]);
        store.update(row, stampModification(org, child, cells, by));
      }
    }
  }
}

/** Every lookup that points to a row of `table`, with the rows that hold the id. */
export function* referencing(
  org: Organization,
  table: Table,
  id: string,
): Generator<{ child: Table; column: Column; rows: Row[] }> {
  for (const child of org.model.tables.values()) {
    const store = org.database.store(child);
    for (const column of child.columns.values()) {
      if (!isLookup(column) || column.compute || column.attributeOf) continue;
      if (!column.targets?.includes(table.name)) continue;
      const rows = store.candidates(column, [id]).filter((row) => store.value(row, column) === id);
      if (rows.length > 0) yield { child, column, rows };
    }
  }
}
