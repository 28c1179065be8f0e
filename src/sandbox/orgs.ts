import type { DataverseSandbox } from "./dataverse/dataverse";
import type { Cell, Cells, Orgs, TableName } from "./hands/ports";
import type { MarketoSandbox } from "./marketo/marketo";

/** The two orgs as hands and the control endpoint use them, past the wire. */
export function createOrgs(
  dynamics: DataverseSandbox,
  marketo: MarketoSandbox,
  recordTables: readonly TableName[],
): Orgs {
  const tables = new Set(recordTables);
  return {
    dynamics: {
      create: (table, values, userId) => dynamics.create(table, values, userId),
      edit: (table, id, values, userId) => dynamics.edit(table, id, values, userId),
      remove: (table, id, userId) => dynamics.remove(table, id, userId),
      qualify: (leadId, userId) => dynamics.qualify(leadId, userId),
      merge: (table, winner, loser, userId) => dynamics.merge(table, { winner, loser }, userId),
      row: (table, id) => dynamics.row(table, id),
      rows: (table, columns) => dynamics.rows(table, columns),
      has: (table) => tables.has(table),
      count: (table) => (tables.has(table) ? dynamics.count(table) : 0),
    },
    marketo: {
      create: (values) => marketo.create(values),
      edit: (id, values) => marketo.edit(id, values),
      remove: (id) => marketo.remove(id),
      merge: (winner, losers) => marketo.merge(winner, losers),
      changeScore: (id, delta) => marketo.changeScore(id, delta),
      addToList: (listId, ids) => marketo.addToList(listId, ids),
      removeFromList: (listId, ids) => marketo.removeFromList(listId, ids),
      person: (id) => {
        const person = marketo.person(id);
        return person && plain(person);
      },
      persons: () => plainAll(marketo.persons()),
      count: () => marketo.count(),
    },
  };
}

function* plainAll(records: Iterable<Record<string, unknown>>): Generator<Cells> {
  for (const record of records) yield plain(record);
}

/** Persons hold plain values only; anything else is shown as text. */
function plain(record: Record<string, unknown>): Cells {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]): [string, Cell] => [
      name,
      isCell(value) ? value : String(value),
    ]),
  );
}

function isCell(value: unknown): value is Cell {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
