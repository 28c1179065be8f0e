import type { Handled, Handler, Kernel, SandboxRequest, SandboxResponse } from "../kernel/http";
import { createRandom } from "../kernel/random";
import type { TokenVerifier } from "../kernel/tokens";
import { AccessTokens } from "./accessTokens";
import { AuthorizationCodes } from "./authorize";
import { findApp, type IdentityContext } from "./context";
import { DeviceCodes, type PendingDevice } from "./deviceCode";
import { defaultSwitches, type App, type IdentitySwitches, type SignInUser } from "./directory";
import { refusalResponse, SignInRefused } from "./errors";
import { messagePage } from "./pages";
import { TokenEndpoint } from "./tokenEndpoint";

/** The host of the authority; it must be https and is never called, because the metadata names the endpoints. */
const AUTHORITY_HOST = "login.emu.test";

export interface IdentityOptions {
  kernel: Kernel;
  tenantId: string;
  /** Where this server is reached, without a trailing slash. */
  baseUrl: string;
  /** The org that tokens are for. */
  resource: string;
  seed: number;
  apps: App[];
  users: () => readonly SignInUser[];
}

export interface Identity {
  handle: Handler;
  /** True for the paths that this server answers; the rest of the port belongs to the org. */
  owns(target: string): boolean;
  tokens: TokenVerifier;
  authority: string;
  authorityMetadata: string;
  apps: App[];
  switches: IdentitySwitches;
  expireTokens(): void;
  revokeRefreshTokens(): void;
  pendingDevices(): PendingDevice[];
  /** Approves or declines a device code; returns one sentence when that is not possible. */
  decideDevice(
    userCode: string,
    outcome: "approve" | "decline",
    userId: string | null,
  ): string | undefined;
  /** Puts the switches and the apps back; tokens that were given out stay valid. */
  reset(): void;
}

/** A sign-in server in the manner of Entra, good enough for its own client library. */
export function createIdentity(options: IdentityOptions): Identity {
  const { kernel, tenantId, baseUrl } = options;
  const random = createRandom(options.seed ^ 0x1de27171);
  const authority = `https://${AUTHORITY_HOST}/${tenantId}`;
  const issuer = { url: `${authority}/v2.0`, tenantId, signingKey: random.guid() };
  const tokens = new AccessTokens(kernel.clock, issuer);
  const context: IdentityContext = {
    clock: kernel.clock,
    random,
    tenantId,
    baseUrl,
    resource: options.resource.replace(/\/$/, ""),
    apps: options.apps,
    users: options.users,
    switches: defaultSwitches(),
    tokens,
  };
  const registered = options.apps.map(copyOf);
  const codes = new AuthorizationCodes(context);
  const devices = new DeviceCodes(context);
  const endpoint = new TokenEndpoint(context, codes, devices);
  return {
    handle: (request) => route(context, { codes, devices, endpoint }, request),
    owns: (target) => ownedPath(target) !== undefined,
    tokens,
    authority,
    authorityMetadata: metadata(baseUrl, tenantId, authority),
    apps: options.apps,
    switches: context.switches,
    expireTokens: () => tokens.expireAll(),
    revokeRefreshTokens: () => endpoint.revokeRefreshTokens(),
    pendingDevices: () => devices.pending(),
    decideDevice: (...decision) => devices.decide(...decision),
    reset: () => {
      Object.assign(context.switches, defaultSwitches());
      options.apps.forEach((app, index) => Object.assign(app, copyOf(registered[index]!)));
    },
  };
}

function copyOf(app: App): App {
  const secrets = app.secrets.map((secret) => ({ ...secret }));
  return { ...app, secrets, certificates: [...app.certificates] };
}

function metadata(baseUrl: string, tenantId: string, authority: string): string {
  const endpoints = `${baseUrl}/${tenantId}/oauth2/v2.0`;
  return JSON.stringify({
    authorization_endpoint: `${endpoints}/authorize`,
    token_endpoint: `${endpoints}/token`,
    issuer: `${authority}/v2.0`,
    jwks_uri: `${baseUrl}/${tenantId}/discovery/v2.0/keys`,
    end_session_endpoint: `${endpoints}/logout`,
  });
}

type Endpoint = "token" | "devicecode" | "authorize" | "logout" | "devicelogin" | "keys";

interface OwnedPath {
  endpoint: Endpoint;
  tenant: string | undefined;
}

function ownedPath(target: string): OwnedPath | undefined {
  const path = target.split("?")[0] ?? "";
  if (path === "/devicelogin") return { endpoint: "devicelogin", tenant: undefined };
  const oauth = /^\/([^/]+)\/oauth2\/v2\.0\/(token|devicecode|authorize|logout)$/.exec(path);
  if (oauth) return { endpoint: oauth[2] as Endpoint, tenant: oauth[1] };
  const keys = /^\/([^/]+)\/discovery\/v2\.0\/keys$/.exec(path);
  return keys ? { endpoint: "keys", tenant: keys[1] } : undefined;
}

interface Parts {
  codes: AuthorizationCodes;
  devices: DeviceCodes;
  endpoint: TokenEndpoint;
}

function route(context: IdentityContext, parts: Parts, request: SandboxRequest): Handled {
  const owned = ownedPath(request.target);
  if (!owned) {
    return { operation: "unknown", response: messagePage("Not found", "No such page.", 404) };
  }
  const operation = operationName(owned.endpoint, request);
  try {
    checkTenant(context, owned);
    return { operation, response: answer(context, parts, owned.endpoint, request) };
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error;
    const correlationId = context.random.guid();
    const response = refusalResponse(context.clock, error.code, correlationId, error.detail);
    return { operation, response };
  }
}

function operationName(endpoint: Endpoint, request: SandboxRequest): string {
  if (endpoint !== "token") return `${request.method} ${endpoint}`;
  const grant = new URLSearchParams(request.body.toString("utf8")).get("grant_type") ?? "none";
  return `${request.method} token ${grant.replace(/[^\w:.-]/g, "?").slice(0, 60)}`;
}

function checkTenant(context: IdentityContext, { tenant, endpoint }: OwnedPath): void {
  if (tenant === undefined || tenant.toLowerCase() === context.tenantId) return;
  // People may sign in without naming a tenant; applications may not.
  if (endpoint !== "token" && ["common", "organizations"].includes(tenant)) return;
  throw new SignInRefused(90002, `Tenant '${tenant}'.`);
}

function answer(
  context: IdentityContext,
  parts: Parts,
  endpoint: Endpoint,
  request: SandboxRequest,
): SandboxResponse {
  const body = request.body.toString("utf8");
  switch (endpoint) {
    case "token":
      if (request.method !== "POST") throw new SignInRefused(900144, "Use POST.");
      return parts.endpoint.answer(body);
    case "devicecode": {
      if (request.method !== "POST") throw new SignInRefused(900144, "Use POST.");
      const form = new URLSearchParams(body);
      return parts.devices.start(findApp(context, form.get("client_id")), form);
    }
    case "authorize":
      return parts.codes.authorize(request);
    case "devicelogin":
      return parts.devices.page(request);
    case "logout":
      return messagePage("Signed out", "You can close this page.");
    case "keys":
      return {
        status: 200,
        headers: { "Content-Type": "application/json; charset=utf-8" },
        body: JSON.stringify({ keys: [] }),
      };
  }
}
