import type { SandboxClock } from "../kernel/clock";
import { DataverseError } from "./errors";

export interface LimitNumbers {
  requests: number;
  executionMs: number;
  concurrent: number;
  windowMs: number;
}

export const REAL_LIMITS: LimitNumbers = {
  requests: 6000,
  executionMs: 1_200_000,
  concurrent: 52,
  windowMs: 300_000,
};

interface Entry {
  time: number;
  ms: number;
  expired: boolean;
}

interface Usage {
  /** The window's requests, oldest first; those before `first` have left it. */
  entries: Entry[];
  first: number;
  executionMs: number;
  inFlight: number;
  /** Refusals since the last success: who keeps hammering waits longer. */
  refused: number;
}

/** The service protection limits: per user, over a sliding window on the sandbox clock. */
export class ServiceProtection {
  numbers: LimitNumbers = { ...REAL_LIMITS };
  /** Real milliseconds that a request stays open, so that requests can overlap. */
  latencyMs = 0;
  #users = new Map<string, Usage>();

  constructor(
    private readonly clock: SandboxClock,
    public enabled: boolean,
  ) {}

  reset(): void {
    this.#users.clear();
  }

  /** Lets the request in, or refuses it with 429. The returned function ends the request and charges its time. */
  enter(user: string): (executionMs: number) => void {
    const usage = this.#usage(user);
    if (this.enabled) this.#check(usage);
    usage.refused = 0;
    usage.inFlight++;
    const entry = { time: this.clock.now(), ms: 0, expired: false };
    usage.entries.push(entry);
    return (executionMs) => {
      usage.inFlight--;
      if (entry.expired) return;
      entry.ms = executionMs;
      usage.executionMs += executionMs;
    };
  }

  /** What the response headers say about the window. */
  remaining(user: string): { requests: number; seconds: number } {
    const usage = this.#usage(user);
    const used = usage.entries.length - usage.first;
    return {
      requests: Math.max(0, this.numbers.requests + 2000 - used),
      seconds: Math.max(0, (this.numbers.executionMs - usage.executionMs) / 1000),
    };
  }

  #usage(user: string): Usage {
    let usage = this.#users.get(user);
    if (!usage) {
      usage = { entries: [], first: 0, executionMs: 0, inFlight: 0, refused: 0 };
      this.#users.set(user, usage);
    }
    this.#expire(usage);
    return usage;
  }

  #expire(usage: Usage): void {
    const horizon = this.clock.now() - this.numbers.windowMs;
    for (let entry = usage.entries[usage.first]; entry && entry.time <= horizon;) {
      usage.executionMs -= entry.ms;
      entry.expired = true;
      entry = usage.entries[++usage.first];
    }
    if (usage.first < 10_000) return;
    usage.entries = usage.entries.slice(usage.first);
    usage.first = 0;
  }

  #check(usage: Usage): void {
    const { numbers } = this;
    if (usage.inFlight >= numbers.concurrent)
      throw refusal(
        "0x80072326",
        `Number of concurrent requests exceeded the limit of ${numbers.concurrent}.`,
        1 + usage.refused++,
      );
    const seconds = numbers.windowMs / 1000;
    if (usage.entries.length - usage.first >= numbers.requests)
      throw refusal(
        "0x80072322",
        `Number of requests exceeded the limit of ${numbers.requests} over time window of ${seconds} seconds.`,
        this.#wait(usage),
      );
    if (usage.executionMs >= numbers.executionMs)
      throw refusal(
        "0x80072321",
        `Combined execution time of incoming requests exceeded limit of ${numbers.executionMs.toLocaleString("en-US")} milliseconds over time window of ${seconds} seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.`,
        this.#wait(usage),
      );
  }

  #wait(usage: Usage): number {
    const oldest = usage.entries[usage.first]?.time ?? this.clock.now();
    const left = oldest + this.numbers.windowMs - this.clock.now();
    return Math.max(1, Math.ceil(left / 1000)) + usage.refused++;
  }
}

function refusal(code: string, message: string, seconds: number): DataverseError {
  return new DataverseError(429, code, message, { "Retry-After": String(seconds) });
}
