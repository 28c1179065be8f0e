import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { badPayload, methodNotAllowed, segmentNotFound } from "../errors";
import { wireName, type Column, type Navigation } from "../model/column";
import type { Table } from "../model/model";
import { wantsClearText } from "../query/options";
import { jsonReply, noContent, textReply } from "../replies";
import { requireRow, visibility } from "../security/access";
import type { Row } from "../storage/row";
import { toWire } from "../values";
import { parseAddress, requireAddressed } from "../write/address";
import { parseBody, type Body } from "../write/payload";
import { updateRow } from "../write/write";
import type { Segment } from "./path";
import { checkIfMatch, entityReply } from "./rows";

/** `/contacts(id)/jobtitle`, `/contacts(id)/ownerid`, `/contacts(id)/ownerid/$ref` and the like. */
export function propertyRoute(
  call: Call,
  table: Table,
  args: string,
  [property, tail, ...rest]: readonly Segment[],
): SandboxResponse {
  const row = requireAddressed(call.org.database, table, parseAddress(table, args));
  const name = property!.name;
  if (rest.length > 0) throw segmentNotFound(rest[0]!.name);
  const column = table.byWireName(name);
  if (column) return columnRoute(call, table, { row, column, tail: tail?.name });
  const found = table.navigation(name);
  if (found) return navigationRoute(call, table, { row, ...found, tail: tail?.name });
  throw segmentNotFound(name);
}

function columnRoute(
  call: Call,
  table: Table,
  { row, column, tail }: { row: Row; column: Column; tail: string | undefined },
): SandboxResponse {
  const name = wireName(column);
  if (tail !== undefined && (tail !== "$value" || call.method !== "GET"))
    throw segmentNotFound(tail);
  switch (call.method) {
    case "GET":
      return readColumn(call, table, { row, column, raw: tail === "$value" });
    case "PUT": {
      const body = parseBody(call, table.setName);
      if (!("value" in body))
        throw badPayload(table.setName, "The property 'value' is missing in the body.");
      return change(call, table, row, { [name]: body["value"] });
    }
    case "DELETE":
      return change(call, table, row, { [name]: null });
    default:
      throw methodNotAllowed(call.method);
  }
}

function change(call: Call, table: Table, row: Row, body: Body): SandboxResponse {
  checkIfMatch(call, table, row);
  updateRow(call, table, row, body);
  return noContent();
}

function readColumn(
  call: Call,
  table: Table,
  { row, column, raw }: { row: Row; column: Column; raw: boolean },
): SandboxResponse {
  const store = call.org.database.store(table);
  requireRow(call.user, "Read", store, row);
  const show = visibility(call.user, table, { column, unmasked: wantsClearText(call.query) });
  const value = toWire(column, show(store.value(row, column)));
  if (value === null) return noContent();
  if (raw) return textReply(String(value));
  return jsonReply({
    "@odata.context": `${call.root}/$metadata#${table.setName}(${row.id})/${wireName(column)}`,
    value,
  });
}

function navigationRoute(
  call: Call,
  table: Table,
  target: { row: Row; column: Column; navigation: Navigation; tail: string | undefined },
): SandboxResponse {
  const { row, column, navigation, tail } = target;
  const store = call.org.database.store(table);
  if (tail === undefined && call.method === "GET") {
    requireRow(call.user, "Read", store, row);
    const found = call.org.database.locate(String(store.value(row, column)), navigation.targets);
    return found ? entityReply(call, found.table, found.row, 200) : noContent();
  }
  if (tail !== "$ref")
    throw tail === undefined ? methodNotAllowed(call.method) : segmentNotFound(tail);
  switch (call.method) {
    case "GET":
      return readReference(call, table, target);
    case "PUT": {
      const reference = parseBody(call, table.setName)["@odata.id"];
      return change(call, table, row, { [`${navigation.name}@odata.bind`]: reference });
    }
    case "DELETE":
      return change(call, table, row, { [navigation.name]: null });
    default:
      throw methodNotAllowed(call.method);
  }
}

function readReference(
  call: Call,
  table: Table,
  { row, column, navigation }: { row: Row; column: Column; navigation: Navigation },
): SandboxResponse {
  const store = call.org.database.store(table);
  requireRow(call.user, "Read", store, row);
  const found = call.org.database.locate(String(store.value(row, column)), navigation.targets);
  if (!found) return noContent();
  return jsonReply({
    "@odata.context": `${call.root}/$metadata#$ref`,
    "@odata.id": `${call.root}/${found.table.setName}(${found.row.id})`,
  });
}
