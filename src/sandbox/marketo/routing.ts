import type { SandboxRequest, SandboxResponse } from "../kernel/http";
import { fail } from "./errors";
import type { ClientAccount } from "./identity";
import type { Limits } from "./limits";
import type { Org } from "./org";

/** One call as an endpoint gets it: signed in, within the limits, its body parsed. */
export interface Call {
  org: Org;
  limits: Limits;
  client: ClientAccount;
  /** The path's variable parts, in order. */
  params: string[];
  /** The query, with the form body of a `_method=GET` call. */
  query: URLSearchParams;
  /** The parsed JSON body; undefined when there is none. */
  body: unknown;
  request: SandboxRequest;
}

/** The members of the envelope besides requestId and success, or an answer that has no envelope. */
export type Answer =
  | {
      result?: unknown[];
      warnings?: unknown[];
      nextPageToken?: string;
      moreResult?: boolean;
    }
  | { raw: SandboxResponse };

export interface Route {
  method: "GET" | "POST" | "DELETE";
  /** The path with `{name}` for its variable parts. */
  path: string;
  /** Any one of these permissions opens the endpoint; none: any caller. */
  needs: readonly string[];
  /** What the body must be: JSON, optional JSON, a multipart form, or nothing that matters. */
  body: "json" | "optionalJson" | "multipart" | "none";
  run(call: Call): Answer | Promise<Answer>;
}

/** One line of an endpoint table; `endpoint` is verb and path. */
export function route(
  endpoint: string,
  needs: Route["needs"],
  body: Route["body"],
  run: Route["run"],
): Route {
  const [method, path] = endpoint.split(" ") as [Route["method"], string];
  return { method, path, needs, body, run };
}

const read = (name: string) => [`Read-Only ${name}`, `Read-Write ${name}`];
const write = (name: string) => [`Read-Write ${name}`];

/** The permissions that the endpoints ask for. */
export const permission = {
  readLead: read("Lead"),
  writeLead: write("Lead"),
  readActivity: read("Activity"),
  writeActivity: write("Activity"),
  readActivityMetadata: read("Activity Metadata"),
  writeActivityMetadata: write("Activity Metadata"),
  readCompany: read("Company"),
  writeCompany: write("Company"),
  readSalesPerson: read("Sales Person"),
  writeSalesPerson: write("Sales Person"),
  schema: ["Read-Write Schema Standard Field", "Read-Write Schema Custom Field"],
  customSchema: ["Read-Write Schema Custom Field"],
  readCampaign: ["Read-Only Campaign", "Read-Write Campaign", "Execute Campaign"],
  executeCampaign: ["Execute Campaign"],
  anyone: [],
} as const;

/** Every permission that a role can have here. */
export const allPermissions: string[] = [...new Set(Object.values(permission).flat())];

export type Found = { route: Route; params: string[] } | { verbs: Route[] } | undefined;

/** Finds the endpoint of a path: plain paths by a map, those with variable parts one after the other. */
export class Router {
  #plain = new Map<string, Route[]>();
  #patterns: { pattern: RegExp; routes: Route[] }[] = [];

  constructor(routes: Route[]) {
    const byPath = new Map<string, Route[]>();
    for (const route of routes) byPath.set(route.path, [...(byPath.get(route.path) ?? []), route]);
    for (const [path, group] of byPath) {
      if (!path.includes("{")) this.#plain.set(path, group);
      else this.#patterns.push({ pattern: toPattern(path), routes: group });
    }
  }

  find(method: string, path: string): Found {
    const plain = this.#plain.get(path);
    if (plain) return choose(plain, method, []);
    for (const { pattern, routes } of this.#patterns) {
      const match = pattern.exec(path);
      const params = match && decoded(match.slice(1));
      if (params) return choose(routes, method, params);
    }
    return undefined;
  }
}

function choose(routes: Route[], method: string, params: string[]): Found {
  const route = routes.find((candidate) => candidate.method === method);
  return route ? { route, params } : { verbs: routes };
}

/** Undefined for a malformed escape: no resource has such a name. */
function decoded(parts: string[]): string[] | undefined {
  try {
    return parts.map((part) => decodeURIComponent(part));
  } catch {
    return undefined;
  }
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "([^/]+?)")}$`);
}

/** A required query parameter. */
export function required(call: Call, name: string): string {
  const value = call.query.get(name);
  if (value === null || value === "") fail("1002", name);
  return value;
}

/** All values of a parameter that is repeated or holds a comma-separated list. */
export function listParameter(call: Call, name: string): string[] {
  return call.query
    .getAll(name)
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter((value) => value !== "");
}

/** The body as an object, whatever came. */
export function bodyObject(call: Call): Record<string, unknown> {
  return isObject(call.body) ? call.body : {};
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The body's `input`: 1 to 300 objects. */
export function inputRecords(call: Call): Record<string, unknown>[] {
  const input = bodyObject(call)["input"];
  if (input === undefined || input === null) fail("1002", "input");
  if (!Array.isArray(input) || !input.every(isObject)) fail("609");
  if (input.length === 0) fail("1003", "Input must not be empty");
  if (input.length > MAX_RECORDS) {
    fail("1003", `Number of records in input exceeds the limit of ${MAX_RECORDS}`);
  }
  return input;
}

export const MAX_RECORDS = 300;

/** The page size that the call asks for, at most 300. */
export function batchSize(call: Call): number {
  const text = call.query.get("batchSize");
  if (text === null || text === "") return MAX_RECORDS;
  if (!/^\d+$/.test(text) || Number(text) === 0) fail("1003", `Invalid batchSize '${text}'`);
  return Math.min(Number(text), MAX_RECORDS);
}

export function intParam(text: string | undefined, what: string): number {
  if (text === undefined || !/^-?\d+$/.test(text)) fail("1003", `Invalid value for '${what}'`);
  return Number(text);
}
