import { randomUUID } from "node:crypto";
import type { Handled, SandboxRequest, SandboxResponse } from "../kernel/http";
import type { TokenVerifier } from "../kernel/tokens";
import { batchRoute } from "./batch/batch";
import type { Call } from "./call";
import { DataverseError, errorResponse } from "./errors";
import type { ServiceProtection } from "./limits";
import type { Organization } from "./organization";
import { parsePreferences } from "./preferences";
import { dispatch, operationName } from "./routes/dispatch";
import { depthOf, type User } from "./security/users";

export interface ServerOptions {
  org: Organization;
  tokens: TokenVerifier;
  authority: string;
  protection: ServiceProtection;
}

const ROOT = /^(\/api\/data\/v9\.\d+)(?:\/(.*))?$/;
const MAX_URL = 32_768;

/** Answers one HTTP request: route, caller, limits, then the operation itself. */
export async function handleRequest(
  options: ServerOptions,
  request: SandboxRequest,
): Promise<Handled> {
  const [fullPath = "", ...rest] = request.target.split("?");
  const match = ROOT.exec(fullPath);
  if (!match) return { operation: `${request.method} (outside the API)`, response: outside() };
  const path = (match[2] ?? "").replace(/\/$/, "");
  const operation = operationName(request.method, path);
  const requestId = randomUUID();
  let response: SandboxResponse;
  try {
    if (request.target.length > MAX_URL)
      throw new DataverseError(414, "", "The request URL is longer than 32,768 characters.");
    const caller = authenticate(options, request);
    const leave = options.protection.enter(caller.actor?.id ?? caller.user.id);
    const meter = { ms: 0 };
    try {
      response = await answer(options, request, {
        ...caller,
        meter,
        path,
        query: rest.join("?"),
        root: `${options.org.baseUrl()}${match[1]}`,
      });
    } finally {
      leave(meter.ms);
    }
    addLimitHeaders(options.protection, (caller.actor ?? caller.user).id, response);
  } catch (error) {
    if (!(error instanceof DataverseError)) throw error;
    response = errorResponse(error, false);
  }
  Object.assign(response.headers, { "x-ms-service-request-id": requestId, REQ_ID: requestId });
  return { operation, response };
}

type Frame = Pick<Call, "user" | "actor" | "meter" | "path" | "query" | "root">;

async function answer(
  options: ServerOptions,
  request: SandboxRequest,
  frame: Frame,
): Promise<SandboxResponse> {
  const { latencyMs } = options.protection;
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
  const call: Call = {
    ...frame,
    org: options.org,
    method: request.method,
    headers: request.headers,
    preferences: parsePreferences(request.headers["prefer"]),
    body: request.body.toString("utf8"),
    references: new Map(),
  };
  if (call.path !== "$batch") return dispatch(call);
  if (call.method !== "POST")
    return errorResponse(new DataverseError(405, "", "A batch must be sent with POST."), false);
  try {
    return batchRoute(call);
  } catch (error) {
    if (error instanceof DataverseError) return errorResponse(error, false);
    throw error;
  }
}

function outside(): SandboxResponse {
  return { status: 404, headers: { "Content-Type": "text/html" }, body: "<h1>404 Not Found</h1>" };
}

function addLimitHeaders(
  protection: ServiceProtection,
  userId: string,
  response: SandboxResponse,
): void {
  const { requests, seconds } = protection.remaining(userId);
  Object.assign(response.headers, {
    "x-ms-dop-hint": "4",
    "x-ms-ratelimit-burst-remaining-xrm-requests": String(requests),
    "x-ms-ratelimit-time-remaining-xrm-requests": seconds.toLocaleString("en-US", {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    }),
    "Set-Cookie": "ARRAffinity=5d2b0f6a; path=/; HttpOnly",
  });
}

interface Caller {
  user: User;
  actor?: User;
}

function authenticate(options: ServerOptions, request: SandboxRequest): Caller {
  const token = /^Bearer (.+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  const identity = token === undefined ? "unknown" : options.tokens.verify(token);
  if (typeof identity === "string")
    throw new DataverseError(
      401,
      "0x8004a101",
      "The authentication ticket is missing, invalid or expired.",
      {
        "WWW-Authenticate": `Bearer authorization_uri=${options.authority}/oauth2/authorize, resource_id=${options.org.baseUrl()}/`,
      },
    );
  const user = options.org.directory.forIdentity(identity);
  if (!user)
    throw new DataverseError(403, "0x80072560", "The user is not a member of the organization.");
  checkUser(user);
  return impersonate(options.org, user, request.headers);
}

function checkUser(user: User): void {
  if (user.disabled)
    throw new DataverseError(
      403,
      "0x80040225",
      `The user with id ${user.id} is disabled or is not a member of any business unit.`,
    );
  if (user.roleCount === 0)
    throw new DataverseError(
      403,
      "0x80042f09",
      `The user with id ${user.id} has not been assigned any roles.`,
    );
}

const ACT_FOR_OTHERS = "prvActOnBehalfOfAnotherUser";

function impersonate(
  org: Organization,
  actor: User,
  headers: Readonly<Record<string, string>>,
): Caller {
  const objectId = headers["callerobjectid"];
  const userId = headers["mscrmcallerid"];
  if (objectId === undefined && userId === undefined) return { user: actor };
  if (!depthOf(actor, ACT_FOR_OTHERS))
    throw new DataverseError(
      403,
      "0x80040220",
      `Principal user (Id=${actor.id}, type=8, roleCount=${actor.roleCount}) is missing ${ACT_FOR_OTHERS} privilege.`,
    );
  const user =
    objectId === undefined
      ? org.directory.find(userId!.toLowerCase())
      : org.directory.byObjectId(objectId);
  if (!user)
    throw new DataverseError(403, "0x80072560", "The user is not a member of the organization.");
  checkUser(user);
  return { user, actor };
}
