import type { Handled, SandboxRequest, SandboxResponse } from "../kernel/http";
import { ApiError, fail, reason, type Reason } from "./errors";
import type { ClientAccount, Identity } from "./identity";
import type { Limits } from "./limits";
import type { Org } from "./org";
import type { Answer, Found, Route, Router } from "./routing";
import { pause } from "./time";

export interface Server {
  org: Org;
  identity: Identity;
  limits: Limits;
  router: Router;
}

const MAX_URI = 8 * 1024;
const MAX_BODY = 1024 * 1024;
const MAX_FILE = 10 * 1024 * 1024;
const UNKNOWN = "unknown path";

/** Answers one request: token endpoint, or an API call in its envelope. */
export async function handle(server: Server, request: SandboxRequest): Promise<Handled> {
  const path = request.target.split("?")[0]!;
  if (path === "/identity/oauth/token" && request.target.length <= MAX_URI) {
    return server.identity.handle(request);
  }
  const query = new URLSearchParams(request.url.search);
  const asGet = request.method === "POST" && query.get("_method")?.toUpperCase() === "GET";
  const found = server.router.find(asGet ? "GET" : request.method, path);
  const operation = operationOf(found, asGet ? "GET" : request.method);
  const size = tooLarge(request, found);
  if (size) return { operation, response: size };
  if (asGet) mergeForm(query, request);
  const response = await answer(server, { request, query, found, asGet });
  if (path.startsWith("/bulk/")) response.headers["X-Sandbox-Plain"] = "1";
  return { operation, response };
}

interface Incoming {
  request: SandboxRequest;
  query: URLSearchParams;
  found: Found;
  asGet: boolean;
}

async function answer(server: Server, incoming: Incoming): Promise<SandboxResponse> {
  let client: ClientAccount | undefined;
  let inside = false;
  const errors: Reason[] = [];
  let result: Answer | undefined;
  try {
    client = server.identity.authenticate(incoming.request);
    server.limits.enter();
    inside = true;
    result = await run(server, client, incoming);
    await pause(server.org.quirks.latencyMs);
  } catch (error) {
    errors.push(error instanceof ApiError ? error.reason : reason("611"));
    if (!(error instanceof ApiError)) console.error("Marketo sandbox:", error);
  } finally {
    if (inside) server.limits.leave();
  }
  server.limits.book(
    client?.user,
    errors.map((error) => error.code),
  );
  return render(server, result, errors);
}

async function run(server: Server, client: ClientAccount, incoming: Incoming): Promise<Answer> {
  const { found, request, query } = incoming;
  if (!found) fail("610");
  if ("verbs" in found) fail("605", request.method);
  const { route, params } = found;
  if (route.needs.length > 0 && !route.needs.some((name) => client.permissions.has(name))) {
    fail("603");
  }
  const body = incoming.asGet ? undefined : parseBody(route, request);
  const { org, limits } = server;
  return route.run({ org, limits, client, params, query, body, request });
}

function parseBody(route: Route, request: SandboxRequest): unknown {
  const type = request.headers["content-type"] ?? "";
  if (route.body === "multipart") {
    if (!/^multipart\/form-data\b/i.test(type)) fail("613");
    return undefined;
  }
  if (route.body === "none") return undefined;
  if (request.body.length === 0 && route.body === "optionalJson") return undefined;
  if (!/^application\/json\b/i.test(type)) fail("612");
  try {
    return JSON.parse(request.body.toString("utf8"));
  } catch {
    return fail("609");
  }
}

/** 413 and 414 come from the gateway: plain HTTP errors without an envelope. */
function tooLarge(request: SandboxRequest, found: Found): SandboxResponse | undefined {
  const plain = (status: number, body: string): SandboxResponse => ({
    status,
    headers: { "Content-Type": "text/html" },
    body,
  });
  if (request.target.length > MAX_URI) return plain(414, "Request-URI Too Long");
  const isFile = found && "route" in found && found.route.body === "multipart";
  if (request.body.length > (isFile ? MAX_FILE : MAX_BODY)) {
    return plain(413, "Request Entity Too Large");
  }
  return undefined;
}

function mergeForm(query: URLSearchParams, request: SandboxRequest): void {
  query.delete("_method");
  for (const [key, value] of new URLSearchParams(request.body.toString())) query.append(key, value);
}

function operationOf(found: Found, method: string): string {
  if (!found) return `${method} ${UNKNOWN}`;
  return `${method} ${"route" in found ? found.route.path : found.verbs[0]!.path}`;
}

function render(server: Server, answered: Answer | undefined, errors: Reason[]): SandboxResponse {
  if (answered && "raw" in answered) return answered.raw;
  const { org } = server;
  const headers = { "Content-Type": "application/json;charset=UTF-8" };
  if (org.quirks.emptyBodies > 0) {
    org.quirks.emptyBodies--;
    return { status: 200, headers, body: "" };
  }
  // The random numbers are for lasting ids, which must not depend on how many calls came before.
  const requestId = `${hex((++org.calls * 40_503) & 0xffff)}#${hex(org.clock.now())}`;
  const success = errors.length === 0;
  const body = { requestId, success, ...answered, ...(success ? {} : { errors }) };
  return { status: 200, headers, body: JSON.stringify(body) };
}

/** The body of a failure, for faults that the server itself never has: 604, 608, 611, 713 and the like. */
export function failureBody(code: string, message: string): string {
  return JSON.stringify({ requestId: "fa17#0", success: false, errors: [{ code, message }] });
}

const hex = (value: number): string => Math.floor(value).toString(16);
