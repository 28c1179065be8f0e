import type { Timing } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import type { HttpResponse, HttpTransport } from "../http/transport";
import { TransportError } from "../http/transportError";
import { parseRetryAfter } from "../http/retry";
import { CallError, type Failure } from "../model/failure";
import { createTokenKeeper, type FreshToken } from "./tokenKeeper";

export interface MarketoTokenOptions {
  /** `https://123-ABC-456.mktorest.com`; the identity endpoint is below it. */
  url: string;
  clientId: string;
  clientSecret: string;
  transport: HttpTransport;
  timing: Timing;
}

/** Tokens of an API-only user. After 601 or 602 the connector asks with `forceRefresh`; all workers share the answer. */
export function createMarketoTokens(options: MarketoTokenOptions): TokenSource {
  const { timing } = options;
  return createTokenKeeper(timing, () => fetchToken(options), earlyMs);
}

/** A minute early; a token that lives less than that is used until its last 15 seconds. */
function earlyMs({ expiresAt }: FreshToken, now: number): number {
  return expiresAt - now > 120_000 ? 60_000 : 15_000;
}

async function fetchToken(options: MarketoTokenOptions): Promise<FreshToken> {
  const { url, clientId, clientSecret, transport, timing } = options;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId.trim(),
    client_secret: clientSecret.trim(),
  });
  const asked = timing.now();
  const answer = await send(transport, `${new URL(url).origin}/identity/oauth/token?${form}`);
  const body = parse(answer.body);
  if (answer.status === 200 && typeof body["access_token"] === "string") {
    const seconds = Number(body["expires_in"]);
    const lives = Number.isFinite(seconds) ? seconds : 0;
    return { value: body["access_token"], expiresAt: asked + lives * 1000 };
  }
  throw new CallError(refusal(answer, body, timing.now()));
}

async function send(transport: HttpTransport, url: string): Promise<HttpResponse> {
  try {
    return await transport.send({ method: "GET", url, redirect: "error", timeoutMs: 30_000 });
  } catch (error) {
    if (error instanceof TransportError) {
      throw new TransportError({ ...error.failure, side: "marketo" }, error.sent);
    }
    throw error;
  }
}

function parse(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function refusal(answer: HttpResponse, body: Record<string, unknown>, now: number): Failure {
  const error = typeof body["error"] === "string" ? body["error"] : undefined;
  const code = error ?? `HTTP ${answer.status}`;
  const side = "marketo" as const;
  if (answer.status === 401 || answer.status === 403 || error !== undefined) {
    return {
      class: "signIn",
      code,
      side,
      message:
        "Marketo did not accept the client id and secret. Copy both from Admin > Integration > LaunchPoint (View Details), and check that the API-only user is active.",
    };
  }
  if (answer.status === 404) {
    return {
      class: "configuration",
      code,
      side,
      message:
        "There is no Marketo identity service at this URL. Copy the REST endpoint from Admin > Integration > Web Services.",
    };
  }
  const retryAfterMs = parseRetryAfter(answer.headers["retry-after"], now);
  return {
    class: "retry",
    code,
    side,
    message: `The Marketo identity service answered with HTTP ${answer.status} and no token.`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
