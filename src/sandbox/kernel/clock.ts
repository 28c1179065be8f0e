/** The one clock of a sandbox: real time until it is frozen; every limit, stamp and expiry asks it. */
export interface SandboxClock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Stops time at `at` (default: now). */
  freeze(at?: number): void;
  /** Moves time forward by `ms`, whether frozen or running. */
  advance(ms: number): void;
  /** Lets time run on from where it stands. */
  run(): void;
  readonly frozen: boolean;
}

export function createClock(real: () => number = Date.now): SandboxClock {
  let frozenAt: number | undefined;
  let offset = 0;
  const now = () => frozenAt ?? real() + offset;
  return {
    now,
    freeze(at = now()) {
      frozenAt = at;
    },
    advance(ms) {
      if (frozenAt === undefined) offset += ms;
      else frozenAt += ms;
    },
    run() {
      if (frozenAt === undefined) return;
      offset = frozenAt - real();
      frozenAt = undefined;
    },
    get frozen() {
      return frozenAt !== undefined;
    },
  };
}
