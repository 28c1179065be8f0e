import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import type { Value } from "../model/column";
import type { Table } from "../model/model";
import { wantsAnnotation } from "../preferences";
import { jsonReply, preferenceApplied, textReply } from "../replies";
import { coversRow, requireColumn, requirePrivilege } from "../security/access";
import { depthOf } from "../security/users";
import type { Row } from "../storage/row";
import { readCookie, writeCookie, type Cookie } from "./cookie";
import { contextOf, nextLink } from "./links";
import { parseOptions, splitQuery, type OrderItem, type QueryOptions } from "./options";
import { narrow } from "./planner";
import { compareValues, compile, lower, type FilterScope } from "./predicate";
import { rowWriter } from "./rowJson";
import { countChanges, readTracked } from "./tracking";

export const MAX_PAGE = 5000;
const COUNT_LIMIT = 5000;

/** `GET /contacts?...`: a page of rows, or of changes when the read is tracked. */
export function readCollection(call: Call, table: Table): SandboxResponse {
  requirePrivilege(call.user, table, "Read");
  const options = parseOptions(call.org.model, table, splitQuery(call.query));
  const cookie = options.skipToken === undefined ? undefined : readCookie(options.skipToken);
  if (call.preferences.trackChanges || options.deltaToken !== undefined || cookie?.tracking)
    return readTracked(call, table, { options, cookie });
  return readPage(call, table, { options, cookie });
}

/** `GET /contacts/$count`, also of the changes behind a delta token. */
export function countCollection(call: Call, table: Table): SandboxResponse {
  requirePrivilege(call.user, table, "Read");
  const options = parseOptions(call.org.model, table, splitQuery(call.query));
  if (options.deltaToken !== undefined)
    return textReply(String(countChanges(call, table, options)));
  const matching = matcher(call, table, options);
  return textReply(String(count(matching, COUNT_LIMIT)));
}

function readPage(
  call: Call,
  table: Table,
  { options, cookie }: { options: QueryOptions; cookie: Cookie | undefined },
): SandboxResponse {
  const applied: string[] = [];
  let size = MAX_PAGE;
  if (options.top === undefined && call.preferences.maxPageSize !== undefined) {
    size = Math.min(size, call.preferences.maxPageSize);
    applied.push(`odata.maxpagesize=${call.preferences.maxPageSize}`);
  }
  const limit = Math.min(options.top ?? size, MAX_PAGE);
  const matching = matcher(call, table, options);
  const rows =
    options.order.length > 0
      ? sortedPage(matching, options.order, { cookie, limit: limit + 1 })
      : take(matching.rows(cookie?.position), limit + 1);
  const more = rows.length > limit && options.top === undefined;
  const page = rows.slice(0, limit);

  const writer = rowWriter(call, table, options.select, options.expand);
  const body: Record<string, unknown> = { "@odata.context": contextOf(call, table, options) };
  if (options.count) Object.assign(body, countMembers(call, matching));
  const last = page.at(-1);
  if (more && last)
    body["@odata.nextLink"] = nextLink(
      call,
      writeCookie(table.name, {
        page: (cookie?.page ?? 1) + 1,
        position: last.sequence,
        lastId: last.id,
        ...(options.order.length > 0 ? { keys: matching.keys(last, options.order) } : {}),
      }),
    );
  body["value"] = page.map((row) => writer.write(row));
  return jsonReply(body, { headers: preferenceApplied(call, applied) });
}

interface Matcher {
  rows(after?: number): Iterable<Row>;
  keys(row: Row, order: readonly OrderItem[]): Value[];
  /** The number of rows when every row matches. */
  total?: number;
}

/** The rows that the caller may see and the filter lets through, in reading order. */
function matcher(call: Call, table: Table, options: QueryOptions): Matcher {
  const { database } = call.org;
  const store = database.store(table);
  const scope: FilterScope = { database, store, user: call.user, now: call.org.kernel.clock.now() };
  for (const { column } of options.order) requireColumn(call.user, table, column, "order");
  const test = options.filter ? compile(scope, options.filter) : undefined;
  const narrowed = options.filter ? narrow(scope, options.filter) : undefined;
  const ownOnly = table.owned && depthOf(call.user, table.privilege("Read")) === "Basic";

  function* rows(after = -1): Generator<Row> {
    for (const row of narrowed ?? store.rows(after)) {
      if (row.sequence <= after || (test && !test(row))) continue;
      if (!ownOnly || coversRow(call.user, "Read", store, row)) yield row;
    }
  }
  return {
    rows,
    keys: (row, order) => order.map(({ column }) => lower(store.value(row, column))),
    total: test || ownOnly ? undefined : store.size,
  };
}

/** Sorts what comes after the cookie's row; ties are broken by reading order so that pages never overlap. */
function sortedPage(
  matching: Matcher,
  order: readonly OrderItem[],
  { cookie, limit }: { cookie: Cookie | undefined; limit: number },
): Row[] {
  type Keyed = { row: Row; keys: Value[] };
  const compare = (a: Value[], b: Value[]): number => {
    for (let i = 0; i < order.length; i++) {
      const result = compareValues(a[i]!, b[i]!);
      if (result !== 0) return order[i]!.descending ? -result : result;
    }
    return 0;
  };
  const found: Keyed[] = [];
  for (const row of matching.rows()) {
    const keys = matching.keys(row, order);
    if (cookie?.keys) {
      const side = compare(keys, cookie.keys);
      if (side < 0 || (side === 0 && row.sequence <= cookie.position)) continue;
    }
    found.push({ row, keys });
  }
  found.sort((a, b) => compare(a.keys, b.keys) || a.row.sequence - b.row.sequence);
  return found.slice(0, limit).map(({ row }) => row);
}

function countMembers(call: Call, matching: Matcher): Record<string, unknown> {
  const total = count(matching, COUNT_LIMIT + 1);
  const capped = Math.min(total, COUNT_LIMIT);
  const members: Record<string, unknown> = { "@odata.count": capped };
  if (wantsAnnotation(call.preferences, "Microsoft.Dynamics.CRM.totalrecordcount")) {
    members["@Microsoft.Dynamics.CRM.totalrecordcount"] = capped;
    members["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] = total > COUNT_LIMIT;
  }
  return members;
}

function count(matching: Matcher, limit: number): number {
  if (matching.total !== undefined) return Math.min(matching.total, limit);
  return take(matching.rows(), limit).length;
}

export function take<T>(items: Iterable<T>, limit: number): T[] {
  const taken: T[] = [];
  if (limit <= 0) return taken;
  for (const item of items) {
    taken.push(item);
    if (taken.length >= limit) break;
  }
  return taken;
}
