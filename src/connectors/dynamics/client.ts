import { randomUUID } from "node:crypto";
import { createPauseGate } from "../../http/pause";
import { GivenUpError, repeat, type Try } from "../../http/repeat";
import { RETRY_DEFAULTS, type RetryOptions } from "../../http/retry";
import type { Timing } from "../../http/timing";
import type { TokenSource } from "../../http/tokenSource";
import type { HttpRequest, HttpResponse, HttpTransport } from "../../http/transport";
import { TransportError } from "../../http/transportError";
import { CallError } from "../../model/failure";
import { buildBatch, parseBatch, type BatchPart } from "./batch";
import { classify, RETRY_CODES, type Answer } from "./errors";

export interface ClientOptions {
  /** `https://contoso.crm.dynamics.com`; a path is ignored. */
  url: string;
  transport: HttpTransport;
  tokens: TokenSource;
  timing: Timing;
  /** From 0 (included) to 1 (excluded). */
  random?: () => number;
  /** Tries and waits of one call. */
  retry?: Partial<Omit<RetryOptions, "jitter" | "codes">>;
  /** Told when the server slows us down: for the status bar and the log. */
  onWait?: (code: string, afterMs: number) => void;
}

export interface OrgCall {
  method: HttpRequest["method"];
  /** A path below the API root (`contacts?$select=…`) or a link of this server, used as it is. */
  target: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Repeating the call does no harm. */
  idempotent: boolean;
  signal?: AbortSignal;
}

export interface OrgClient {
  /** Path of the API root: `/api/data/v9.2/`. */
  readonly root: string;
  /** HTTP requests sent to the organization. */
  readonly calls: number;
  /** How many calls at once the server last recommended (`x-ms-dop-hint`). */
  readonly recommendedParallel: number | undefined;
  /** A successful answer; throws CallError otherwise. */
  send(call: OrgCall): Promise<HttpResponse>;
  /** The body of a GET as JSON. */
  get(
    target: string,
    options?: { headers?: OrgCall["headers"]; signal?: AbortSignal },
  ): Promise<unknown>;
  /** Several operations in one call; the answers in order, fewer when the batch broke off. */
  batch(
    parts: readonly BatchPart[],
    options: { idempotent: boolean; signal?: AbortSignal },
  ): Promise<Answer[]>;
}

export const API_ROOT = "/api/data/v9.2/";

const ODATA_HEADERS = {
  Accept: "application/json",
  "OData-Version": "4.0",
  "OData-MaxVersion": "4.0",
};

/** Everything that is the same for each call: token, headers, pauses, repetitions, counting. */
export function createClient(options: ClientOptions): OrgClient {
  const { transport, tokens, timing, random = Math.random } = options;
  const { origin } = new URL(options.url);
  const gate = createPauseGate(timing);
  const retry = { ...RETRY_DEFAULTS, ...options.retry, codes: RETRY_CODES };
  let calls = 0;
  let recommendedParallel: number | undefined;

  async function attempt(call: OrgCall): Promise<Try<HttpResponse>> {
    await gate.pass(call.signal);
    const first = await exchange(call, await signedIn(call, false));
    // A token may be revoked before its time; a fresh one is tried exactly once.
    if (!needsFreshToken(first, timing.now())) return judge(first, timing.now());
    return judge(await exchange(call, await signedIn(call, true)), timing.now());
  }

  function signedIn(call: OrgCall, forceRefresh: boolean): Promise<string> {
    return tokens.token({ forceRefresh, ...(call.signal ? { signal: call.signal } : {}) });
  }

  async function exchange(call: OrgCall, token: string): Promise<HttpResponse | TransportError> {
    const url = resolveTarget(origin, call.target);
    calls++;
    try {
      const response = await transport.send({
        method: call.method,
        url,
        headers: {
          ...ODATA_HEADERS,
          ...(call.method === "GET" ? { "If-None-Match": "null" } : {}),
          "x-ms-client-request-id": randomUUID(),
          ...call.headers,
          Authorization: `Bearer ${token}`,
        },
        ...(call.body === undefined ? {} : { body: call.body }),
        ...(call.signal ? { signal: call.signal } : {}),
      });
      const hint = Number(response.headers["x-ms-dop-hint"]);
      if (hint > 0) recommendedParallel = hint;
      return response;
    } catch (error) {
      if (error instanceof TransportError) return error;
      throw error;
    }
  }

  async function send(call: OrgCall): Promise<HttpResponse> {
    return repeat(
      {
        timing,
        random,
        retry,
        ...(call.signal ? { signal: call.signal } : {}),
        onWait: (failure, afterMs) => {
          // The limits count the user's calls, so whoever else works must wait too.
          if (failure.retryAfterMs !== undefined) gate.pause(afterMs);
          options.onWait?.(failure.code, afterMs);
        },
      },
      { method: call.method, idempotent: call.idempotent },
      () => attempt(call),
    );
  }

  return {
    root: API_ROOT,
    get calls() {
      return calls;
    },
    get recommendedParallel() {
      return recommendedParallel;
    },
    send,
    async get(target, { headers, signal } = {}) {
      const response = await send({
        method: "GET",
        target,
        idempotent: true,
        ...(headers ? { headers } : {}),
        ...(signal ? { signal } : {}),
      });
      return parseJson(response);
    },
    async batch(parts, { idempotent, signal }) {
      const boundary = `batch_${randomUUID()}`;
      const response = await send({
        method: "POST",
        target: "$batch",
        headers: {
          "Content-Type": `multipart/mixed; boundary="${boundary}"`,
          Prefer: "odata.continue-on-error",
        },
        body: buildBatch(parts, boundary),
        idempotent,
        ...(signal ? { signal } : {}),
      });
      const answers = parseBatch(response.headers["content-type"], response.body);
      // Writes may have been carried out before something in between put its own page in place of the answer.
      if (!answers) throw new GivenUpError(NO_BATCH.failure, idempotent ? "no" : "maybe");
      const now = timing.now();
      for (const answer of answers) {
        const wait = answer.status === 429 ? classify(answer, now).failure.retryAfterMs : undefined;
        if (wait !== undefined) gate.pause(wait);
      }
      return answers.map((answer) => withRequestId(answer, response));
    },
  };
}

/** Support asks for an id; an operation that has none of its own goes by the one of its batch. */
function withRequestId(answer: Answer, batch: HttpResponse): Answer {
  const id = batch.headers["x-ms-service-request-id"];
  return id ? { ...answer, headers: { "x-ms-service-request-id": id, ...answer.headers } } : answer;
}

/** A link of the server is followed only to the server itself: the token goes with it. */
export function resolveTarget(origin: string, target: string): string {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) return `${origin}${API_ROOT}${target}`;
  if (new URL(target).origin !== origin) {
    throw notUnderstood(
      `A link leads to ${new URL(target).host}, which is not this organization. Run a full compare; if the organization has moved, correct its URL in the pair file.`,
    );
  }
  return target;
}

export function parseJson(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    throw notUnderstood("The answer is not JSON. Check the URL of the organization and the proxy.");
  }
}

/** An answer that this API never gives: the URL is wrong, or something in between answers. */
export function notUnderstood(message: string): CallError {
  return new CallError({ class: "configuration", code: "CS-NETWORK", message, side: "dynamics" });
}

const NO_BATCH = notUnderstood("The answer to a batch is not a batch answer.");

function needsFreshToken(answer: HttpResponse | TransportError, now: number): boolean {
  if (answer instanceof TransportError || answer.status < 400) return false;
  return classify(answer, now).row.token === true;
}

function judge(answer: HttpResponse | TransportError, now: number): Try<HttpResponse> {
  if (answer instanceof TransportError) {
    const failure = { ...answer.failure, side: "dynamics" as const };
    return { kind: "problem", status: 0, code: failure.code, failure, sent: answer.sent };
  }
  if (answer.status < 400) return { kind: "done", result: answer };
  const { failure } = classify(answer, now);
  return { kind: "problem", status: answer.status, code: failure.code, failure };
}
