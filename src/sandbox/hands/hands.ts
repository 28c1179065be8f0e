import type { SandboxClock } from "../kernel/clock";
import { createRandom, type Random } from "../kernel/random";
import { Census } from "./census";
import { improvise } from "./improvise";
import type { Orgs } from "./ports";
import { applyStep, type Step } from "./steps";

/** What became of one edit. */
export type StepResult = { ok: true; id: string | number } | { ok: false; error: string };

export interface HandsStatus {
  running: boolean;
  perMinute: number;
  /** Edits since the start of the sandbox, scripted ones included. */
  edits: number;
  /** `side op` to the number of edits that were made. */
  byKind: Record<string, number>;
  refused: number;
  lastRefusal?: string;
}

/** A seller and a marketer who work while a sync runs. */
export interface Hands {
  /** Makes the edits of a script, one after the other; a refused one does not stop the rest. */
  script(steps: readonly Step[]): StepResult[];
  /** Makes up `count` acts at once. */
  improvise(count: number): Step[];
  /** Goes on at a steady rate of acts per minute of the sandbox's clock, until stopped. */
  start(perMinute: number): void;
  stop(): void;
  /** Makes the edits that are due by the clock; called by the timer, and after a test moves the clock. */
  catchUp(): void;
  status(): HandsStatus;
  reset(): void;
}

const LOOK_EVERY_MS = 100;
const MOST_AT_ONCE = 2_000;

export function createHands(options: {
  clock: SandboxClock;
  orgs: Orgs;
  seed: number;
  salesUserId: string;
}): Hands {
  return new WorkingHands(options);
}

class WorkingHands implements Hands {
  #random: Random;
  #census: Census;
  #timer: NodeJS.Timeout | undefined;
  #perMinute = 0;
  #nextAt = 0;
  #byKind: Record<string, number> = {};
  #refused = 0;
  #lastRefusal: string | undefined;

  constructor(
    private readonly options: {
      clock: SandboxClock;
      orgs: Orgs;
      seed: number;
      salesUserId: string;
    },
  ) {
    this.#random = createRandom(options.seed ^ 0x4a4d5);
    this.#census = new Census(options.orgs);
  }

  script(steps: readonly Step[]): StepResult[] {
    return steps.map((step) => this.#apply(step));
  }

  improvise(count: number): Step[] {
    const made: Step[] = [];
    for (let turn = 0; turn < count; turn++) {
      for (const step of improvise(this.#random, this.#census)) {
        made.push(step);
        this.#apply(step);
      }
    }
    return made;
  }

  start(perMinute: number): void {
    this.stop();
    this.#perMinute = perMinute;
    this.#nextAt = this.options.clock.now() + 60_000 / perMinute;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#perMinute = 0;
  }

  catchUp(): void {
    if (!this.#timer) return;
    const now = this.options.clock.now();
    const pause = 60_000 / this.#perMinute;
    // After a leap of the clock the rest comes at the next look, so that the servers can answer in between.
    for (let turn = 0; turn < MOST_AT_ONCE && this.#nextAt <= now; turn++) {
      this.#nextAt += pause;
      this.improvise(1);
    }
  }

  status(): HandsStatus {
    return {
      running: this.#timer !== undefined,
      perMinute: this.#perMinute,
      edits: Object.values(this.#byKind).reduce((sum, count) => sum + count, 0),
      byKind: { ...this.#byKind },
      refused: this.#refused,
      ...(this.#lastRefusal === undefined ? {} : { lastRefusal: this.#lastRefusal }),
    };
  }

  reset(): void {
    this.stop();
    this.#random = createRandom(this.options.seed ^ 0x4a4d5);
    this.#census = new Census(this.options.orgs);
    this.#byKind = {};
    this.#refused = 0;
    this.#lastRefusal = undefined;
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.catchUp();
      this.#arm();
    }, LOOK_EVERY_MS);
    // Hands alone do not keep a process alive.
    this.#timer.unref();
  }

  #apply(step: Step): StepResult {
    try {
      const { id } = applyStep(this.options.orgs, step, this.options.salesUserId);
      const kind = `${step.side} ${step.op}`;
      this.#byKind[kind] = (this.#byKind[kind] ?? 0) + 1;
      return { ok: true, id };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#refused++;
      this.#lastRefusal = text;
      return { ok: false, error: text };
    }
  }
}
