import type { SandboxResponse } from "../kernel/http";
import { encode } from "./accessTokens";
import { checkAssertion } from "./assertion";
import type { AuthorizationCodes } from "./authorize";
import {
  checkArmedRefusals,
  findApp,
  findUser,
  resourceScopes,
  secretText,
  type IdentityContext,
} from "./context";
import type { DeviceCodes } from "./deviceCode";
import type { App, Grant, SignInUser } from "./directory";
import { SignInRefused } from "./errors";

type TokenGrant = Exclude<Grant, "authorize">;

interface SignedIn {
  user: SignInUser;
  scope: string;
  nonce?: string | null;
}

interface RefreshToken {
  clientId: string;
  userId: string;
}

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The token endpoint: one entry per grant. */
export class TokenEndpoint {
  #refreshTokens = new Map<string, RefreshToken>();
  readonly #grants: Record<TokenGrant, (app: App, form: URLSearchParams) => SandboxResponse>;

  constructor(
    private readonly context: IdentityContext,
    codes: AuthorizationCodes,
    devices: DeviceCodes,
  ) {
    this.#grants = {
      client_credentials: (app, form) => this.#forApplication(app, form),
      device_code: (app, form) =>
        this.#forUser(app, publicOnly(app, devices, form.get("device_code"))),
      authorization_code: (app, form) => this.#forUser(app, codes.redeem(app, form)),
      refresh_token: (app, form) => this.#refresh(app, form),
    };
  }

  answer(body: string): SandboxResponse {
    const form = new URLSearchParams(body);
    const grant = grantOf(form.get("grant_type"));
    checkArmedRefusals(this.context, grant);
    return this.#grants[grant](findApp(this.context, form.get("client_id")), form);
  }

  /** Every refresh token stops working, as after a password change. */
  revokeRefreshTokens(): void {
    this.#refreshTokens.clear();
  }

  #forApplication(app: App, form: URLSearchParams): SandboxResponse {
    this.#authenticate(app, form);
    const scopes = resourceScopes(this.context, form.get("scope"));
    if (!scopes.every((scope) => scope.endsWith("/.default"))) throw new SignInRefused(1002012);
    const { tokens, resource, switches } = this.context;
    const lifetime = switches.tokenLifetimeSeconds;
    const { clientId, objectId } = app;
    return tokenResponse({
      token_type: "Bearer",
      expires_in: lifetime,
      ext_expires_in: lifetime,
      access_token: tokens.issue({ kind: "application", clientId, objectId }, resource, lifetime),
    });
  }

  #authenticate(app: App, form: URLSearchParams): void {
    const assertion = form.get("client_assertion");
    if (assertion && form.get("client_assertion_type") === ASSERTION_TYPE) {
      const { baseUrl, tenantId } = this.context;
      return checkAssertion(app, assertion, `${baseUrl}/${tenantId}/oauth2/v2.0/token`);
    }
    const given = form.get("client_secret");
    if (!given) throw new SignInRefused(7000218);
    const secret = app.secrets.find((s) => s.value === given);
    if (!secret) throw new SignInRefused(7000215);
    const { expiresAt } = secret;
    if (expiresAt !== undefined && this.context.clock.now() >= expiresAt) {
      throw new SignInRefused(7000222);
    }
  }

  #refresh(app: App, form: URLSearchParams): SandboxResponse {
    const given = form.get("refresh_token") ?? "";
    const token = this.#refreshTokens.get(given);
    if (!token || token.clientId !== app.clientId) throw new SignInRefused(50173);
    const user = findUser(this.context, token.userId);
    if (!user) throw new SignInRefused(50173);
    if (this.context.switches.refreshTokens === "once") this.#refreshTokens.delete(given);
    return this.#forUser(app, { user, scope: form.get("scope") ?? "" });
  }

  #forUser(app: App, { user, scope, nonce }: SignedIn): SandboxResponse {
    const scopes = resourceScopes(this.context, scope);
    const { tokens, resource, switches, tenantId, random } = this.context;
    const lifetime = switches.tokenLifetimeSeconds;
    const identity = { kind: "user", clientId: app.clientId, objectId: user.objectId } as const;
    const refreshToken = secretText(random, "1.rt");
    this.#refreshTokens.set(refreshToken, { clientId: app.clientId, userId: user.objectId });
    // Entra names the delegated permission even where `.default` was asked for, and echoes the question.
    const granted = new Set([`${resource}/user_impersonation`, ...scopes]);
    return tokenResponse({
      token_type: "Bearer",
      scope: [...granted, "openid", "profile", "offline_access"].join(" "),
      expires_in: lifetime,
      ext_expires_in: lifetime,
      access_token: tokens.issue(identity, resource, lifetime),
      refresh_token: refreshToken,
      id_token: this.#idToken(app, user, nonce ?? null),
      client_info: encode({ uid: user.objectId, utid: tenantId }),
    });
  }

  #idToken(app: App, user: SignInUser, nonce: string | null): string {
    const { clock, tenantId, switches } = this.context;
    const now = Math.floor(clock.now() / 1000);
    const claims = {
      aud: app.clientId,
      iss: `https://login.emu.test/${tenantId}/v2.0`,
      iat: now,
      nbf: now,
      exp: now + switches.tokenLifetimeSeconds,
      name: user.name,
      oid: user.objectId,
      preferred_username: user.userPrincipalName,
      sub: `${user.objectId}.${app.clientId}`,
      tid: tenantId,
      ver: "2.0",
      ...(nonce ? { nonce } : {}),
    };
    // Programs do not check this signature, they got the token over the line that they called.
    return `${encode({ typ: "JWT", alg: "RS256", kid: "sandbox" })}.${encode(claims)}.c2FuZGJveA`;
  }
}

function publicOnly(app: App, devices: DeviceCodes, deviceCode: string | null): SignedIn {
  if (!app.publicClient) throw new SignInRefused(7000218);
  return devices.poll(app, deviceCode);
}

function grantOf(grantType: string | null): TokenGrant {
  switch (grantType) {
    case "client_credentials":
    case "authorization_code":
    case "refresh_token":
    case "device_code":
      return grantType;
    case "urn:ietf:params:oauth:grant-type:device_code":
      return "device_code";
    case null:
      throw new SignInRefused(900144, "Missing: 'grant_type'.");
    default:
      throw new SignInRefused(70003, `'${grantType}'.`);
  }
}

function tokenResponse(body: object): SandboxResponse {
  return {
    status: 200,
    headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" },
    body: JSON.stringify(body),
  };
}
