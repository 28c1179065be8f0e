import type { Side } from "../model/record";
import { other } from "../model/record";
import type { Job, Work } from "./jobs";
import { release, type Subject } from "./subject";

/** Records of one chunk: one announcement, one call (or batch), one commit. 300 is the most that Marketo takes. */
const CHUNK: Record<Side, number> = { dynamics: 200, marketo: 300 };
/** Chunks under way at once; a Dynamics chunk is several batches side by side, and the connectors' own limits hold. */
const LANES: Record<Side, number> = { dynamics: 2, marketo: 5 };
/** The side whose lanes start first is asked first. */
const STARTED: readonly Side[] = ["marketo", "dynamics"];
/** Subjects decided at a time. */
const PORTION = 600;
/** Decided writes of one side that wait while the other side has nothing to do; a long plan is never all in memory. */
const MOST_WAITING = 1500;

export interface Flow {
  subjects: readonly Subject[];
  /** Decides on some subjects, records what needs no write, and gives the writes that are asked for. */
  decide(subjects: readonly Subject[]): Promise<Work[]>;
  /** Announces, writes and records one chunk. */
  run(jobs: readonly Job[]): Promise<void>;
  isLinked(subject: Subject): boolean;
  /** Called with the number of subjects that are done. */
  progress(done: number): void;
}

/**
 * Leads a plan to both sides: several lanes a side take full chunks, and records are decided on only as fast as the lanes
 * take them. The first error stops new chunks; those under way are awaited.
 */
export class JobFlow {
  readonly #flow: Flow;
  /** Creates and updates apart, so that a chunk is one call. */
  readonly #waiting: Record<Side, Record<Job["kind"], Job[]>> = {
    dynamics: { create: [], update: [] },
    marketo: { create: [], update: [] },
  };
  /** Writes to Dynamics that wait for the link that the write to Marketo makes. */
  readonly #afterLink = new Map<Subject, Job>();
  /** How many writes of a subject are not done yet. */
  readonly #open = new Map<Subject, number>();
  #next = 0;
  #done = 0;
  #deciding: Promise<void> | null = null;
  #failure: { error: unknown } | null = null;
  #wake: () => void = () => undefined;
  #changed = Promise.resolve();

  constructor(flow: Flow) {
    this.#flow = flow;
    this.#tell();
  }

  async run(): Promise<void> {
    await Promise.all(
      STARTED.flatMap((side) => Array.from({ length: LANES[side] }, () => this.#lane(side))),
    );
    if (this.#failure) throw this.#failure.error;
  }

  async #lane(side: Side): Promise<void> {
    try {
      for (let chunk = await this.#chunk(side); chunk; chunk = await this.#chunk(side)) {
        await this.#flow.run(chunk);
        this.#finish(chunk);
        this.#tell();
      }
    } catch (error) {
      this.#failure ??= { error };
      this.#tell();
    }
  }

  /** The next chunk of a side; undefined when nothing more comes. */
  async #chunk(side: Side): Promise<Job[] | undefined> {
    while (!this.#failure) {
      const mayGrow = !this.#isDecided() || (side === "dynamics" && this.#afterLink.size > 0);
      const chunk = this.#take(side, mayGrow ? CHUNK[side] : 1);
      if (chunk) {
        this.#tell();
        return chunk;
      }
      if (!mayGrow) return undefined;
      if (this.#isDecided() || this.#hasEnough(other(side))) await this.#changed;
      else await (this.#deciding ??= this.#decide());
    }
    return undefined;
  }

  #take(side: Side, least: number): Job[] | undefined {
    const { create, update } = this.#waiting[side];
    const queue = [create, update].find(({ length }) => length >= least);
    return queue?.splice(0, CHUNK[side]);
  }

  #isDecided(): boolean {
    return this.#next >= this.#flow.subjects.length && !this.#deciding;
  }

  #hasEnough(side: Side): boolean {
    const { create, update } = this.#waiting[side];
    return create.length + update.length > MOST_WAITING;
  }

  async #decide(): Promise<void> {
    try {
      const portion = this.#flow.subjects.slice(this.#next, this.#next + PORTION);
      this.#next += portion.length;
      const works = await this.#flow.decide(portion);
      for (const [at, subject] of portion.entries()) this.#line(subject, works[at]!);
    } finally {
      this.#deciding = null;
      this.#tell();
    }
  }

  #line(subject: Subject, { marketo, dynamics, dynamicsAfterLink }: Work): void {
    const jobs = [marketo, dynamics].filter((job) => job !== null);
    if (!jobs.length) return this.#release(subject);
    this.#open.set(subject, jobs.length);
    if (marketo) this.#waiting.marketo[marketo.kind].push(marketo);
    if (!dynamics) return;
    if (dynamicsAfterLink) this.#afterLink.set(subject, dynamics);
    else this.#waiting.dynamics[dynamics.kind].push(dynamics);
  }

  #finish(chunk: readonly Job[]): void {
    for (const { subject, side } of chunk) {
      const after = side === "marketo" ? this.#afterLink.get(subject) : undefined;
      let open = this.#open.get(subject)! - 1;
      if (after) {
        this.#afterLink.delete(subject);
        if (this.#flow.isLinked(subject)) this.#waiting.dynamics[after.kind].push(after);
        else open -= 1;
      }
      if (open > 0) this.#open.set(subject, open);
      else {
        this.#open.delete(subject);
        this.#release(subject);
      }
    }
  }

  #release(subject: Subject): void {
    release(subject);
    this.#done += 1;
    if (this.#done % PORTION === 0 || this.#done === this.#flow.subjects.length)
      this.#flow.progress(this.#done);
  }

  /** Wakes the lanes that wait for something to change. */
  #tell(): void {
    this.#wake();
    this.#changed = new Promise((resolve) => (this.#wake = resolve));
  }
}
