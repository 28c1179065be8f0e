import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { badQuery, DataverseError, expiredVersionStamp } from "../errors";
import type { Table } from "../model/model";
import { jsonReply, preferenceApplied } from "../replies";
import { requireGlobalRead } from "../security/access";
import { writeCookie, type Cookie } from "./cookie";
import { contextOf, deltaLink, nextLink } from "./links";
import type { QueryOptions } from "./options";
import { rowWriter, type Json } from "./rowJson";

const MAX_PAGE = 5000;
const DAY = 86_400_000;
const REFUSED = ["$filter", "$orderby", "$expand", "$top"];

interface TrackedRead {
  options: QueryOptions;
  cookie: Cookie | undefined;
}

type Span = NonNullable<Cookie["tracking"]>;

/** One page of a tracked read: of the seed, or of the changes behind a delta token. */
export function readTracked(call: Call, table: Table, read: TrackedRead): SandboxResponse {
  checkTracked(call, table, read.options);
  const span = read.cookie?.tracking ?? openSpan(call, read.options);
  const size = Math.min(call.preferences.maxPageSize ?? MAX_PAGE, MAX_PAGE);
  const page =
    span.from === undefined
      ? seedPage(call, table, { ...read, span, size })
      : deltaPage(call, table, { ...read, span: { ...span, from: span.from }, size });
  const body: Json = {
    "@odata.context": contextOf(
      call,
      table,
      read.options,
      span.from === undefined ? "" : "/$delta",
    ),
  };
  if (page.next) {
    const cookie = { ...page.next, page: (read.cookie?.page ?? 1) + 1 };
    body["@odata.nextLink"] = nextLink(call, writeCookie(table.name, cookie));
  } else {
    body["@odata.deltaLink"] = deltaLink(call, writeToken(span));
  }
  body["value"] = page.value;
  return jsonReply(body, { headers: preferenceApplied(call, ["odata.track-changes"]) });
}

/** How many changes wait behind a delta token. */
export function countChanges(call: Call, table: Table, options: QueryOptions): number {
  checkTracked(call, table, options);
  const span = openSpan(call, options);
  const store = call.org.database.store(table);
  let total = 0;
  for (const _ of store.log.changes(span.from ?? 0, span.until)) total++;
  for (const deletion of store.log.deletions(span.from ?? 0, span.until))
    if (!store.find(deletion.id)) total++;
  return total;
}

function checkTracked(call: Call, table: Table, options: QueryOptions): void {
  if (!table.changeTracking)
    throw new DataverseError(
      400,
      "0x80072491",
      `Entity ${table.name} isn't enabled for change tracking.`,
    );
  for (const name of REFUSED)
    if (options.given.has(name))
      throw badQuery(
        `The "${name}" query parameter isn't supported when Change Tracking is enabled.`,
      );
  requireGlobalRead(call.user, table);
}

/** The versions that a new tracked read covers; later changes belong to the next one. */
function openSpan(call: Call, options: QueryOptions): Span {
  const { org } = call;
  const span = { until: org.database.version, at: org.kernel.clock.now(), deletions: false };
  if (options.deltaToken === undefined) return span;
  const token = readToken(options.deltaToken);
  const age = org.kernel.clock.now() - token.at;
  const expired =
    token.version <= org.expiredVersion ||
    token.version > org.database.version ||
    age > org.expireChangeTrackingInDays * DAY;
  if (expired) throw expiredVersionStamp();
  return { ...span, from: token.version };
}

interface Page {
  value: Json[];
  next?: Omit<Cookie, "page">;
}

function seedPage(
  call: Call,
  table: Table,
  { options, cookie, span, size }: TrackedRead & { span: Span; size: number },
): Page {
  const writer = rowWriter(call, table, options.select);
  const value: Json[] = [];
  let last: { sequence: number; id: string } | undefined;
  for (const row of call.org.database.store(table).rows(cookie?.position)) {
    if (value.length === size)
      return { value, next: { position: last!.sequence, lastId: last!.id, tracking: span } };
    value.push(writer.write(row));
    last = row;
  }
  return { value };
}

/** Created and updated rows by version first, then the deletions; both count toward the page. */
function deltaPage(
  call: Call,
  table: Table,
  read: TrackedRead & { span: Span & { from: number }; size: number },
): Page {
  const { options, cookie, span, size } = read;
  const store = call.org.database.store(table);
  const writer = rowWriter(call, table, options.select);
  const value: Json[] = [];
  let position = cookie?.position ?? span.from;
  let lastId = cookie?.lastId ?? "";
  const next = (deletions: boolean) => ({
    value,
    next: { position, lastId, tracking: { ...span, deletions } },
  });
  if (!span.deletions) {
    for (const row of store.log.changes(position, span.until)) {
      if (value.length === size) return next(false);
      value.push(writer.write(row));
      ({ version: position, id: lastId } = row);
    }
    position = span.from;
  }
  for (const deletion of store.log.deletions(position, span.until)) {
    // The id lives again: the row itself is in the feed, a deletion after it would undo it.
    if (store.find(deletion.id)) continue;
    if (value.length === size) return next(true);
    value.push(deletedEntry(call, table, deletion.id));
    ({ version: position, id: lastId } = deletion);
  }
  return { value };
}

function deletedEntry(call: Call, table: Table, id: string): Json {
  return {
    "@odata.context": `${call.root}/$metadata#${table.setName}/$deletedEntity`,
    id,
    reason: "deleted",
  };
}

function writeToken(span: Span): string {
  const [date = "", time = ""] = new Date(span.at).toISOString().slice(0, 19).split("T");
  const [year, month, day] = date.split("-");
  return `${span.until}!${month}/${day}/${year} ${time}`;
}

const TOKEN = /^(\d+)!(\d{2})\/(\d{2})\/(\d{4}) (\d{2}:\d{2}:\d{2})$/;

function readToken(text: string): { version: number; at: number } {
  const match = TOKEN.exec(text);
  if (!match) throw badQuery(`The delta token '${text}' is not valid.`);
  const [, version, month, day, year, time] = match;
  return { version: Number(version), at: Date.parse(`${year}-${month}-${day}T${time}Z`) };
}
