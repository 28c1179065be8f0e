import { canceled } from "./transportError";

/** The clock and the waiting of everything that talks to a network; tests inject their own. */
export interface Timing {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with `canceled` as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realTiming: Timing = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(canceled());
      const stop = () => {
        clearTimeout(timer);
        reject(canceled());
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, ms);
      signal?.addEventListener("abort", stop, { once: true });
    }),
};
