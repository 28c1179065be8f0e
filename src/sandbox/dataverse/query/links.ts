import type { Call } from "../call";
import type { Table } from "../model/model";
import type { QueryOptions } from "./options";

/** The context URL of a collection: the set and, with `$select`, the selected properties. */
export function contextOf(call: Call, table: Table, options: QueryOptions, suffix = ""): string {
  const expanded = options.expand.map(
    ({ name, select }) => `${name}(${select ? select.join(",") : ""})`,
  );
  const names = [...(options.select ?? []), ...expanded];
  const list = names.length > 0 ? `(${names.join(",")})` : "";
  return `${call.root}/$metadata#${table.setName}${list}${suffix}`;
}

/** The same URL with the cookie of the next page. */
export function nextLink(call: Call, cookie: string): string {
  const query = without(call.query, ["$skiptoken"]);
  // The service leaves the signs that a query may hold as they are.
  const escaped = encodeURIComponent(cookie).replaceAll("%3D", "=").replaceAll("%2F", "/");
  return `${call.root}/${call.path}?${query ? `${query}&` : ""}$skiptoken=${escaped}`;
}

/** The URL that will answer with the changes since `token`. */
export function deltaLink(call: Call, token: string): string {
  const query = without(call.query, ["$skiptoken", "$deltatoken"]);
  const escaped = encodeURIComponent(token)
    .replaceAll("!", "%21")
    .replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  return `${call.root}/${call.path}?${query ? `${query}&` : ""}$deltatoken=${escaped}`;
}

function without(query: string, names: readonly string[]): string {
  return query
    .split("&")
    .filter((part) => {
      const name = part.split("=", 1)[0]!.replace(/^%24/, "$");
      return part !== "" && !names.includes(name);
    })
    .join("&");
}
