import { createHmac, timingSafeEqual } from "node:crypto";
import type { SandboxClock } from "../kernel/clock";
import type { TokenIdentity, TokenVerifier } from "../kernel/tokens";

interface Claims {
  aud: string;
  iss: string;
  tid: string;
  oid: string;
  appid: string;
  idtyp: "app" | "user";
  iat: number;
  exp: number;
  /** The generation in which the token was issued; `expireAll` starts a new one. */
  gen: number;
  jti: number;
}

/** Issues signed access tokens and checks them; nothing is stored per token, so a long run costs no memory. */
export class AccessTokens implements TokenVerifier {
  #generation = 1;
  #serial = 0;

  constructor(
    private readonly clock: SandboxClock,
    private readonly issuer: { url: string; tenantId: string; signingKey: string },
  ) {}

  issue(identity: TokenIdentity, audience: string, lifetimeSeconds: number): string {
    const now = Math.floor(this.clock.now() / 1000);
    const claims: Claims = {
      aud: audience,
      iss: this.issuer.url,
      tid: this.issuer.tenantId,
      oid: identity.objectId,
      appid: identity.clientId,
      idtyp: identity.kind === "application" ? "app" : "user",
      iat: now,
      exp: now + lifetimeSeconds,
      gen: this.#generation,
      jti: ++this.#serial,
    };
    const content = `${encode({ typ: "JWT", alg: "HS256" })}.${encode(claims)}`;
    return `${content}.${this.#sign(content)}`;
  }

  verify(token: string): TokenIdentity | "expired" | "unknown" {
    const [header, payload, signature] = token.split(".");
    if (!header || !payload || !signature) return "unknown";
    const expected = Buffer.from(this.#sign(`${header}.${payload}`));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return "unknown";
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims;
    const now = this.clock.now() / 1000;
    if (claims.gen < this.#generation || now >= claims.exp) return "expired";
    return {
      kind: claims.idtyp === "app" ? "application" : "user",
      clientId: claims.appid,
      objectId: claims.oid,
    };
  }

  /** Every token issued so far counts as expired. */
  expireAll(): void {
    this.#generation++;
  }

  #sign(content: string): string {
    return createHmac("sha256", this.issuer.signingKey).update(content).digest("base64url");
  }
}

export function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
