import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { DataverseError, errorResponse, methodNotAllowed, segmentNotFound } from "../errors";
import { csdl } from "../metadata/csdl";
import type { Table } from "../model/model";
import { countCollection } from "../query/collection";
import { jsonReply } from "../replies";
import { parseAddress, requireAddressed } from "../write/address";
import { merge, qualifyLead } from "./actions";
import { bulkRoute, isBulkMessage } from "./bulk";
import { functionArguments, unboundFunctions, userFunction } from "./functions";
import { messageFiltersRoute, metadataRoute } from "./metadata";
import { parsePath, type Segment } from "./path";
import { propertyRoute } from "./properties";
import { collectionRoute, rowRoute } from "./rows";
import { securityTableRoute } from "./securityTables";

const NAMESPACE = "Microsoft.Dynamics.CRM.";
const READ_MS = 15;
const WRITE_MS = 40;

/** Answers one operation; a refusal becomes the error answer. */
export function dispatch(call: Call): SandboxResponse {
  call.meter.ms += call.method === "GET" ? READ_MS : WRITE_MS;
  try {
    return route(call, parsePath(call.path));
  } catch (error) {
    if (error instanceof DataverseError)
      return errorResponse(error, call.preferences.annotations === "*");
    throw error;
  }
}

/** The endpoint's name for the counters: keys and arguments are left out. */
export function operationName(method: string, path: string): string {
  try {
    const names = parsePath(path).map(({ name, args }) => {
      const short = name.replace(NAMESPACE, "");
      return args ? `${short}(id)` : args === "" ? `${short}()` : short;
    });
    return `${method} /${names.join("/")}`;
  } catch (error) {
    if (error instanceof DataverseError) return `${method} (malformed path)`;
    throw error;
  }
}

function route(call: Call, segments: readonly Segment[]): SandboxResponse {
  const [first, ...rest] = segments;
  if (!first) return serviceDocument(call);
  if (first.name === "EntityDefinitions") return metadataRoute(call, segments);
  const table = call.org.model.bySet(first.name);
  if (table) return tableRoute(call, table, first, rest);
  if (rest.length > 0) throw segmentNotFound(first.name);
  return globalRoute(call, first);
}

function globalRoute(call: Call, segment: Segment): SandboxResponse {
  switch (segment.name) {
    case "$metadata":
      return {
        status: 200,
        headers: { "Content-Type": "application/xml", "OData-Version": "4.0" },
        body: csdl(call.org.model),
      };
    case "sdkmessagefilters":
      return messageFiltersRoute(call);
    case "fieldsecurityprofiles":
    case "fieldpermissions":
    case "attributemaskingrules":
      return securityTableRoute(call, segment.name);
    case "Merge":
      if (call.method !== "POST") throw methodNotAllowed(call.method);
      return merge(call);
    default: {
      const run = Object.hasOwn(unboundFunctions, segment.name)
        ? unboundFunctions[segment.name]
        : undefined;
      if (!run) throw segmentNotFound(segment.name);
      if (call.method !== "GET") throw methodNotAllowed(call.method);
      return run(call, functionArguments(call, segment.args));
    }
  }
}

function tableRoute(
  call: Call,
  table: Table,
  { args }: Segment,
  rest: readonly Segment[],
): SandboxResponse {
  const [next] = rest;
  if (args === undefined) {
    if (!next) return collectionRoute(call, table);
    if (next.name === "$count" && call.method === "GET") return countCollection(call, table);
    const message = next.name.replace(NAMESPACE, "");
    if (isBulkMessage(message) && table.owned) return bulkRoute(call, table, message);
    throw segmentNotFound(next.name);
  }
  if (!next) return rowRoute(call, table, args);
  if (!next.name.startsWith(NAMESPACE)) return propertyRoute(call, table, args, rest);
  return boundOperation(call, table, args, next);
}

function boundOperation(
  call: Call,
  table: Table,
  args: string,
  operation: Segment,
): SandboxResponse {
  const name = operation.name.slice(NAMESPACE.length);
  if (table.name === "systemuser") {
    if (call.method !== "GET") throw methodNotAllowed(call.method);
    return userFunction(call, args, { name, args: operation.args });
  }
  if (table.name !== "lead" || name !== "QualifyLead") throw segmentNotFound(operation.name);
  if (call.method !== "POST") throw methodNotAllowed(call.method);
  const row = requireAddressed(call.org.database, table, parseAddress(table, args));
  return qualifyLead(call, table, row);
}

function serviceDocument(call: Call): SandboxResponse {
  return jsonReply({
    "@odata.context": `${call.root}/$metadata`,
    value: [...call.org.model.tables.values()].map((table) => ({
      name: table.setName,
      kind: "EntitySet",
      url: table.setName,
    })),
  });
}
