import type { Activity, CycleCounts, ReasonCode } from "../model/activity";
import { CallError, type Failure, type FailureClass } from "../model/failure";
import type { RecordType } from "../model/record";
import type { Backlog } from "./backlog";
import { stopIfCanceled, type CycleContext } from "./cycleContext";
import { JobFlow } from "./jobFlow";
import { toDynamicsWrite, toMarketoWrite, workOf, type Job, type Work } from "./jobs";
import { fillBefore } from "./lastValues";
import type { DynamicsWrite, WriteResult } from "./ports";
import { recordSuccession } from "./lifecycle/recordEvents";
import { clashesOf, recordFailure, recordWritten, type Recording } from "./record";
import { recordLocal } from "./recordLocal";
import { packSent } from "./sentValues";
import type { FailedRecord, NewIntent, StatePort, StateWriter } from "./statePort";
import { decideSubject, type Subject } from "./subject";

/** A record whose write had no clear outcome: it is read and decided again. */
export interface Unsettled {
  job: Job;
  /** The intent that stays open, if the answer was lost. */
  intentId: number | null;
  failure: Failure;
}

/** Carries out what was decided, in chunks that are announced before and recorded after (DESIGN 5.1). */
export class Applier {
  readonly unsettled: Unsettled[] = [];

  constructor(
    private readonly context: CycleContext,
    private readonly counts: CycleCounts,
    /** Of the cycle's plan; what was asked for besides has none. */
    private readonly backlog: Backlog | null = null,
  ) {}

  async apply(subjects: readonly Subject[]): Promise<void> {
    const progress = (done: number) =>
      this.context.report.progress("writing", done, subjects.length);
    // The answer to the first chunk may be long in coming.
    if (subjects.length > 0) progress(0);
    const flow = new JobFlow({
      subjects,
      decide: (portion) => this.#decide(portion),
      run: (jobs) => this.#runChunk(jobs),
      isLinked: (subject) => this.#isLinked(subject),
      progress,
    });
    await flow.run();
  }

  async #decide(subjects: readonly Subject[]): Promise<Work[]> {
    stopIfCanceled(this.context.signal);
    const works: Work[] = [];
    await this.#commit((recording) => {
      for (const subject of subjects) {
        const decision = decideSubject(subject, this.context);
        recordLocal(recording, subject, decision);
        works.push(workOf(subject, decision, this.context));
      }
    });
    return works;
  }

  #isLinked({ setup, dynamicsId }: Subject): boolean {
    return this.context.state.linksByDynamicsId(setup.recordType, [dynamicsId]).has(dynamicsId);
  }

  async #runChunk(jobs: readonly Job[]): Promise<void> {
    stopIfCanceled(this.context.signal);
    const intents = await this.context.state.announce(jobs.map((job) => this.#intentOf(job)));
    const results = await this.#orTakeBack(intents, () => this.#write(jobs));
    fillBefore(this.context, jobs);
    await this.#commit((recording) => {
      lookUpLinks(this.context.state, jobs, results);
      const finished: number[] = [];
      for (const [at, job] of jobs.entries()) {
        const intentId = intents[at]!;
        const isOpen = this.#settle(recording, { job, intentId, result: results[at]! });
        if (!isOpen) finished.push(intentId);
      }
      recording.writer.finishIntents(finished);
      this.backlog?.take(jobs);
    });
  }

  /** What was announced and surely never sent is taken back: nobody needs to look for it, or tell what it replaced. */
  async #orTakeBack<T>(intents: readonly number[], write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (error instanceof CallError && NEVER_SENT.has(error.failure.class)) {
        await this.context.state.commit((writer) => writer.finishIntents(intents));
      }
      throw error;
    }
  }

  #intentOf(job: Job): NewIntent {
    const { subject, side, kind, reason, changes } = job;
    return {
      cycle: this.context.cycle,
      side,
      recordType: subject.setup.recordType,
      kind,
      dynamicsId: subject.dynamicsId,
      personId: subject.personId,
      reason,
      clashes: clashesOf(changes),
      sent: packSent(job),
    };
  }

  /** A chunk that has begun is not cut short by a cancellation: its outcome would be unknown. */
  async #write(jobs: readonly Job[]): Promise<WriteResult[]> {
    const { connectors, linkFields } = this.context;
    const [first] = jobs;
    if (first?.side === "marketo") {
      // Without the field no create is ever planned (createPersons is off).
      const options = { keyField: linkFields.id ?? "id" };
      return connectors.marketo.write(jobs.map(toMarketoWrite), options);
    }
    return this.#writeDynamics(jobs);
  }

  /** Writes by record type; a row whose version is not known goes back to be read. */
  async #writeDynamics(jobs: readonly Job[]): Promise<WriteResult[]> {
    const { connectors } = this.context;
    const results: WriteResult[] = jobs.map(() => ({ kind: "failed", failure: UNGUARDED }));
    let isBegun = false;
    for (const setup of this.context.types) {
      const places: number[] = [];
      const writes: DynamicsWrite[] = [];
      for (const [at, job] of jobs.entries()) {
        const write = job.subject.setup === setup ? toDynamicsWrite(job) : null;
        if (!write) continue;
        places.push(at);
        writes.push(write);
      }
      if (!writes.length) continue;
      const written = connectors.dynamics.write(setup.recordType, writes);
      // What was written to the other table before keeps its outcome.
      const answers = await (isBegun ? written.catch(failedEach(writes)) : written);
      isBegun = true;
      for (const [at, place] of places.entries()) results[place] = answers[at]!;
    }
    return results;
  }

  /** Records one result; true when its intent stays open because nobody knows what became of it. */
  #settle(
    recording: Recording,
    { job, intentId, result }: { job: Job; intentId: number; result: WriteResult },
  ): boolean {
    if (result.kind === "written" && this.#isTaken(job, result.id)) {
      this.unsettled.push({ job, intentId: null, failure: TAKEN });
      return false;
    }
    if (result.kind === "written") {
      recordSuccession(recording, job.subject);
      recordWritten(recording, job, result);
      return false;
    }
    const { failure } = result;
    if (result.kind === "unknown" || AGAIN.has(failure.class)) {
      const isOpen = result.kind === "unknown";
      this.unsettled.push({ job, intentId: isOpen ? intentId : null, failure });
      return isOpen;
    }
    recordJobFailure(recording, job, failure);
    return false;
  }

  /** Marketo put a creation onto a person that it takes for the same; another record's person is not taken away from it. */
  #isTaken({ side, kind, subject }: Job, id: string): boolean {
    if (side !== "marketo" || kind !== "create") return false;
    const owner = this.context.state.linksByPersonId([Number(id)]).get(Number(id));
    return owner?.state === "active" && owner.dynamicsId !== subject.dynamicsId;
  }

  async #commit(change: (recording: Recording) => void): Promise<void> {
    await commitRecording(this.context, this.counts, (recording) => {
      change(recording);
      this.backlog?.save(recording.writer);
    });
  }
}

/** Asks for the links of a chunk at once: the state keeps the answers until the commit, which asks for each. */
function lookUpLinks(
  state: StatePort,
  jobs: readonly Job[],
  results: readonly WriteResult[],
): void {
  const rows = new Map<RecordType, string[]>();
  const persons: number[] = [];
  for (const [at, { subject, side }] of jobs.entries()) {
    const { recordType } = subject.setup;
    const ids = rows.get(recordType);
    if (ids) ids.push(subject.dynamicsId);
    else rows.set(recordType, [subject.dynamicsId]);
    const result = results[at];
    if (subject.personId !== null) persons.push(subject.personId);
    else if (side === "marketo" && result?.kind === "written") persons.push(Number(result.id));
  }
  for (const [recordType, ids] of rows) state.linksByDynamicsId(recordType, ids);
  state.linksByPersonId(persons);
}

/** Runs one commit and tells its activities when it is durable. */
export async function commitRecording(
  context: CycleContext,
  counts: CycleCounts,
  change: (recording: Recording) => void,
): Promise<void> {
  const told: Activity[] = [];
  await context.state.commit((writer: StateWriter) => change({ context, counts, writer, told }));
  if (told.length) context.report.activities(told);
}

/** Read again and decide again: the record moved, or the same id is there already. */
const AGAIN: ReadonlySet<FailureClass> = new Set(["stale", "exists"]);

/** The same outcome for each write of a call that failed as a whole. */
function failedEach(writes: readonly DynamicsWrite[]): (error: unknown) => WriteResult[] {
  return (error) => {
    if (!(error instanceof CallError)) throw error;
    return writes.map(() => ({ kind: "failed", failure: error.failure }));
  };
}

/** Classes of failures that come before anything is written. */
const NEVER_SENT: ReadonlySet<FailureClass> = new Set(["quota", "signIn"]);

const TAKEN: Failure = {
  class: "exists",
  code: "CS-AMBIGUOUS",
  message: "Marketo answered the creation with a person that is linked to another record.",
  side: "marketo",
};

const UNGUARDED: Failure = {
  class: "stale",
  code: "CS-VERSION-UNKNOWN",
  message: "The row's version is not known yet; it is read again.",
};

/** A write that did not succeed for a reason of its own. */
export function recordJobFailure(recording: Recording, job: Job, failure: Failure): void {
  const { outcome, reason } = VERDICT[failure.class](job);
  recordFailure(recording, job.subject, {
    outcome,
    side: job.side,
    reason,
    failure,
    changes: job.changes,
  });
}

interface Verdict {
  outcome: FailedRecord["outcome"];
  reason: ReasonCode;
}

const passing = (): Verdict => ({ outcome: "failed", reason: "failed-call" });

/** What each class of failure means for the record. */
const VERDICT: Record<FailureClass, (job: Job) => Verdict> = {
  // Later, by itself.
  retry: passing,
  // Moved again and again while we tried; the next cycle compares anew.
  stale: () => ({ outcome: "failed", reason: "changed-meanwhile" }),
  // The tombstone or the delete event tells it in the next cycle.
  gone: () => ({ outcome: "failed", reason: "changed-meanwhile" }),
  // Found again by reading; only a second one under another key is left here.
  exists: ({ side }) => ({ outcome: "refused", reason: REFUSED_BY[side] }),
  // Several persons answer to the key: a human has to merge them.
  ambiguous: () => ({ outcome: "conflicted", reason: "ambiguous-match" }),
  // The data must change first.
  refused: ({ side }) => ({ outcome: "refused", reason: REFUSED_BY[side] }),
  // The set-up must change first; tried again later.
  configuration: passing,
  signIn: passing,
  quota: passing,
  expired: passing,
  canceled: passing,
};

const REFUSED_BY = { dynamics: "refused-by-dynamics", marketo: "refused-by-marketo" } as const;
