import { fail, uncounted } from "./errors";
import { centralDay, DAY } from "./time";

/** The instance's limits; tests may lower the numbers. */
export interface LimitNumbers {
  callsPerWindow: number;
  windowMs: number;
  concurrent: number;
  daily: number;
  exportBytesPerDay: number;
}

export interface DayUsage {
  date: string;
  total: number;
  users: { userId: string; count: number }[];
}

export interface DayErrors {
  date: string;
  total: number;
  errors: { errorCode: string; count: number }[];
}

interface Day {
  users: Map<string, number>;
  errors: Map<string, number>;
  exportedBytes: number;
}

/** Counts the calls of all clients together, on the sandbox clock, and refuses what is over a limit. */
export class Limits {
  readonly numbers: LimitNumbers = {
    callsPerWindow: 100,
    windowMs: 20_000,
    concurrent: 10,
    daily: 50_000,
    exportBytesPerDay: 500 * 1024 * 1024,
  };
  #recent: number[] = [];
  #running = 0;
  #days = new Map<string, Day>();

  constructor(
    private readonly now: () => number,
    private readonly enforced: boolean,
  ) {}

  /** Lets a call in or refuses it; each call let in must `leave`. */
  enter(): void {
    if (this.enforced) this.#check();
    this.#running++;
  }

  #check(): void {
    const { numbers } = this;
    if (this.#running >= numbers.concurrent) fail("615", String(numbers.concurrent));
    const now = this.now();
    this.#recent = this.#recent.filter((at) => at > now - numbers.windowMs && at <= now);
    if (this.#recent.length >= numbers.callsPerWindow) {
      fail("606", String(numbers.callsPerWindow), String(numbers.windowMs / 1000));
    }
    if (this.callsToday() >= numbers.daily) fail("607", String(numbers.daily));
    this.#recent.push(now);
  }

  leave(): void {
    this.#running--;
  }

  /** Books a finished call for the statistics and the quota. */
  book(user: string | undefined, errorCodes: string[]): void {
    const day = this.#today();
    for (const code of errorCodes) day.errors.set(code, (day.errors.get(code) ?? 0) + 1);
    if (user === undefined || errorCodes.some((code) => uncounted.has(code))) return;
    day.users.set(user, (day.users.get(user) ?? 0) + 1);
  }

  callsToday(): number {
    return sum(this.#today().users);
  }

  /** Books an export of so many bytes, or refuses it. */
  bookExport(bytes: number): void {
    this.#today().exportedBytes += bytes;
  }

  exportQuotaLeft(): boolean {
    return !this.enforced || this.#today().exportedBytes < this.numbers.exportBytesPerDay;
  }

  usage(days: number): DayUsage[] {
    return this.#lastDays(days).map(([date, day]) => ({
      date,
      total: day ? sum(day.users) : 0,
      users: [...(day?.users ?? [])].map(([userId, count]) => ({ userId, count })),
    }));
  }

  errors(days: number): DayErrors[] {
    return this.#lastDays(days).map(([date, day]) => ({
      date,
      total: day ? sum(day.errors) : 0,
      errors: [...(day?.errors ?? [])].map(([errorCode, count]) => ({ errorCode, count })),
    }));
  }

  #today(): Day {
    const date = centralDay(this.now());
    let day = this.#days.get(date);
    if (!day) {
      day = { users: new Map(), errors: new Map(), exportedBytes: 0 };
      this.#days.set(date, day);
    }
    return day;
  }

  #lastDays(count: number): [string, Day | undefined][] {
    return Array.from({ length: count }, (_, back) => {
      const date = centralDay(this.now() - back * DAY);
      return [date, this.#days.get(date)];
    });
  }
}

function sum(counts: Map<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
