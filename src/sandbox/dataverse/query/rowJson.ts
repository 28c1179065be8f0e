import type { Call } from "../call";
import { isLookup, wireName, type Column, type Value } from "../model/column";
import type { Table } from "../model/model";
import { wantsAnnotation } from "../preferences";
import { visibility } from "../security/access";
import type { Row } from "../storage/row";
import { toWire } from "../values";
import { formattedValue } from "./formatted";
import { selectedColumns, wantsClearText, type Expansion } from "./options";

const FORMATTED = "OData.Community.Display.V1.FormattedValue";
const LOGICAL_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname";
const NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty";

export type Json = Record<string, unknown>;

export function etag(row: Row): string {
  return `W/"${row.version}"`;
}

export interface RowWriter {
  columns: readonly Column[];
  write(row: Row): Json;
}

/** Prepares the JSON form of a table's rows for one call: columns, rights and annotations are settled once. */
export function rowWriter(
  call: Call,
  table: Table,
  select: readonly string[] | undefined,
  expand: readonly Expansion[] = [],
): RowWriter {
  const { database } = call.org;
  const store = database.store(table);
  const annotate = annotator(call);
  const unmasked = wantsClearText(call.query);
  const fields = selectedColumns(table, select).map((column) => ({
    column,
    name: wireName(column),
    show: visibility(call.user, table, { column, unmasked }),
  }));
  const expansions = expand.map((expansion) => ({ expansion, write: expander(call, expansion) }));
  return {
    columns: fields.map((field) => field.column),
    write(row) {
      const json: Json = { "@odata.etag": etag(row) };
      for (const { column, name, show } of fields) {
        const value = show(store.value(row, column));
        if (annotate && value !== null) annotate(json, column, value);
        json[name] = toWire(column, value);
      }
      for (const { expansion, write } of expansions)
        json[expansion.name] = write(store.value(row, expansion.column));
      return json;
    },
  };
}

function expander(call: Call, expansion: Expansion): (id: Value) => Json | null {
  const writers = new Map<string, RowWriter>();
  return (id) => {
    const found =
      typeof id === "string" ? call.org.database.locate(id, expansion.targets) : undefined;
    if (!found) return null;
    let writer = writers.get(found.table.name);
    if (!writer) {
      const known = expansion.select?.filter((name) => found.table.byWireName(name));
      writer = rowWriter(call, found.table, known);
      writers.set(found.table.name, writer);
    }
    return writer.write(found.row);
  };
}

type Annotate = (json: Json, column: Column, value: Value) => void;

function annotator(call: Call): Annotate | undefined {
  const wants = (name: string) => wantsAnnotation(call.preferences, name);
  const formatted = wants(FORMATTED);
  const logicalName = wants(LOGICAL_NAME);
  const navigation = wants(NAVIGATION);
  if (!formatted && !logicalName && !navigation) return undefined;
  const { database } = call.org;
  return (json, column, value) => {
    const name = wireName(column);
    if (formatted) {
      const text = formattedValue(database, column, value);
      if (text !== undefined) json[`${name}@${FORMATTED}`] = text;
    }
    if (!isLookup(column)) return;
    const target = database.tableOf(String(value), column.targets ?? []) ?? column.targets?.[0];
    const found = column.navigations?.find((entry) => entry.targets.includes(target ?? ""));
    if (navigation && found && (column.targets?.length ?? 0) > 1)
      json[`${name}@${NAVIGATION}`] = found.name;
    if (logicalName && target) json[`${name}@${LOGICAL_NAME}`] = target;
  };
}
