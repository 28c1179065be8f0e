import { CallError, type Failure } from "../model/failure";
import { decideRetry, type RetryOptions } from "./retry";
import type { Timing } from "./timing";
import type { Sent } from "./transportError";

/** What one try brought: the result, or a problem with all that the decision about a repetition needs. */
export type Try<T> =
  | { kind: "done"; result: T }
  | { kind: "problem"; status: number; code: string; failure: Failure; sent?: Sent };

export interface RepeatContext {
  timing: Timing;
  random: () => number;
  retry: Omit<RetryOptions, "jitter">;
  signal?: AbortSignal;
  /** Told of every wait, so that a throttled caller can make the others wait too. */
  onWait?: (problem: Failure, afterMs: number) => void;
}

/** The last failure of a call that is not tried again; `done` says whether it may have been carried out. */
export class GivenUpError extends CallError {
  constructor(
    failure: Failure,
    readonly done: Sent,
  ) {
    super(failure);
    this.name = "GivenUpError";
  }
}

/** Tries until it works or the decision is to stop; then throws GivenUpError with the last failure. */
export async function repeat<T>(
  context: RepeatContext,
  call: { method: string; idempotent: boolean },
  once: () => Promise<Try<T>>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await once();
    if (outcome.kind === "done") return outcome.result;
    const { status, code, failure, sent } = outcome;
    const permanent = failure.class !== "retry";
    const decision = decideRetry(
      { ...call, status, code, attempt, retryAfterMs: failure.retryAfterMs, permanent, sent },
      { ...context.retry, jitter: context.random() },
    );
    if (decision.kind === "stop") throw new GivenUpError(failure, decision.done);
    context.onWait?.(failure, decision.afterMs);
    await context.timing.sleep(decision.afterMs, context.signal);
  }
}
