import {
  createDynamicsConnector,
  type DynamicsConnector,
  type DynamicsConnectorOptions,
} from "../../../../src/connectors/dynamics/connector";
import type { HttpRequest, HttpResponse } from "../../../../src/http/transport";
import type { TransportError } from "../../../../src/http/transportError";

type Reply = Partial<HttpResponse> | TransportError;

export interface FakeOrg {
  connector: DynamicsConnector;
  requests: HttpRequest[];
  waits: number[];
  tokens: boolean[];
}

/** An organization that gives prepared answers, in order; what comes after the last is a fault of the test. */
export function fakeOrg(
  replies: readonly Reply[],
  options: Partial<DynamicsConnectorOptions> = {},
): FakeOrg {
  const requests: HttpRequest[] = [];
  const waits: number[] = [];
  const tokens: boolean[] = [];
  let now = 0;
  const connector = createDynamicsConnector({
    url: "https://contoso.crm.dynamics.com/main.aspx",
    random: () => 0,
    tokens: {
      token: async ({ forceRefresh = false } = {}) => {
        tokens.push(forceRefresh);
        return `token${tokens.length}`;
      },
    },
    timing: {
      now: () => now,
      sleep: async (ms) => {
        waits.push(ms);
        now += ms;
      },
    },
    transport: {
      close: () => undefined,
      send: async (request) => {
        const reply = replies[requests.length];
        requests.push(request);
        if (!reply) throw new Error(`No answer prepared for ${request.method} ${request.url}`);
        if (reply instanceof Error) throw reply;
        return { status: 200, headers: {}, body: "", ms: 1, ...reply };
      },
    },
    ...options,
  });
  return { connector, requests, waits, tokens };
}

export const json = (body: unknown, status = 200): Reply => ({
  status,
  body: JSON.stringify(body),
});

export const error = (
  code: string,
  status: number,
  headers: Record<string, string> = {},
): Reply => ({
  status,
  headers,
  body: JSON.stringify({ error: { code, message: `Message of ${code}` } }),
});

/** A batch answer of parts: status, body, headers. */
export function batch(
  ...parts: readonly [status: number, body?: unknown, headers?: Record<string, string>][]
): Reply {
  const lines = parts.flatMap(([status, body, headers = {}]) => [
    "--r",
    "Content-Type: application/http",
    "",
    `HTTP/1.1 ${status} X`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    body === undefined ? "" : JSON.stringify(body),
  ]);
  return {
    headers: { "content-type": "multipart/mixed; boundary=r", "x-ms-service-request-id": "batch" },
    body: [...lines, "--r--", ""].join("\r\n"),
  };
}
