import type { Timing } from "../../../src/http/timing";
import { canceled } from "../../../src/http/transportError";

/** A clock that stands still until it is told to move; sleepers wake in the order of their time. */
export interface FakeTiming extends Timing {
  /** Moves the clock on, waking every sleeper on the way and letting what it started run. */
  advance(ms: number): Promise<void>;
  readonly sleeping: number;
}

interface Sleeper {
  at: number;
  wake(): void;
}

export function createFakeTiming(start = 0): FakeTiming {
  let now = start;
  let sleepers: Sleeper[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(canceled());
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers = sleepers.filter((s) => s !== sleeper);
          reject(canceled());
        });
      }),
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = sleepers.filter((s) => s.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        sleepers = sleepers.filter((s) => s !== next);
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = end;
    },
    get sleeping() {
      return sleepers.length;
    },
  };
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
