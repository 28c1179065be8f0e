import type { Response } from "node-fetch";
import { PLAIN_NETWORK } from "../model/network";
import { createAgents, type AgentOptions, type Agents } from "./agents";
import { redactUrl, requestIdOf } from "./redact";
import { canceled, timedOut, transportError, TransportError } from "./transportError";

export interface HttpRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** Time for the whole call, body included; default two minutes. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Cap of the answer in bytes after decompression; default 64 MB. */
  maxBytes?: number;
  /** What a redirect means: `error` (the default) refuses it, `manual` hands the 3xx answer to the caller. */
  redirect?: "error" | "manual" | "follow";
}

/** Any answer, whatever its status; `headers` have lower-case names. */
export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  ms: number;
}

export interface HttpTransport {
  /** Throws TransportError when no complete answer came; an answer with an error status is an answer. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes the idle connections. */
  close(): void;
}

/** What may be logged of a call: no headers, no bodies, no values. */
export interface HttpLogEntry {
  method: string;
  url: string;
  /** 0 when no answer came. */
  status: number;
  ms: number;
  bytes: number;
  requestId: string | null;
  /** Code of the failure when no answer came. */
  code: string | null;
}

export interface TransportOptions extends Partial<AgentOptions> {
  log?: (entry: HttpLogEntry) => void;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const DEFAULT_SOCKETS = 16;

/** The one way to the network: node-fetch over keep-alive agents, through the proxy that is wanted. */
export function createTransport(options: TransportOptions = {}): HttpTransport {
  const agents = createAgents({
    maxSockets: options.maxSockets ?? DEFAULT_SOCKETS,
    network: options.network ?? (() => PLAIN_NETWORK),
  });
  const log = options.log ?? (() => undefined);
  return {
    async send(request) {
      const started = performance.now();
      const entry = { method: request.method, url: redactUrl(request.url) };
      const elapsed = () => Math.round(performance.now() - started);
      try {
        const { response, bytes: received } = await exchange(agents, request);
        const body = toText(received);
        const headers = Object.fromEntries(response.headers);
        const status = response.status;
        const bytes = received.length;
        const requestId = requestIdOf(headers, body);
        log({ ...entry, status, ms: elapsed(), bytes, requestId, code: null });
        return { status, headers, body, ms: elapsed() };
      } catch (error) {
        const code = error instanceof TransportError ? error.failure.code : "CS-NETWORK";
        log({ ...entry, status: 0, ms: elapsed(), bytes: 0, requestId: null, code });
        throw error;
      }
    },
    close: () => agents.close(),
  };
}

/** An answer's text; much quicker than a TextDecoder, which also leaves out a byte order mark. */
function toText(bytes: Buffer): string {
  const hasMark = bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf;
  return bytes.toString("utf8", hasMark ? 3 : 0);
}

async function exchange(
  agents: Agents,
  request: HttpRequest,
): Promise<{ response: Response; bytes: Buffer }> {
  if (request.signal?.aborted) throw canceled();
  // node-fetch is an ES module and costs 40 ms to load, so it is loaded with the first call.
  const { default: fetch } = await import("node-fetch");
  const host = new URL(request.url).host;
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = openDeadline(timeoutMs, request.signal);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { "User-Agent": "contact-sync", ...request.headers },
      body: request.body,
      redirect: request.redirect ?? "error",
      size: request.maxBytes ?? DEFAULT_MAX_BYTES,
      signal: deadline.signal,
      agent: (url) => agents.for(url),
    });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  } catch (error) {
    if (request.signal?.aborted) throw canceled("maybe");
    if (deadline.signal.aborted) throw timedOut(host, timeoutMs);
    throw transportError(error, host);
  } finally {
    deadline.close();
  }
}

/** One signal for both the time-out and the caller's wish; nothing stays registered on the caller's signal. */
function openDeadline(
  timeoutMs: number,
  outer: AbortSignal | undefined,
): { signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  outer?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    close() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    },
  };
}
