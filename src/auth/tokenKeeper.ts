import type { Timing } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import { canceled } from "../http/transportError";

export interface FreshToken {
  value: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** One token for all workers of a connection: fetched once, shared, renewed early, renewed together. */
export interface TokenKeeper extends TokenSource {
  keep(token: FreshToken): void;
  forget(): void;
}

/** A token is not used in its last minutes, so that none ends on the way. */
const EARLY_MS = 5 * 60_000;

export function createTokenKeeper(
  timing: Timing,
  fetchToken: (forceRefresh: boolean) => Promise<FreshToken>,
  earlyMs: (token: FreshToken, now: number) => number = () => EARLY_MS,
): TokenKeeper {
  let current: (FreshToken & { renewAt: number }) | undefined;
  let fetching: { forced: boolean; result: Promise<string> } | undefined;

  function keep(token: FreshToken): void {
    const now = timing.now();
    current = { ...token, renewAt: token.expiresAt - earlyMs(token, now) };
  }

  function refresh(forced: boolean): Promise<string> {
    // A forced refresh serves everyone; an ordinary one may still bring the refused token out of a cache.
    if (fetching && (fetching.forced || !forced)) return fetching.result;
    const started = { forced, result: load(forced) };
    fetching = started;
    const done = () => {
      if (fetching === started) fetching = undefined;
    };
    started.result.then(done, done);
    return started.result;
  }

  async function load(forced: boolean): Promise<string> {
    const token = await fetchToken(forced);
    keep(token);
    return token.value;
  }

  return {
    async token({ forceRefresh = false, signal } = {}) {
      if (!forceRefresh && current && timing.now() < current.renewAt) return current.value;
      return abortable(refresh(forceRefresh), signal);
    },
    keep,
    forget() {
      current = undefined;
    },
  };
}

/** Ends one caller's wait without ending the work that others wait for too. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(canceled("maybe"));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    const settled = () => signal.removeEventListener("abort", stop);
    work.then(resolve, reject).finally(settled);
  });
}
