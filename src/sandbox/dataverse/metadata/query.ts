import { badQuery, notSupported, unknownProperty } from "../errors";
import type { CompareOperator, Expression, Operand } from "../query/ast";
import { splitTop } from "../query/options";
import { parseFilter } from "../query/parser";
import type { MetadataNode } from "./node";

type Json = Record<string, unknown>;

/** The query options of a metadata read; there is no paging. */
export interface MetadataQuery {
  select?: string[];
  filter?: Expression;
  expand: { name: string; query: MetadataQuery }[];
}

const KNOWN: ReadonlySet<string> = new Set(["$select", "$filter", "$expand", "$count"]);

export function parseMetadataQuery(options: ReadonlyMap<string, string>): MetadataQuery {
  for (const name of options.keys())
    if (name.startsWith("$") && !KNOWN.has(name))
      throw badQuery(`The query parameter ${name} is not supported`);
  const aliases = new Map([...options].filter(([name]) => name.startsWith("@")));
  const select = options.get("$select");
  const filter = options.get("$filter");
  const expand = options.get("$expand");
  return {
    select: select?.split(",").map((name) => name.trim()),
    filter: filter === undefined ? undefined : parseFilter(filter, aliases),
    expand: expand === undefined ? [] : splitTop(expand, ",").map(parseExpansion),
  };
}

function parseExpansion(text: string): { name: string; query: MetadataQuery } {
  const match = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(text);
  if (!match) throw badQuery(`Syntax error in the $expand '${text}'.`);
  const options = new Map<string, string>();
  for (const option of splitTop(match[2] ?? "", ";")) {
    const equals = option.indexOf("=");
    if (equals > 0) options.set(option.slice(0, equals).trim(), option.slice(equals + 1));
  }
  return { name: match[1]!, query: parseMetadataQuery(options) };
}

/** Filters and shapes nodes. `cast` says that the URL names the concrete type, so its own members may be used. */
export function renderAll(
  nodes: readonly MetadataNode[],
  query: MetadataQuery,
  cast: boolean,
): Json[] {
  const { filter } = query;
  const kept = filter ? nodes.filter((node) => holds(node, filter)) : nodes;
  return kept.map((node) => render(node, query, cast));
}

export function render(node: MetadataNode, query: MetadataQuery, cast: boolean): Json {
  const json: Json = cast ? {} : { "@odata.type": `#${node.type}` };
  const available = cast || !query.select ? { ...node.members, ...node.typed } : node.members;
  if (node.type.endsWith(".EntityMetadata")) delete json["@odata.type"];
  if (query.select) {
    for (const name of query.select) {
      if (!(name in available)) throw unknownProperty(cast ? node.type : baseType(node), name);
      json[name] = available[name];
    }
    if ("MetadataId" in available) json["MetadataId"] = available["MetadataId"];
  } else Object.assign(json, available);
  for (const { name, query: inner } of query.expand) {
    const expand = node.expands?.[name];
    if (!expand) throw unknownProperty(node.type, name);
    const target = expand();
    json[name] =
      target === null
        ? null
        : Array.isArray(target)
          ? renderAll(target, inner, false)
          : render(target, inner, true);
  }
  return json;
}

function baseType(node: MetadataNode): string {
  return node.type.endsWith("AttributeMetadata")
    ? "Microsoft.Dynamics.CRM.AttributeMetadata"
    : node.type;
}

/** Evaluates a filter over a node's JSON; `a/b` walks into complex members. */
export function holds(node: MetadataNode, expression: Expression): boolean {
  switch (expression.kind) {
    case "logic":
      return expression.operator === "and"
        ? holds(node, expression.left) && holds(node, expression.right)
        : holds(node, expression.left) || holds(node, expression.right);
    case "not":
      return !holds(node, expression.operand);
    case "truth":
      return valueOf(node, expression.operand) === true;
    case "compare":
      return compare(
        expression.operator,
        valueOf(node, expression.left),
        valueOf(node, expression.right),
      );
    case "text": {
      const text = String(valueOf(node, expression.left) ?? "").toLowerCase();
      const part = String(valueOf(node, expression.right) ?? "").toLowerCase();
      if (expression.name === "contains") return text.includes(part);
      return expression.name === "startswith" ? text.startsWith(part) : text.endsWith(part);
    }
    case "member": {
      const value = valueOf(node, { kind: "property", path: expression.property });
      const found = expression.values.includes(String(value));
      return expression.name === "NotIn" ? !found : found;
    }
    case "lastDays":
      throw notSupported("The query function LastXDays is not supported for metadata.");
  }
}

function valueOf(node: MetadataNode, operand: Operand): unknown {
  if (operand.kind === "literal") return operand.literal.value;
  let value: unknown = { ...node.members, ...node.typed };
  for (const name of operand.path.split("/")) {
    if (typeof value !== "object" || value === null || !(name in value))
      throw unknownProperty(baseType(node), operand.path);
    value = (value as Json)[name];
  }
  return value;
}

function compare(operator: CompareOperator, left: unknown, right: unknown): boolean {
  const a = typeof left === "string" ? left.toLowerCase() : left;
  const b = typeof right === "string" ? right.toLowerCase() : right;
  if (operator === "eq") return a === b;
  if (operator === "ne") return a !== b;
  if (typeof a !== typeof b || (typeof a !== "number" && typeof a !== "string")) return false;
  const order = (a as number | string) < (b as number | string) ? -1 : a === b ? 0 : 1;
  return { gt: order > 0, ge: order >= 0, lt: order < 0, le: order <= 0 }[operator];
}
