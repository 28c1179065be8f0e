import type { Handled, SandboxRequest, SandboxResponse } from "../kernel/http";
import type { Random } from "../kernel/random";
import { ApiError, reason } from "./errors";

export interface ClientAccount {
  clientId: string;
  clientSecret: string;
  /** The API-only user's e-mail. */
  user: string;
  /** What the user's role may do. */
  permissions: Set<string>;
}

interface Token {
  text: string;
  client: ClientAccount;
  expiresAt: number;
  /** The first use after expiry answers 602, later ones 601. */
  expiryTold: boolean;
}

const KEPT_TOKENS = 1_000;

/** The token endpoint: each service has one token at a time, the same for all who ask until it expires. */
export class Identity {
  #tokens = new Map<string, Token>();
  #current = new Map<string, Token>();

  constructor(
    readonly clients: ClientAccount[],
    private readonly options: { now: () => number; random: Random; lifeMs: () => number },
  ) {}

  handle(request: SandboxRequest): Handled {
    const operation = `${request.method} /identity/oauth/token`;
    return { operation, response: this.#answer(request) };
  }

  #answer(request: SandboxRequest): SandboxResponse {
    if (request.method !== "GET" && request.method !== "POST") {
      return json(405, { error: "method_not_allowed", error_description: "Use GET or POST" });
    }
    const given = new URLSearchParams(request.url.search);
    if (request.method === "POST") {
      for (const [key, value] of new URLSearchParams(request.body.toString()))
        given.set(key, value);
    }
    if (given.get("grant_type") !== "client_credentials") {
      return json(400, {
        error: "unsupported_grant_type",
        error_description: "Unsupported grant type",
      });
    }
    const client = this.clients.find((known) => known.clientId === given.get("client_id"));
    if (!client) {
      const id = given.get("client_id") ?? "null";
      return json(401, {
        error: "invalid_client",
        error_description: `No client with requested id: ${id}`,
      });
    }
    if (client.clientSecret !== given.get("client_secret")) {
      return json(401, { error: "unauthorized", error_description: "Bad client credentials" });
    }
    return json(200, this.#grant(client));
  }

  #grant(client: ClientAccount): Record<string, unknown> {
    const now = this.options.now();
    let token = this.#current.get(client.clientId);
    if (!token || token.expiresAt <= now) {
      const text = `${this.options.random.guid()}:sb`;
      token = { text, client, expiresAt: now + this.options.lifeMs(), expiryTold: false };
      this.#current.set(client.clientId, token);
      this.#tokens.set(text, token);
      if (this.#tokens.size > KEPT_TOKENS) this.#tokens.delete(this.#tokens.keys().next().value!);
    }
    return {
      access_token: token.text,
      token_type: "bearer",
      expires_in: Math.floor((token.expiresAt - now - 1) / 1000),
      scope: client.user,
    };
  }

  /** The caller of an API request; a missing, unknown or expired token is refused. */
  authenticate(request: SandboxRequest): ClientAccount {
    const header = /^Bearer\s+(\S+)$/i.exec(request.headers["authorization"] ?? "");
    if (!header) throw new ApiError(reason("603"));
    const token = this.#tokens.get(header[1]!);
    if (!token) throw new ApiError(reason("601"));
    if (token.expiresAt > this.options.now()) return token.client;
    if (token.expiryTold) throw new ApiError(reason("601"));
    token.expiryTold = true;
    throw new ApiError(reason("602"));
  }

  expireAll(): void {
    for (const token of this.#tokens.values()) {
      token.expiresAt = Math.min(token.expiresAt, this.options.now());
    }
  }
}

function json(status: number, body: Record<string, unknown>): SandboxResponse {
  return {
    status,
    headers: { "Content-Type": "application/json;charset=UTF-8", "Cache-Control": "no-store" },
    body: JSON.stringify(body),
  };
}
