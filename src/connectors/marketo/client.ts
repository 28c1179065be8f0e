import type { Limiter } from "../../http/limiter";
import { repeat, type Try } from "../../http/repeat";
import { RETRY_DEFAULTS, type RetryOptions } from "../../http/retry";
import type { Timing } from "../../http/timing";
import type { TokenSource } from "../../http/tokenSource";
import type { HttpRequest, HttpTransport } from "../../http/transport";
import { TransportError, type Sent } from "../../http/transportError";
import { CallError, type Failure } from "../../model/failure";
import type { CallOptions } from "../../sync/ports";
import { WINDOW_MS } from "./budget";
import { interpret, type Answer, type Envelope } from "./envelope";
import { deniedText } from "./features";
import { retryCodes, ruleKey, ruleOf, toFailure, type ApiError } from "./errors";

export interface ClientOptions {
  /** `https://ddd-AAA-ddd.mktorest.com`, or the sandbox's root; without `/rest`. */
  url: string;
  transport: HttpTransport;
  tokens: TokenSource;
  limiter: Limiter;
  timing: Timing;
  /** Spreads repetitions; from 0 to below 1. */
  random?: () => number;
  retry?: Partial<Omit<RetryOptions, "jitter" | "codes">>;
  /** Told of every wait before a repetition. */
  log?: (entry: { event: "wait"; code: string; afterMs: number; requestId: string | null }) => void;
}

export type Query = Readonly<Record<string, string | number | readonly number[] | undefined>>;

export interface MarketoCall {
  method: "GET" | "POST" | "DELETE";
  /** Below the root, with its leading slash. */
  path: string;
  query?: Query;
  body?: unknown;
  timeoutMs?: number;
}

export interface MarketoClient {
  call(call: MarketoCall, options?: CallOptions): Promise<Envelope>;
  /** Calls of the API so far; those of the identity service do not count. */
  readonly calls: number;
}

/** A call that failed as a whole. `error` is null when no answer came. */
export class MarketoCallError extends CallError {
  constructor(
    failure: Failure,
    readonly error: ApiError | null,
    /** The server may have carried the call out nevertheless. */
    readonly mayHaveApplied: boolean,
  ) {
    super(failure);
    this.name = "MarketoCallError";
  }
}

/** A URI may have 8 KB; the host and the proxies in between want their share. */
const LONGEST_TARGET = 7_000;
const DEFAULT_TIMEOUT_MS = 100_000;

interface Problem extends Extract<Try<never>, { kind: "problem" }> {
  error: ApiError | null;
  mayHaveApplied: boolean;
}
type Outcome = { kind: "done"; result: Envelope } | Problem;

/** What all calls of one client share. */
interface Context extends ClientOptions {
  calls: number;
}

export function createClient(options: ClientOptions): MarketoClient {
  const context: Context = { ...options, calls: 0 };
  return {
    get calls() {
      return context.calls;
    },
    call: (call, how = {}) => callWithRepetition(context, call, how),
  };
}

async function callWithRepetition(
  context: Context,
  call: MarketoCall,
  how: CallOptions,
): Promise<Envelope> {
  const { timing, limiter, random = Math.random, log = () => undefined } = context;
  const retry = { ...RETRY_DEFAULTS, ...context.retry, codes: retryCodes(WINDOW_MS) };
  let last: Problem | undefined;
  const once = async (): Promise<Outcome> => {
    const outcome = await attempt(context, call, how);
    if (outcome.kind === "problem") last = outcome;
    return outcome;
  };
  const onWait = (failure: Failure, afterMs: number) => {
    log({ event: "wait", code: failure.code, afterMs, requestId: failure.requestId ?? null });
    if (last?.error && ruleOf(last.error).action === "waitWindow") limiter.pause(afterMs);
  };
  try {
    return await repeat(
      { timing, random, retry, signal: how.signal, onWait },
      { method: call.method, idempotent: call.method === "GET" },
      once,
    );
  } catch (error) {
    if (!last || !(error instanceof CallError) || error.failure !== last.failure) throw error;
    throw new MarketoCallError(last.failure, last.error, last.mayHaveApplied);
  }
}

/** One try. A refused token is renewed and the call made once more: the refusal says nothing about the call. */
async function attempt(context: Context, call: MarketoCall, how: CallOptions): Promise<Outcome> {
  const { tokens } = context;
  const { signal } = how;
  let sent = false;
  const sendWith = (token: string): Promise<Answer> => {
    sent = true;
    return send(context, token, call, how);
  };
  try {
    let answer = await sendWith(await tokens.token({ signal }));
    if (answer.kind === "error" && ruleOf(answer.error).action === "renewToken") {
      sent = false;
      answer = await sendWith(await tokens.token({ signal, forceRefresh: true }));
    }
    return answer.kind === "success"
      ? { kind: "done", result: answer.envelope }
      : problemOf(call, answer.error, answer.requestId);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    // When the token could not be had, the call itself was never sent.
    return unanswered(error.failure, sent ? error.sent : "no");
  }
}

function unanswered(reason: Failure, sent: Sent): Problem {
  const failure: Failure = { ...reason, side: "marketo" };
  const mayHaveApplied = sent === "maybe";
  // A bad certificate, a redirect or a cancellation stays what it is.
  if (failure.class !== "retry") throw new MarketoCallError(failure, null, mayHaveApplied);
  return { kind: "problem", status: 0, code: "", failure, sent, error: null, mayHaveApplied };
}

/** One call within the budget. */
async function send(
  context: Context,
  token: string,
  call: MarketoCall,
  how: CallOptions,
): Promise<Answer> {
  const response = await context.limiter.run(() => {
    context.calls++;
    return context.transport.send(toRequest(context.url, token, call, how.signal));
  }, how);
  return interpret(response);
}

function problemOf(call: MarketoCall, error: ApiError, requestId: string | null): Problem {
  const failure = toFailure(error, requestId);
  const denied = error.code === "603" ? deniedText(call) : undefined;
  return {
    kind: "problem",
    status: 200,
    code: ruleKey(error),
    failure: denied === undefined ? failure : { ...failure, message: denied },
    error,
    mayHaveApplied: ruleOf(error).mayHaveApplied === true,
  };
}

function toRequest(
  root: string,
  token: string,
  call: MarketoCall,
  signal: AbortSignal | undefined,
): HttpRequest {
  const base = root.replace(/\/+$/, "") + call.path;
  const query = encodeQuery(call.query ?? {});
  const headers: Record<string, string> = {
    Authorization: `Bearer ${token}`,
    Accept: "application/json",
  };
  const common = { timeoutMs: call.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal };
  if (call.method === "GET" && call.path.length + query.length > LONGEST_TARGET) {
    headers["Content-Type"] = "application/x-www-form-urlencoded";
    return { ...common, method: "POST", url: `${base}?_method=GET`, headers, body: query };
  }
  const url = query === "" ? base : `${base}?${query}`;
  if (call.body === undefined) return { ...common, method: call.method, url, headers };
  headers["Content-Type"] = "application/json";
  return { ...common, method: call.method, url, headers, body: JSON.stringify(call.body) };
}

function encodeQuery(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.toString();
}
