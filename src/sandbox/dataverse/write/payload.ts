import type { Call } from "../call";
import { badPayload, DataverseError } from "../errors";
import { isLookup, type Column, type Navigation, type Value } from "../model/column";
import type { Table } from "../model/model";
import { fromWire } from "../values";
import { resolveReference } from "./address";

/** A body after reading: typed values per column. */
export type Cells = Map<Column, Value>;

export type Body = Record<string, unknown>;

const BIND = "@odata.bind";

export function parseBody(call: Call, setName: string): Body {
  let body: unknown;
  try {
    body = JSON.parse(call.body);
  } catch {
    throw badPayload(
      setName,
      "An unexpected 'EndOfInput' or an invalid character was found when reading from the JSON reader.",
    );
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Body;
  throw badPayload(
    setName,
    "An unexpected node was found when reading from the JSON reader. A 'StartObject' node was expected.",
  );
}

/** Reads a body for a create or an update; what the operation may not write is left out without a word. */
export function readPayload(
  call: Call,
  table: Table,
  body: Body,
  operation: "create" | "update",
): Cells {
  const cells: Cells = new Map();
  for (const [property, json] of Object.entries(body)) {
    const entry = property.includes("@")
      ? readAnnotation(call, table, property, json)
      : readProperty(call, table, property, json);
    if (!entry) continue;
    const [column, value] = entry;
    if (operation === "create" ? column.create : column.update) cells.set(column, value);
  }
  return cells;
}

type Entry = [Column, Value] | undefined;

function readProperty(call: Call, table: Table, property: string, json: unknown): Entry {
  const column = table.byWireName(property);
  if (column && isLookup(column))
    throw new DataverseError(
      400,
      "0x80048d19",
      "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.",
    );
  if (column) return [column, fromWire(table, column, json)];
  const found = table.navigation(property);
  if (found && json === null) return [found.column, null];
  if (found) return bindObject(call, table, found, json);
  throw badPayload(
    table.setName,
    `The property '${property}' does not exist on type '${table.typeName}'. Make sure to only use property names that are defined by the type.`,
  );
}

/** `"nav": {"@odata.id": "..."}` is a reference in another spelling; inline new records are not taken. */
function bindObject(
  call: Call,
  table: Table,
  found: { column: Column; navigation: Navigation },
  json: unknown,
): Entry {
  const reference = typeof json === "object" ? (json as Body)["@odata.id"] : undefined;
  if (typeof reference === "string") return [found.column, bindTo(call, table, found, reference)];
  throw badPayload(
    table.setName,
    `The navigation property '${found.navigation.name}' needs a reference to an existing record.`,
  );
}

function readAnnotation(call: Call, table: Table, property: string, json: unknown): Entry {
  if (!property.endsWith(BIND)) return undefined;
  const name = property.slice(0, -BIND.length);
  const found = table.navigation(name);
  if (!found)
    throw badPayload(
      table.setName,
      `An undeclared property '${name}' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.`,
    );
  if (json === null || json === "") return [found.column, null];
  if (typeof json !== "string")
    throw badPayload(table.setName, `The value of '${property}' must be the URL of a record.`);
  return [found.column, bindTo(call, table, found, json)];
}

function bindTo(
  call: Call,
  table: Table,
  { navigation }: { navigation: Navigation },
  reference: string,
): string {
  const target = resolveReference(call, reference);
  if (!navigation.targets.includes(target.table.name))
    throw badPayload(
      table.setName,
      `The navigation property '${navigation.name}' does not accept a reference to '${target.table.typeName}'.`,
    );
  return target.row.id;
}
