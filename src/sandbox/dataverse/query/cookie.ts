import { badQuery } from "../errors";
import type { Value } from "../model/column";

/** Where a page ended. It travels inside `$skiptoken`; clients must not look into it. */
export interface Cookie {
  page: number;
  /** Reading position of the last row; for sorted reads also its sort values. */
  position: number;
  keys?: Value[];
  lastId: string;
  /** Tracked reads: the version span, and whether the deletions have begun. */
  tracking?: { from?: number; until: number; at: number; deletions: boolean };
}

export function writeCookie(table: string, cookie: Cookie): string {
  const state = Buffer.from(JSON.stringify(cookie)).toString("base64url");
  const inner = `<cookie page="${cookie.page - 1}"><${table}id last="{${cookie.lastId.toUpperCase()}}" first="{${cookie.lastId.toUpperCase()}}" state="${state}" /></cookie>`;
  const twice = encodeURIComponent(encodeURIComponent(inner));
  return `<cookie pagenumber="${cookie.page}" pagingcookie="${twice}" istracking="${cookie.tracking ? "True" : "False"}" />`;
}

const OUTER = /^<cookie pagenumber="\d+" pagingcookie="([^"]+)" istracking="(?:True|False)" \/>$/;

export function readCookie(text: string): Cookie {
  try {
    const inner = decodeURIComponent(decodeURIComponent(OUTER.exec(text)![1]!));
    const state = /state="([\w-]+)"/.exec(inner)![1]!;
    return JSON.parse(Buffer.from(state, "base64url").toString("utf8")) as Cookie;
  } catch {
    throw badQuery("Malformed XML in the Paging Cookie");
  }
}
