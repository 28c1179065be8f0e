import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { DataverseError, methodNotAllowed, segmentNotFound } from "../errors";
import { attributeNodes } from "../metadata/attributes";
import { entityNode, keyNodes, relationshipNodes, tableId } from "../metadata/entities";
import type { MetadataNode } from "../metadata/node";
import { parseMetadataQuery, render, renderAll, type MetadataQuery } from "../metadata/query";
import { stableGuid } from "../model/ids";
import type { Table } from "../model/model";
import { splitQuery } from "../query/options";
import { jsonReply } from "../replies";
import { parseArguments, type Segment } from "./path";

const NAMESPACE = "Microsoft.Dynamics.CRM.";

/** `EntityDefinitions...` */
export function metadataRoute(call: Call, [first, ...rest]: readonly Segment[]): SandboxResponse {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const query = parseMetadataQuery(splitQuery(call.query));
  const { model } = call.org;
  if (first!.args === undefined) {
    const nodes = [...model.tables.values()].map((table) => entityNode(model, table));
    return listReply(call, `EntityDefinitions${selection(query)}`, renderAll(nodes, query, true));
  }
  const table = addressedTable(call, first!.args);
  if (rest.length === 0)
    return itemReply(
      call,
      `EntityDefinitions${selection(query)}`,
      render(entityNode(model, table), query, true),
    );
  return partRoute(call, table, rest, query);
}

function addressedTable(call: Call, args: string): Table {
  const { model } = call.org;
  const name = args.includes("=") ? parseArguments(args).get("LogicalName") : undefined;
  for (const table of model.tables.values())
    if (table.name === name || tableId(model, table) === args.toLowerCase()) return table;
  throw new DataverseError(
    404,
    "0x80040217",
    `Could not find an entity with name ${name ?? args}.`,
  );
}

function partRoute(
  call: Call,
  table: Table,
  [part, ...rest]: readonly Segment[],
  query: MetadataQuery,
): SandboxResponse {
  const context = `EntityDefinitions('${table.name}')/${part!.name}`;
  switch (part!.name) {
    case "Attributes":
      return attributesRoute(call, table, [part!, ...rest], query);
    case "Keys":
      return listReply(call, context, renderAll(keyNodes(table), query, true));
    case "ManyToOneRelationships":
      return listReply(
        call,
        context,
        renderAll(relationshipNodes(call.org.model, table), query, true),
      );
    default:
      throw segmentNotFound(part!.name);
  }
}

/** `Attributes`, one of them, and each with a cast to the concrete type. */
function attributesRoute(
  call: Call,
  table: Table,
  [collection, castSegment, tail]: readonly Segment[],
  query: MetadataQuery,
): SandboxResponse {
  const cast = castSegment?.name;
  if (cast !== undefined) checkCast(cast);
  const context = `EntityDefinitions('${table.name}')/Attributes${cast ? `/${cast}` : ""}`;
  let nodes = attributeNodes(table);
  if (cast !== undefined) nodes = nodes.filter((node) => node.type === cast);
  if (collection!.args === undefined)
    return listReply(
      call,
      `${context}${selection(query)}`,
      renderAll(nodes, query, cast !== undefined),
    );
  const node = addressedAttribute(nodes, collection!.args);
  if (!tail) return itemReply(call, context, render(node, query, cast !== undefined));
  const expand = node.expands?.[tail.name];
  const target = expand?.();
  if (!target || Array.isArray(target)) throw segmentNotFound(tail.name);
  return itemReply(call, `${context}/${tail.name}`, render(target, query, true));
}

const CASTS: ReadonlySet<string> = new Set(
  [
    "String",
    "Memo",
    "Integer",
    "BigInt",
    "Decimal",
    "Double",
    "Money",
    "Boolean",
    "DateTime",
    "Picklist",
    "State",
    "Status",
    "MultiSelectPicklist",
    "Lookup",
    "UniqueIdentifier",
    "EntityName",
    "Image",
    "File",
  ].map((name) => `${NAMESPACE}${name}AttributeMetadata`),
);

function checkCast(cast: string): void {
  if (!CASTS.has(cast)) throw segmentNotFound(cast);
}

function addressedAttribute(nodes: readonly MetadataNode[], args: string): MetadataNode {
  const name = args.includes("=") ? parseArguments(args).get("LogicalName") : undefined;
  const node = nodes.find(
    ({ members }) =>
      members["LogicalName"] === name || members["MetadataId"] === args.toLowerCase(),
  );
  if (!node)
    throw new DataverseError(
      404,
      "0x80041103",
      `Could not find an attribute with name ${name ?? args}.`,
    );
  return node;
}

/** What a context URL says about the selected members. */
function selection(query: MetadataQuery): string {
  return query.select ? `(${query.select.join(",")})` : "";
}

function listReply(call: Call, context: string, value: unknown[]): SandboxResponse {
  return jsonReply({ "@odata.context": `${call.root}/$metadata#${context}`, value });
}

function itemReply(call: Call, context: string, item: Record<string, unknown>): SandboxResponse {
  return jsonReply({ "@odata.context": `${call.root}/$metadata#${context}/$entity`, ...item });
}

const MESSAGES = [
  "Create",
  "Update",
  "Delete",
  "CreateMultiple",
  "UpdateMultiple",
  "UpsertMultiple",
];

/** `sdkmessagefilters`: which messages a table takes part in. */
export function messageFiltersRoute(call: Call): SandboxResponse {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const query = parseMetadataQuery(splitQuery(call.query));
  const nodes = [...call.org.model.tables.values()]
    .filter((table) => table.owned)
    .flatMap((table) => MESSAGES.map((message) => messageFilter(table, message)));
  const value = renderAll(nodes, query, true).map((item) => ({
    "@odata.etag": 'W/"1001"',
    ...item,
  }));
  return listReply(call, `sdkmessagefilters${selection(query)}`, value);
}

function messageFilter(table: Table, message: string): MetadataNode {
  const messageId = stableGuid(0, `message/${message}`);
  return {
    type: `${NAMESPACE}sdkmessagefilter`,
    members: {
      sdkmessagefilterid: stableGuid(0, `messagefilter/${table.name}/${message}`),
      primaryobjecttypecode: table.name,
      _sdkmessageid_value: messageId,
    },
    typed: { sdkmessageid: { sdkmessageid: messageId, name: message } },
  };
}
