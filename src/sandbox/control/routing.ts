import * as z from "zod";
import type { Handler, SandboxRequest, SandboxResponse } from "../kernel/http";

/** A call that cannot be done; the text is one sentence with the remedy. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface ControlCall {
  /** The parts of the path that stand for `:name` in the pattern. */
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
}

export interface ControlRoute {
  method: "GET" | "POST" | "DELETE";
  /** `/faults/:id`; a segment with a colon takes any text. */
  pattern: string;
  run(call: ControlCall): unknown;
}

/** A route whose body is checked first; a wrong body never reaches `run`. */
export function post<T>(
  pattern: string,
  schema: z.ZodType<T>,
  run: (body: T, call: ControlCall) => unknown,
): ControlRoute {
  return { method: "POST", pattern, run: (call) => run(checked(schema, call.body), call) };
}

export const get = (pattern: string, run: ControlRoute["run"]): ControlRoute => ({
  method: "GET",
  pattern,
  run,
});

export const remove = (pattern: string, run: ControlRoute["run"]): ControlRoute => ({
  method: "DELETE",
  pattern,
  run,
});

/** For POST routes that need nothing but the call itself. */
export const nothing = z.strictObject({}).optional();

/** Checks a value; the first thing wrong becomes the sentence. */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.length ? `"${issue.path.join(".")}": ` : "";
  throw new ControlError(400, `${where}${issue?.message ?? "The body is not valid."}`);
}

/** A whole number out of the query; `fallback` when it is not given. */
export function numberFrom(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,15}$/.test(text)) {
    throw new ControlError(400, `"${name}" must be a whole number, not "${text}".`);
  }
  return Number(text);
}

/** Serves the routes as JSON. Web pages are kept out: a browser names its page in `Origin`, programs do not. */
export function controlHandler(routes: readonly ControlRoute[]): Handler {
  return (request) => {
    const operation = `${request.method} ${request.url.pathname}`;
    try {
      return { operation, response: json(200, answer(routes, request) ?? { ok: true }) };
    } catch (error) {
      return { operation, response: refusal(error) };
    }
  };
}

function answer(routes: readonly ControlRoute[], request: SandboxRequest): unknown {
  if (request.headers["origin"] !== undefined) {
    throw new ControlError(403, "The control endpoint does not answer web pages.");
  }
  const path = request.url.pathname.replace(/(?<=.)\/$/, "");
  const found = routes
    .map((route) => ({ route, params: match(route.pattern, path) }))
    .filter((candidate) => candidate.params !== undefined);
  if (!found.length) {
    throw new ControlError(404, `There is no ${path}; GET / lists what there is.`);
  }
  const hit = found.find(({ route }) => route.method === request.method);
  if (!hit) {
    const methods = found.map(({ route }) => route.method).join(" or ");
    throw new ControlError(405, `Use ${methods} for ${path}.`);
  }
  const { params = {}, route } = hit;
  return route.run({ params, query: request.url.searchParams, body: parseBody(request) });
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [place, part] of wanted.entries()) {
    const text = given[place]!;
    if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(text);
    else if (part !== text) return undefined;
  }
  return params;
}

function parseBody(request: SandboxRequest): unknown {
  const text = request.body.toString("utf8");
  if (!text.trim()) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError(400, "The body is not valid JSON.");
  }
}

function refusal(error: unknown): SandboxResponse {
  if (error instanceof ControlError) return json(error.status, { error: error.message });
  // What the orgs refuse (an unknown column, a missing row) is the caller's mistake, told in their words.
  return json(400, { error: error instanceof Error ? error.message : String(error) });
}

function json(status: number, body: unknown): SandboxResponse {
  return {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" },
    body: JSON.stringify(body),
  };
}
