import type { Sent } from "./transportError";

/** How one call went wrong. */
export interface FailedAttempt {
  method: string;
  /** Repeating the call does no harm even if the server has already carried it out. */
  idempotent: boolean;
  /** HTTP status, 0 when no answer came. */
  status: number;
  /** The vendor's code in the body, or "". */
  code: string;
  /** 1 for the first try. */
  attempt: number;
  retryAfterMs?: number;
  /** The failure's class already says that the same call cannot work later. */
  permanent?: boolean;
  /** For status 0: may the request have reached the server? */
  sent?: Sent;
}

/** What a vendor's code means for a repetition; other codes follow the HTTP status. */
export type CodeRule =
  /** Passing: at most `attempts` tries; `done` says whether the work may have been done nevertheless. */
  | { kind: "transient"; done: Sent; attempts?: number; afterMs?: number }
  /** Repeating it as it is cannot help. */
  | { kind: "permanent" };

export interface RetryOptions {
  /** Tries of one call at most, the first included. */
  attempts: number;
  baseMs: number;
  maxMs: number;
  /** A server that asks for a longer pause than this is left for the next cycle. */
  maxRetryAfterMs: number;
  codes: Readonly<Record<string, CodeRule>>;
  /** A number from 0 (included) to 1 (excluded) that spreads repetitions; only waits of our own making are spread. */
  jitter: number;
}

export const RETRY_DEFAULTS: Omit<RetryOptions, "jitter" | "codes"> = {
  attempts: 5,
  baseMs: 1_000,
  maxMs: 30_000,
  maxRetryAfterMs: 10 * 60_000,
};

export type RetryDecision =
  | { kind: "retry"; afterMs: number; reason: "throttled" | "transient" | "no-answer" }
  | {
      kind: "stop";
      reason: "permanent" | "attempts-used" | "maybe-done" | "pause-too-long";
      /** May the server have carried out the call nevertheless? */
      done: Sent;
    };

/** Whether and when the same call is made again. A write is repeated only when that is harmless. */
export function decideRetry(failed: FailedAttempt, options: RetryOptions): RetryDecision {
  const rule = options.codes[failed.code] ?? ruleOfStatus(failed);
  const done = rule.kind === "transient" ? rule.done : "no";
  if (failed.permanent || rule.kind === "permanent") {
    return { kind: "stop", reason: "permanent", done };
  }
  const harmless = done === "no" || failed.idempotent || failed.method === "GET";
  if (!harmless) return { kind: "stop", reason: "maybe-done", done };
  if (failed.attempt >= Math.min(options.attempts, rule.attempts ?? options.attempts)) {
    return { kind: "stop", reason: "attempts-used", done };
  }
  if (failed.retryAfterMs !== undefined) {
    if (failed.retryAfterMs > options.maxRetryAfterMs) {
      return { kind: "stop", reason: "pause-too-long", done };
    }
    return { kind: "retry", afterMs: failed.retryAfterMs, reason: "throttled" };
  }
  return {
    kind: "retry",
    afterMs: rule.afterMs ?? backoffMs(failed.attempt, options),
    reason: failed.status === 429 ? "throttled" : failed.status === 0 ? "no-answer" : "transient",
  };
}

function ruleOfStatus({ status, sent }: FailedAttempt): CodeRule {
  if (status === 0) return { kind: "transient", done: sent ?? "maybe" };
  if (status === 429) return { kind: "transient", done: "no" };
  if (status === 408 || status === 502 || status === 503 || status === 504) {
    return { kind: "transient", done: "maybe" };
  }
  return { kind: "permanent" };
}

/** Doubles with each try, and lies between half of that and all of it. */
function backoffMs(attempt: number, { baseMs, maxMs, jitter }: RetryOptions): number {
  const full = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * jitter);
}

/** Milliseconds of a Retry-After header (seconds or a date); undefined when it is absent or unreadable. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
