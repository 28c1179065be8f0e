import { CallError } from "../model/failure";
import type { Timing } from "./timing";
import { canceled } from "./transportError";

/** Calls made per day, kept by the state so that a restart does not forget them. */
export interface CallLedger {
  used(day: number): number;
  add(day: number, calls: number): void;
}

export interface LimiterOptions {
  /** At most this many calls in any window of `windowMs`. */
  calls: number;
  windowMs: number;
  /** At most this many calls at once. */
  concurrent: number;
  timing: Timing;
  daily?: {
    cap: number;
    ledger: CallLedger;
    /** The vendor's day (a number that grows) of an instant; Marketo's begins at midnight in Chicago. */
    dayOf(now: number): number;
  };
}

export interface Limiter {
  /** Runs the task when the budget allows; urgent ones first. Throws `quota` when the day's calls are used up. */
  run<T>(task: () => Promise<T>, options?: { urgent?: boolean; signal?: AbortSignal }): Promise<T>;
  /** Starts no task before `ms` are over (the server said that we were too fast). */
  pause(ms: number): void;
}

interface Waiting {
  start(): void;
  refuse(error: Error): void;
}

export function createLimiter(options: LimiterOptions): Limiter {
  const { calls, windowMs, concurrent, timing, daily } = options;
  const lanes: { urgent: Waiting[]; normal: Waiting[] } = { urgent: [], normal: [] };
  // A call fills its place from its start until `windowMs` after its end: the server counts it somewhere in between.
  let ended: number[] = [];
  let running = 0;
  let pausedUntil = 0;
  let asleep = false;

  /** Milliseconds until a place is free; 0 now, undefined only when a running call has ended. */
  function wait(): number | undefined {
    const now = timing.now();
    if (running >= concurrent) return undefined;
    if (now < pausedUntil) return pausedUntil - now;
    ended = ended.filter((at) => at + windowMs > now);
    if (running + ended.length < calls) return 0;
    return ended[0] === undefined ? undefined : ended[0] + windowMs - now;
  }

  function pump(): void {
    while (lanes.urgent.length + lanes.normal.length > 0) {
      const ms = wait();
      if (ms !== 0) {
        if (ms !== undefined) wakeIn(ms);
        return;
      }
      const next = lanes.urgent.shift() ?? lanes.normal.shift();
      if (!next) return;
      const over = overDailyCap(daily, timing.now());
      if (over) next.refuse(over);
      else next.start();
    }
  }

  function wakeIn(ms: number): void {
    if (asleep) return;
    asleep = true;
    void timing.sleep(ms).then(() => {
      asleep = false;
      pump();
    });
  }

  async function carryOut<T>(task: () => Promise<T>): Promise<T> {
    running++;
    daily?.ledger.add(daily.dayOf(timing.now()), 1);
    try {
      return await task();
    } finally {
      running--;
      ended.push(timing.now());
      pump();
    }
  }

  return {
    run: (task, { urgent = false, signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(canceled());
        const lane = urgent ? lanes.urgent : lanes.normal;
        const leave = () => {
          lane.splice(lane.indexOf(entry), 1);
          reject(canceled());
        };
        const entry: Waiting = {
          start() {
            signal?.removeEventListener("abort", leave);
            carryOut(task).then(resolve, reject);
          },
          refuse(error) {
            signal?.removeEventListener("abort", leave);
            reject(error);
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        lane.push(entry);
        pump();
      }),
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, timing.now() + ms);
    },
  };
}

function overDailyCap(daily: LimiterOptions["daily"], now: number): CallError | undefined {
  if (!daily || daily.ledger.used(daily.dayOf(now)) < daily.cap) return undefined;
  return new CallError({
    class: "quota",
    code: "CS-DAILY-CAP",
    message: `The ${daily.cap} calls that this pair may make per day are used up. The sync goes on tomorrow; raise the daily budget in the pair file to go on now.`,
  });
}
