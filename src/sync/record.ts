import type {
  Activity,
  ActivityChange,
  CycleCounts,
  NewActivity,
  ReasonCode,
} from "../model/activity";
import type { Failure } from "../model/failure";
import type { Outcome } from "../model/record";
import type { CycleContext } from "./cycleContext";
import type { AgreedValue, FieldChange } from "./decideField";
import { baseHash, HASH_BYTES, hashKey, withKeys } from "./hash";
import type { Job } from "./jobs";
import { isOneSided } from "./restore";
import { AMBIGUOUS_CODE } from "./lifecycle/ambiguous";
import { inheritedBase, subjectName } from "./lifecycle/heir";
import { clearQuestion } from "./lifecycle/questions";
import type { WriteResult } from "./ports";
import { createdBefore } from "./recovered";
import type { Base, FailedRecord, Link, PendingEcho, StateWriter } from "./statePort";
import { markFailed, type Subject } from "./subject";

/** Collects what one commit records, and what is to be told once it is durable. */
export interface Recording {
  context: CycleContext;
  counts: CycleCounts;
  writer: StateWriter;
  told: Activity[];
}

/** A write that succeeded: link, base, version, audit of the change feed, activity. */
export function recordWritten(
  recording: Recording,
  job: Job,
  result: Extract<WriteResult, { kind: "written" }>,
): void {
  const { context, writer } = recording;
  const { subject, side } = job;
  if (side === "marketo" && job.kind === "create") subject.personId = Number(result.id);
  const link = currentLink(context, subject);
  if (job.kind === "create") removeFormerLink(recording, subject);
  const before = link.base;
  const agreedChanges = job.changes.filter((change) => !isOneSided(subject, change));
  link.base = agreedBase(before, subject, [...agreedChanges, ...job.agreed]);
  link.version = nextVersion(link, job);
  link.state = job.linkState;
  writer.putLink(link);
  // Another part of the same decision may have failed, or did not fit, or is still to come: that note stays.
  if (!subject.failedSides.size && !job.isPart) forgetFailure(recording, subject);
  const created = createdBefore(job);
  const activity = activityOf(context, subject, {
    outcome: job.conflict ? "conflicted" : "applied",
    reason: created?.reason ?? job.reason,
    changes: (created ?? job).changes.map(changeOf),
    requestId: result.requestId,
  });
  const id = tell(recording, activity);
  writer.confirmEchoes(goneBack(job));
  if (side === "marketo" && job.kind === "update") putEchoes(recording, job, { before, id });
  const { kind, conflict } = job;
  countWrite(recording.counts, { kind, side, conflict, ...created });
}

/** The writes of ours whose loss this job brings back: nothing is left to find out about them. */
function goneBack({ subject, changes }: Job): PendingEcho[] {
  const returned = changes.filter((change) => subject.restore.includes(change));
  return subject.goingBack.filter(({ field }) => returned.some(({ rule }) => rule.key === field));
}

/** A person whose former record was deleted gets a new one: a person has one link. */
function removeFormerLink({ context, writer }: Recording, { dynamicsId, personId }: Subject): void {
  const former = context.state.linksByPersonId([personId!]).get(personId!);
  if (former && former.dynamicsId !== dynamicsId) {
    writer.removeLink(former.recordType, former.dynamicsId);
  }
}

/** The link as the last commit left it (both lanes write to one record), or a new one. */
function currentLink({ state }: CycleContext, subject: Subject): Link {
  const { setup, dynamicsId, personId } = subject;
  const { recordType } = setup;
  const known = state.linksByDynamicsId(recordType, [dynamicsId]).get(dynamicsId);
  const base = subject.heir ? inheritedBase(subject, subject.heir) : EMPTY;
  const fresh = { recordType, dynamicsId, personId: personId!, version: null, base };
  if (!known) return { ...fresh, state: "active" };
  // A person that was created again takes the place of the one that is gone, with nothing agreed on yet.
  return known.personId === personId ? { ...known } : { ...fresh, state: "active" };
}

const EMPTY: Base = new Uint8Array();

/**
 * Our own write to Dynamics moves the version to one that only the next delta tells. Before the last write of a record
 * the version stays, so that the row is looked at again if the process ends in between.
 */
function nextVersion(link: Link, { subject, side, isPart }: Job): string | null {
  if (side === "dynamics") return null;
  if (isPart) return link.version;
  const untouched = subject.link === null || link.version === subject.link.version;
  return untouched && subject.row.kind === "read" ? subject.version : link.version;
}

function agreedBase(
  base: Base,
  { setup }: Subject,
  values: readonly (FieldChange | AgreedValue)[],
): Base {
  const keys = values.map((value) => ({
    position: setup.positions.get(value.rule.key)!,
    key: value.rule.codec.compareKey("after" in value ? value.after : value.value),
  }));
  return withKeys(base, keys);
}

function putEchoes(
  { context, writer }: Recording,
  job: Job,
  { before, id }: { before: Base; id: number },
): void {
  const { subject, changes } = job;
  for (const { rule, after, before: seen } of changes) {
    const position = subject.setup.positions.get(rule.key)!;
    const prior =
      seen === undefined ? baseHash(before, position) : hashKey(rule.codec.compareKey(seen));
    writer.putEcho({
      personId: subject.personId!,
      position,
      field: rule.key,
      priorHash: prior ? prior.slice() : new Uint8Array(HASH_BYTES),
      sentHash: hashKey(rule.codec.compareKey(after)),
      activityId: id,
      cycle: context.cycle,
      sentAt: context.world.now(),
    });
  }
}

function countWrite(
  counts: CycleCounts,
  { kind, side, conflict }: Pick<Job, "kind" | "side" | "conflict">,
): void {
  if (kind === "create") counts.created[side]++;
  else counts.updated[side]++;
  if (conflict) counts.conflicts++;
}

/** A change that was not written and why; kept in the index of failed records until it works. */
export function recordFailure(
  recording: Recording,
  subject: Subject,
  failed: {
    outcome: FailedRecord["outcome"];
    side: FailedRecord["side"];
    reason: ReasonCode;
    failure: Failure;
    changes: readonly FieldChange[];
  },
): void {
  const { context, writer, counts } = recording;
  const { outcome, side, reason, failure, changes } = failed;
  markFailed(subject, side);
  const now = context.world.now();
  const earlier = earlierFailure(context, subject);
  const attempts = (earlier?.attempts ?? 0) + 1;
  rememberDeletion(recording, subject);
  writer.putFailed({
    recordType: subject.setup.recordType,
    dynamicsId: knownRowId(subject, outcome),
    personId: subject.personId,
    outcome,
    side,
    code: failure.code,
    message: failure.message,
    attempts,
    firstAt: earlier?.firstAt ?? now,
    lastAt: now,
    nextAttempt: outcome === "refused" ? null : now + retryDelay(attempts, failure.code),
  });
  const told = outcome === "conflicted" && earlier?.code === failure.code;
  if (!told) {
    tell(
      recording,
      activityOf(context, subject, {
        outcome,
        reason,
        changes: changes.map(changeOf),
        error: { code: failure.code, message: failure.message },
        requestId: failure.requestId ?? null,
      }),
    );
  }
  if (outcome !== "conflicted") counts[outcome]++;
  // A question that is still open is no new conflict.
  else if (told) counts.skipped++;
  else counts.conflicts++;
}

/** A deletion is told only once; what it asked for could not be done yet, so the link keeps the news. */
function rememberDeletion({ context, writer }: Recording, { setup, ...subject }: Subject): void {
  const { dynamicsId, row, person, isBereft } = subject;
  if (row.kind !== "deleted" && person.kind !== "deleted" && !isBereft) return;
  const link = context.state.linksByDynamicsId(setup.recordType, [dynamicsId]).get(dynamicsId);
  if (!link || link.state === "held") return;
  const state = row.kind === "deleted" ? "dynamicsDeleted" : "marketoDeleted";
  writer.putLink({ ...link, state });
}

/** A row that was asked for and is not there yet has no id that anyone knows. */
function knownRowId({ requested, dynamicsId }: Subject, outcome: Outcome): string | null {
  return requested && outcome !== "applied" && outcome !== "conflicted" ? null : dynamicsId;
}

const FIRST_DELAY_MS = 60_000;
/** Nobody answers a question within minutes, and what happens to its records wakes it; another conflict is not woken. */
const QUESTION_DELAY_MS = 60 * 60 * 1000;
const LONGEST_DELAY_MS = 24 * 60 * 60 * 1000;

/** Milliseconds to the next attempt: a minute, then twice as long each time, a day at most. */
export function retryDelay(attempts: number, code?: string): number {
  const first = code === AMBIGUOUS_CODE ? QUESTION_DELAY_MS : FIRST_DELAY_MS;
  return Math.min(LONGEST_DELAY_MS, first * 2 ** Math.min(attempts - 1, 20));
}

/** A row that was asked for has no id that the index knows: its failures are found by the person. */
function earlierFailure({ state }: CycleContext, subject: Subject): FailedRecord | undefined {
  const { setup, dynamicsId, personId, requested } = subject;
  const byRow = state.failedAmong(setup.recordType, [dynamicsId]).get(dynamicsId);
  if (byRow || !requested || personId === null) return byRow;
  return state.failedAmongPersons([personId]).get(personId);
}

export function forgetFailure({ context, writer }: Recording, subject: Subject): void {
  if (!earlierFailure(context, subject)) return;
  const { setup, dynamicsId, personId } = subject;
  writer.removeFailed({ recordType: setup.recordType, dynamicsId, personId });
  clearQuestion({ state: context.state, writer }, subjectName(subject));
}

/** Adds an activity to the log and to what is told after the commit; returns its id. */
export function tell(recording: Recording, activity: NewActivity): number {
  const id = recording.writer.addActivity(activity);
  recording.told.push({ id, ...activity });
  return id;
}

export function activityOf(
  context: CycleContext,
  subject: Subject,
  rest: {
    outcome: Outcome;
    reason: ReasonCode;
    changes: readonly ActivityChange[];
    error?: NewActivity["error"];
    requestId?: string | null;
  },
): NewActivity {
  return {
    time: new Date(context.world.now()).toISOString(),
    cycle: context.cycle,
    pair: context.pair,
    recordType: subject.setup.recordType,
    dynamicsId: knownRowId(subject, rest.outcome),
    personId: subject.personId,
    outcome: rest.outcome,
    reason: rest.reason,
    changes: rest.changes,
    error: rest.error ?? null,
    changedAt: subject.changedAt,
    requestId: rest.requestId ?? null,
  };
}

/** The changes that replace a value by a rule, as the log tells them. */
export function clashesOf(changes: readonly FieldChange[]): ActivityChange[] {
  return changes.filter(({ lost }) => lost !== undefined).map(changeOf);
}

export function changeOf({ rule, to, before, after, lost }: FieldChange): ActivityChange {
  const change: ActivityChange = { field: rule.key, to, before, after };
  if (lost !== undefined) change.lost = lost;
  return change;
}
