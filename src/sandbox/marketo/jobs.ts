/** The states of a bulk job, whatever its kind calls them. */
export type JobState = "created" | "queued" | "running" | "done" | "failed" | "canceled";

export interface Job {
  id: string;
  kind: "leads" | "activities" | "import";
  owner: string;
  state: JobState;
  createdAt: number;
  queuedAt?: number;
  startedAt?: number;
  finishedAt?: number;
  /** Does the work when the job's time has come; throwing fails the job with the error's text. */
  work: (job: Job) => void;
  error?: string;
  file?: Buffer;
  records?: number;
  /** What the kind wants to remember, e.g. the format. */
  format: "CSV" | "TSV" | "SSV";
}

/**
 * Runs bulk jobs on the sandbox clock: states change only at whole ticks (every 60 s for extracts), two jobs run at a
 * time, and each runs for one tick.
 */
export class JobQueue {
  #jobs = new Map<string, Job>();
  #ticked: number;

  constructor(private readonly options: { now: () => number; tickMs: number; running: number }) {
    this.#ticked = options.now();
  }

  add(job: Job): void {
    this.settle();
    this.#jobs.set(job.id, job);
  }

  get(id: string): Job | undefined {
    this.settle();
    return this.#jobs.get(id);
  }

  list(): Job[] {
    this.settle();
    return [...this.#jobs.values()];
  }

  count(...states: JobState[]): number {
    return this.list().filter((job) => states.includes(job.state)).length;
  }

  /** Plays the ticks since the last look. */
  settle(): void {
    const { now, tickMs } = this.options;
    const current = now();
    // The clock can be set back; the ticks then start again from there.
    if (current < this.#ticked) this.#ticked = Math.floor(current / tickMs) * tickMs;
    while (this.#busy() && this.#nextTick() <= current) {
      this.#ticked = this.#nextTick();
      this.#tick(this.#ticked);
    }
    this.#ticked = Math.max(this.#ticked, Math.floor(current / tickMs) * tickMs);
  }

  #nextTick(): number {
    return (Math.floor(this.#ticked / this.options.tickMs) + 1) * this.options.tickMs;
  }

  #busy(): boolean {
    return [...this.#jobs.values()].some(
      (job) => job.state === "queued" || job.state === "running",
    );
  }

  #tick(at: number): void {
    const jobs = [...this.#jobs.values()];
    for (const job of jobs) if (job.state === "running") finish(job, at);
    let free = this.options.running;
    for (const job of jobs) {
      if (job.state !== "queued" || free === 0) continue;
      free--;
      job.state = "running";
      job.startedAt = at;
    }
  }
}

function finish(job: Job, at: number): void {
  job.finishedAt = at;
  try {
    job.work(job);
    job.state = "done";
  } catch (error) {
    job.state = "failed";
    job.error = error instanceof Error ? error.message : String(error);
  }
}
