import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { badPayload, DataverseError, methodNotAllowed, notSupported } from "../errors";
import { isGuid } from "../model/ids";
import type { Table } from "../model/model";
import { jsonReply, noContent } from "../replies";
import type { Row } from "../storage/row";
import { findRow, parseAddress } from "../write/address";
import { parseBody, type Body } from "../write/payload";
import { createRow, updateRow } from "../write/write";
import { parsePath } from "./path";

const BULK = ["CreateMultiple", "UpdateMultiple", "UpsertMultiple", "DeleteMultiple"] as const;
export type BulkMessage = (typeof BULK)[number];

export function isBulkMessage(name: string): name is BulkMessage {
  return (BULK as readonly string[]).includes(name);
}

/** The messages that work on many rows: all of them or none, and an error does not say which row it was. */
export function bulkRoute(call: Call, table: Table, message: BulkMessage): SandboxResponse {
  if (call.method !== "POST") throw methodNotAllowed(call.method);
  if (message === "DeleteMultiple")
    throw notSupported("DeleteMultiple has not yet been implemented.");
  const targets = readTargets(call, table);
  call.meter.ms += targets.length * 10;
  return call.org.database.transaction(() => {
    switch (message) {
      case "CreateMultiple":
        return createMultiple(call, table, targets);
      case "UpdateMultiple":
        return updateMultiple(call, table, targets);
      case "UpsertMultiple":
        return upsertMultiple(call, table, targets);
    }
  });
}

function readTargets(call: Call, table: Table): Body[] {
  const targets = parseBody(call, table.setName)["Targets"];
  if (!Array.isArray(targets))
    throw badPayload(table.setName, "The parameter 'Targets' must be a collection of records.");
  return targets.map((item: unknown) => {
    const type =
      typeof item === "object" && item !== null ? (item as Body)["@odata.type"] : undefined;
    if (typeof type !== "string" || type.replace(/^#/, "") !== table.typeName)
      throw badPayload(
        table.setName,
        `Every record in 'Targets' needs the '@odata.type' '${table.typeName}'.`,
      );
    return item as Body;
  });
}

function createMultiple(call: Call, table: Table, targets: readonly Body[]): SandboxResponse {
  const ids = targets.map((body) => createRow(call, table, body).id);
  return jsonReply({
    "@odata.context": `${call.root}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`,
    Ids: ids,
  });
}

function updateMultiple(call: Call, table: Table, targets: readonly Body[]): SandboxResponse {
  const store = call.org.database.store(table);
  const rows = new Map<string, Body>();
  for (const body of targets) {
    const id = body[table.primaryId];
    if (!isGuid(id))
      throw badPayload(table.setName, `Every record in 'Targets' needs its '${table.primaryId}'.`);
    if (rows.has(id.toLowerCase()))
      throw new DataverseError(
        400,
        "0x80040203",
        `The Targets parameter contains more than one record with the id ${id}.`,
      );
    rows.set(id.toLowerCase(), body);
  }
  const missing = [...rows.keys()].filter((id) => !store.find(id));
  if (missing.length > 0)
    throw new DataverseError(
      404,
      "0x80040217",
      `${table.spec.schemaName} With Ids = ${missing.join(", ")} Do Not Exist`,
    );
  for (const [id, body] of rows) updateRow(call, table, store.find(id)!, body);
  return noContent();
}

function upsertMultiple(call: Call, table: Table, targets: readonly Body[]): SandboxResponse {
  for (const body of targets) {
    const { row, create } = upsertTarget(call, table, body);
    if (row) updateRow(call, table, row, body);
    else create();
  }
  return noContent();
}

function upsertTarget(
  call: Call,
  table: Table,
  body: Body,
): { row: Row | undefined; create: () => void } {
  const reference = body["@odata.id"];
  const args =
    typeof reference === "string" ? parsePath(reference.replace(/^\//, ""))[0]?.args : undefined;
  const id = body[table.primaryId];
  if (args === undefined && !isGuid(id)) {
    return { row: undefined, create: () => createRow(call, table, body) };
  }
  const address = parseAddress(table, args ?? String(id));
  const options = address.kind === "id" ? { id: address.id } : { extra: address.cells };
  return {
    row: findRow(call.org.database, table, address),
    create: () => createRow(call, table, body, options),
  };
}
