import { createLimiter, type CallLedger, type Limiter } from "../../http/limiter";
import type { Timing } from "../../http/timing";

/** Marketo counts calls in a rolling window of this length. */
export const WINDOW_MS = 20_000;

export interface MarketoBudget {
  /** Calls per 20 seconds; the whole instance has 100, Adobe asks an integration to stay at 50. */
  callsPerWindow: number;
  /** Calls at once; the whole instance has 10. */
  concurrent: number;
  /** Calls per day of this pair; undefined for no cap of our own. */
  dailyCap?: number;
}

export const DEFAULT_BUDGET: MarketoBudget = { callsPerWindow: 50, concurrent: 5 };

export function createMarketoLimiter(
  budget: MarketoBudget,
  context: { timing: Timing; ledger?: CallLedger },
): Limiter {
  const { callsPerWindow: calls, concurrent, dailyCap: cap } = budget;
  const { timing, ledger } = context;
  const daily = ledger && cap !== undefined ? { cap, ledger, dayOf: centralDay } : undefined;
  return createLimiter({
    calls,
    windowMs: WINDOW_MS,
    concurrent,
    timing,
    ...(daily && { daily }),
  });
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Marketo's quota starts anew at midnight here, whatever the instance's own settings are. */
const CENTRAL = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Chicago",
  year: "numeric",
  month: "numeric",
  day: "numeric",
});

let knownHour = Number.NaN;
let knownDay = Number.NaN;

/** The quota's day as a number that grows by one each midnight US Central; one answer serves an hour. */
export function centralDay(now: number): number {
  const hour = Math.floor(now / HOUR_MS);
  if (hour === knownHour) return knownDay;
  const parts = new Map(
    CENTRAL.formatToParts(hour * HOUR_MS).map((p) => [p.type, Number(p.value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? Number.NaN;
  knownHour = hour;
  knownDay = Date.UTC(part("year"), part("month") - 1, part("day")) / DAY_MS;
  return knownDay;
}
