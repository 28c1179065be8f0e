import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { DataverseError, methodNotAllowed, versionMismatch } from "../errors";
import type { Column, Value } from "../model/column";
import type { Table } from "../model/model";
import { contextOf } from "../query/links";
import { parseOptions, splitQuery } from "../query/options";
import { readCollection } from "../query/collection";
import { etag, rowWriter } from "../query/rowJson";
import { jsonReply, noContent, notModified, preferenceApplied } from "../replies";
import { requireRow } from "../security/access";
import type { Row } from "../storage/row";
import { findRow, notFound, parseAddress, requireAddressed, type Address } from "../write/address";
import { parseBody, type Body } from "../write/payload";
import { createRow, deleteRow, updateRow } from "../write/write";

/** `/contacts` */
export function collectionRoute(call: Call, table: Table): SandboxResponse {
  switch (call.method) {
    case "GET":
      return readCollection(call, table);
    case "POST":
      return postRow(call, table);
    default:
      throw methodNotAllowed(call.method);
  }
}

/** `/contacts(<id or key>)` */
export function rowRoute(call: Call, table: Table, args: string): SandboxResponse {
  const address = parseAddress(table, args);
  switch (call.method) {
    case "GET":
      return getRow(call, table, address);
    case "PATCH":
      return patchRow(call, table, address);
    case "DELETE":
      return removeRow(call, table, address);
    default:
      throw methodNotAllowed(call.method);
  }
}

function postRow(call: Call, table: Table): SandboxResponse {
  const row = createRow(call, table, parseBody(call, table.setName));
  return written(call, table, { row, created: true, entity: row.id });
}

function getRow(call: Call, table: Table, address: Address): SandboxResponse {
  const row = requireAddressed(call.org.database, table, address);
  requireRow(call.user, "Read", call.org.database.store(table), row);
  const known = call.headers["if-none-match"];
  const options = parseOptions(call.org.model, table, splitQuery(call.query));
  const conditional = options.expand.length === 0 && !call.preferences.annotations;
  if (conditional && known === etag(row)) return notModified(row);
  return entityReply(call, table, row, 200);
}

/** An update, or a create when there is no such row and no condition forbids it. */
function patchRow(call: Call, table: Table, address: Address): SandboxResponse {
  const body = parseBody(call, table.setName);
  const entity = address.kind === "id" ? address.id : address.text;
  const row = findRow(call.org.database, table, address);
  if (!row) {
    if (hasIfMatch(call)) throw notFound(table, address);
    const options =
      address.kind === "id" ? { id: address.id } : { extra: address.cells as Map<Column, Value> };
    return written(call, table, {
      row: createRow(call, table, body, options),
      created: true,
      entity,
    });
  }
  if (call.headers["if-none-match"] === "*")
    throw new DataverseError(
      412,
      "0x80040237",
      "A record with matching key values already exists.",
    );
  checkIfMatch(call, table, row);
  updateRow(call, table, row, address.kind === "id" ? body : withoutKey(body, address));
  return written(call, table, { row, created: false, entity });
}

/** Key columns in the body of an update by key are ignored. */
function withoutKey(body: Body, address: Extract<Address, { kind: "key" }>): Body {
  return Object.fromEntries(
    Object.entries(body).filter(([property]) => !address.key.columns.includes(property)),
  );
}

function removeRow(call: Call, table: Table, address: Address): SandboxResponse {
  const row = requireAddressed(call.org.database, table, address);
  checkIfMatch(call, table, row);
  call.org.database.transaction(() => deleteRow(call, table, row));
  return noContent();
}

function hasIfMatch(call: Call): boolean {
  const condition = call.headers["if-match"];
  return condition !== undefined && condition !== "null";
}

export function checkIfMatch(call: Call, table: Table, row: Row): void {
  if (!hasIfMatch(call) || call.headers["if-match"] === "*") return;
  if (!table.optimisticConcurrency)
    throw new DataverseError(
      400,
      "0x8006088d",
      `Optimistic concurrency isn't enabled for entity type ${table.name}. The IfVersionMatches value of ConcurrencyBehavior can only be used if optimistic concurrency is enabled.`,
    );
  if (call.headers["if-match"] !== etag(row)) throw versionMismatch();
}

/** The 204/200/201 matrix of the writes. */
function written(
  call: Call,
  table: Table,
  { row, created, entity }: { row: Row; created: boolean; entity: string },
): SandboxResponse {
  if (call.preferences.representation) return entityReply(call, table, row, created ? 201 : 200);
  const url = `${call.root}/${table.setName}(${entity})`;
  return noContent({ ...(created ? { Location: url } : {}), "OData-EntityId": url });
}

export function entityReply(call: Call, table: Table, row: Row, status: number): SandboxResponse {
  const options = parseOptions(call.org.model, table, splitQuery(call.query));
  requireRow(call.user, "Read", call.org.database.store(table), row);
  const writer = rowWriter(call, table, options.select, options.expand);
  const written = call.method !== "GET";
  return jsonReply(
    { "@odata.context": contextOf(call, table, options, "/$entity"), ...writer.write(row) },
    {
      status,
      headers: {
        ETag: etag(row),
        ...preferenceApplied(call, written ? ["return=representation"] : []),
      },
    },
  );
}
