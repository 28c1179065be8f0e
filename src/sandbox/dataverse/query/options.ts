import { badQuery, notSupported, unknownProperty } from "../errors";
import { isLookup, type Column } from "../model/column";
import type { Model, Table } from "../model/model";
import type { Expression } from "./ast";
import { parseFilter } from "./parser";

export interface Expansion {
  name: string;
  column: Column;
  /** The tables that the navigation may lead to. */
  targets: readonly string[];
  select?: readonly string[];
}

export interface OrderItem {
  column: Column;
  descending: boolean;
}

/** The parsed system query options of one read. */
export interface QueryOptions {
  /** Properties in the order of `$select`; undefined when there is none. */
  select?: readonly string[];
  filter?: Expression;
  order: readonly OrderItem[];
  top?: number;
  count: boolean;
  expand: readonly Expansion[];
  skipToken?: string;
  deltaToken?: string;
  /** The system options that were given, by name. */
  given: ReadonlySet<string>;
}

const KNOWN: ReadonlySet<string> = new Set([
  "$select",
  "$filter",
  "$orderby",
  "$top",
  "$count",
  "$expand",
  "$skiptoken",
  "$deltatoken",
]);

/** Splits a query string; `+` is a blank here, as the web server decodes it. */
export function splitQuery(query: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? "" : part.slice(equals + 1);
    options.set(decode(name), decode(value));
  }
  return options;
}

/** `UnMaskedData=true` asks for the clear text of masked columns. */
export function wantsClearText(query: string): boolean {
  return splitQuery(query).get("UnMaskedData")?.toLowerCase() === "true";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw badQuery(`The query string contains a malformed escape: '${text}'.`);
  }
}

export function parseOptions(
  model: Model,
  table: Table,
  raw: ReadonlyMap<string, string>,
): QueryOptions {
  refuseUnknown(raw);
  const aliases = new Map([...raw].filter(([name]) => name.startsWith("@")));
  const filter = raw.get("$filter");
  return {
    select: parseSelect(table, raw.get("$select")),
    filter: filter === undefined ? undefined : parseFilter(filter, aliases),
    order: parseOrder(table, raw.get("$orderby")),
    top: parseTop(raw.get("$top")),
    count: parseCount(raw.get("$count")),
    expand: parseExpand(model, table, raw.get("$expand")),
    skipToken: raw.get("$skiptoken"),
    deltaToken: raw.get("$deltatoken"),
    given: new Set([...raw.keys()].filter((name) => name.startsWith("$"))),
  };
}

function refuseUnknown(raw: ReadonlyMap<string, string>): void {
  for (const name of raw.keys()) {
    if (name.toLowerCase() === "fetchxml") throw notSupported("FetchXML is not supported.");
    if (!name.startsWith("$") || KNOWN.has(name)) continue;
    if (name === "$skip") throw badQuery("Skip Clause is not supported in CRM");
    if (name === "$apply") throw notSupported("The query option $apply is not supported.");
    throw badQuery(`The query parameter '${name}' is not supported.`);
  }
}

function parseSelect(table: Table, text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("*")) return undefined;
  for (const name of names) {
    const column = table.byWireName(name);
    if (!column?.read) throw unknownProperty(table.typeName, name);
  }
  return [...new Set(names)];
}

function parseOrder(table: Table, text: string | undefined): OrderItem[] {
  if (text === undefined) return [];
  return text.split(",").map((item) => {
    const [name = "", direction = "asc", ...rest] = item.trim().split(/\s+/);
    if (rest.length > 0 || !["asc", "desc"].includes(direction))
      throw badQuery(`Syntax error at position ${text.length} in '${text}'.`);
    const column = table.byWireName(name);
    if (!column?.read) throw unknownProperty(table.typeName, name);
    return { column, descending: direction === "desc" };
  });
}

function parseTop(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw badQuery(
    `Invalid value '${text}' for $top query option found. The $top query option requires a non-negative integer value.`,
  );
}

function parseCount(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw badQuery(
    `Invalid value '${text}' for $count query option found. Valid values are '0' or 'false' and '1' or 'true'.`,
  );
}

function parseExpand(model: Model, table: Table, text: string | undefined): Expansion[] {
  if (text === undefined) return [];
  return splitTop(text, ",").map((item) => {
    const match = /^\s*([\w]+)\s*(?:\((.*)\))?\s*$/s.exec(item);
    const name = match?.[1] ?? item.trim();
    const found = table.navigation(name);
    if (!match || !found) throw unknownProperty(table.typeName, name);
    const targets = found.navigation.targets.filter((target) => model.tables.has(target));
    const select = expandSelect(match[2]);
    const [first] = targets;
    if (select && first && targets.length === 1) checkSelect(model.table(first), select);
    return { name, column: found.column, targets, select };
  });
}

function expandSelect(options: string | undefined): string[] | undefined {
  if (!options?.trim()) return undefined;
  let select: string[] | undefined;
  for (const option of splitTop(options, ";")) {
    const [name, value = ""] = option.trim().split("=", 2);
    if (name !== "$select")
      throw badQuery(
        `The query option '${name}' is not supported inside $expand of a single-valued navigation property.`,
      );
    select = value.split(",").map((part) => part.trim());
  }
  return select;
}

function checkSelect(table: Table, names: readonly string[]): void {
  for (const name of names)
    if (!table.byWireName(name)?.read) throw unknownProperty(table.typeName, name);
}

/** Splits at a separator outside parentheses and quotes. */
export function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (char === separator && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** The columns that a read returns: what was selected and what the platform adds to it. */
export function selectedColumns(table: Table, select: readonly string[] | undefined): Column[] {
  if (!select) return [...table.stored()].filter((column) => column.read);
  const columns = new Set(
    select.map((name) => table.byWireName(name)).filter((c) => c !== undefined),
  );
  for (const column of [...columns]) {
    const companion = companionOf(table, column);
    if (companion) columns.add(companion);
  }
  columns.add(table.column(table.primaryId));
  return [...columns];
}

/** Money comes with its currency, a part of address 1 with the composed address. */
function companionOf(table: Table, column: Column): Column | undefined {
  if (column.type === "Money") return table.columns.get("transactioncurrencyid");
  const address = /^(address\d)_/.exec(column.name)?.[1];
  return address && !isLookup(column) ? table.columns.get(`${address}_composite`) : undefined;
}
