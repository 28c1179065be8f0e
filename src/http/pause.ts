import type { Timing } from "./timing";

/** Holds back every worker of one connection after one of them was throttled. */
export interface PauseGate {
  /** Nobody passes before `ms` are over; a shorter pause never shortens a longer one. */
  pause(ms: number): void;
  /** Resolves at once when no pause is on. */
  pass(signal?: AbortSignal): Promise<void>;
}

export function createPauseGate(timing: Timing): PauseGate {
  let until = 0;
  return {
    pause(ms) {
      until = Math.max(until, timing.now() + ms);
    },
    async pass(signal) {
      // A further 429 may have moved the end while this worker slept.
      for (let left = until - timing.now(); left > 0; left = until - timing.now()) {
        await timing.sleep(left, signal);
      }
    },
  };
}
