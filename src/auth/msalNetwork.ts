import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { parseRetryAfter } from "../http/retry";
import type { HttpRequest, HttpTransport } from "../http/transport";
import { TransportError } from "../http/transportError";
import type { Failure } from "../model/failure";
import type { ServerRefusal } from "./signInError";

/** MSAL's way to the network, over the one transport; remembers what went wrong, because MSAL keeps only texts. */
export interface MsalNetwork extends INetworkModule {
  lastRefusal: ServerRefusal | undefined;
  lastFailure: Failure | undefined;
}

export function createMsalNetwork(transport: HttpTransport, now: () => number): MsalNetwork {
  const network: MsalNetwork = {
    lastRefusal: undefined,
    lastFailure: undefined,
    sendGetRequestAsync: (url, options, timeoutMs) =>
      send({ method: "GET", url, ...(timeoutMs ? { timeoutMs } : {}) }, options),
    sendPostRequestAsync: (url, options) => send({ method: "POST", url }, options),
  };

  async function send<T>(
    request: HttpRequest,
    { headers, body }: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    network.lastRefusal = undefined;
    network.lastFailure = undefined;
    try {
      const response = await transport.send({
        ...request,
        // A redirected credential would go to a stranger.
        redirect: "error",
        timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
        ...(headers ? { headers } : {}),
        ...(body === undefined ? {} : { body }),
      });
      const parsed = parse(response.body);
      if (parsed === undefined) {
        network.lastFailure = noJson(response.status);
        throw new Error("no JSON");
      }
      const retryAfterMs = parseRetryAfter(response.headers["retry-after"], now());
      network.lastRefusal = refusalOf(parsed, retryAfterMs);
      return { status: response.status, headers: { ...response.headers }, body: parsed as T };
    } catch (error) {
      if (error instanceof TransportError) network.lastFailure = error.failure;
      throw error;
    }
  }

  return network;
}

const TIMEOUT_MS = 30_000;

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function noJson(status: number): Failure {
  return {
    class: status >= 500 || status === 429 ? "retry" : "signIn",
    code: `HTTP ${status}`,
    message: `The sign-in server answered with HTTP ${status} and no JSON. Check the network and the proxy.`,
  };
}

function refusalOf(
  body: Record<string, unknown>,
  retryAfterMs: number | undefined,
): ServerRefusal | undefined {
  const { error, error_codes: numbers, correlation_id: correlationId } = body;
  if (typeof error !== "string") return undefined;
  return {
    error,
    numbers: Array.isArray(numbers) ? numbers.filter((n) => typeof n === "number") : [],
    correlationId: typeof correlationId === "string" ? correlationId : null,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
