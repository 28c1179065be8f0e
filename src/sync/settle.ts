import type { CycleCounts } from "../model/activity";
import { commitRecording, recordJobFailure, type Applier, type Unsettled } from "./apply";
import type { CycleContext } from "./cycleContext";
import { readPersons, readRows } from "./gather";
import { linkOf } from "./linkLookup";
import { matchUnlinked } from "./matchCycle";
import { noRecord, readForDecisions } from "./planCycle";
import { activityOf, changeOf, clashesOf, tell } from "./record";
import { settleRestores } from "./restore";
import { packSent, sentBy } from "./sentValues";
import { markFailed, type Subject } from "./subject";

/** How often a record that moved while it was written is read and decided again within one cycle. */
const ROUNDS = 2;

/** Reads and decides again what had no clear outcome (a moved version, a lost answer); the one place that does so. */
export async function settleAgain(
  context: CycleContext,
  applier: Applier,
  counts: CycleCounts,
): Promise<void> {
  for (let round = 0; round < ROUNDS && applier.unsettled.length; round++) {
    const again = applier.unsettled.splice(0);
    const subjects = [...new Set(again.map((unsettled) => refreshed(context, unsettled)))];
    const vanished = new Set<Subject>();
    const isGone = ({ job }: Unsettled) => vanished.has(job.subject);
    try {
      await readRows(context, subjects);
      await readPersons(context, subjects);
      settleRestores(subjects);
      await matchUnlinked(context, subjects);
      await readForDecisions(context, subjects);
      for (const subject of subjects) if (!canBeDecided(subject)) vanished.add(subject);
      await applier.apply(subjects.filter((subject) => !vanished.has(subject)));
      await noteVanished(context, counts, again.filter(isGone));
    } catch (error) {
      // The cycle ends here. What these writes carried is known only now, and the log must not lose it.
      await noteLost(context, counts, again);
      throw error;
    }
    await finishIntents(
      context,
      again.filter((unsettled) => !isGone(unsettled)),
    );
  }
  const left = applier.unsettled.splice(0);
  if (!left.length) return;
  await commitRecording(context, counts, (recording) => {
    for (const { job, failure } of left) recordJobFailure(recording, withUntold(job), failure);
  });
  // Intents that are still open stay so: the next cycle finds out what became of those writes.
}

/** A link whose write was lost carries nothing itself: what the lost creation before it carried is told with it. */
function withUntold(job: Unsettled["job"]): Unsettled["job"] {
  if (job.changes.length) return job;
  return { ...job, changes: job.subject.attempts.flatMap(({ changes }) => changes) };
}

/** Their rows are not there, and no deletion was told: kept in the index, so that they are looked up again. */
async function noteVanished(
  context: CycleContext,
  counts: CycleCounts,
  vanished: readonly Unsettled[],
): Promise<void> {
  if (!vanished.length) return;
  await commitRecording(context, counts, (recording) => {
    for (const { job } of vanished) {
      recordJobFailure(recording, withUntold(job), noRecord("dynamics"));
    }
  });
}

/** Tells of writes whose outcome cannot be found out now; their intents stay open for the next cycle. */
export async function noteLost(
  context: CycleContext,
  counts: CycleCounts,
  lost: readonly Unsettled[],
): Promise<void> {
  await commitRecording(context, counts, (recording) => {
    for (const { job, failure, intentId } of lost) {
      if (intentId === null || !job.changes.length) continue;
      const { code, message } = failure;
      const changes = job.changes.map(changeOf);
      const told = { outcome: "failed", reason: "failed-call", changes } as const;
      tell(recording, activityOf(context, job.subject, { ...told, error: { code, message } }));
    }
  });
}

/**
 * Of a row that was read and is not there nothing can be said before its deletion is told. One that was asked for is
 * simply created: its id is its own, so that it cannot be there twice.
 */
function canBeDecided({ row, person, requested }: Subject): boolean {
  return row.kind !== "unread" || (requested !== null && person.kind === "read");
}

/** The subject with nothing taken for known but its ids, and a deletion, which is told only once. */
function refreshed(context: CycleContext, { job, intentId }: Unsettled): Subject {
  const { subject } = job;
  const { recordType } = subject.setup;
  const { dynamicsId, personId } = subject;
  const wasRequested = subject.requested !== null;
  const link = linkOf(context.state, { recordType, dynamicsId, personId });
  // A person whose former record was deleted still has that record's link.
  subject.link = wasRequested && link?.dynamicsId !== dynamicsId ? null : link;
  if (subject.row.kind !== "deleted") subject.row = { kind: "unread" };
  // That the former person is gone is told only once, too.
  subject.isBereft &&= subject.link?.personId !== personId;
  if (subject.isBereft) Object.assign(subject, { person: { kind: "deleted" }, match: null });
  else if (subject.person.kind !== "deleted") subject.person = { kind: "unread" };
  subject.facts = null;
  markFailed(subject, null);
  if (keepsHeir(subject)) {
    subject.personId = subject.heir!.personId;
  } else if (subject.link) {
    subject.personId = subject.link.personId;
    subject.version = subject.link.version;
  } else if (wasRequested && personId !== null) {
    // A row that was asked for belongs to the person that it was asked for.
    subject.match = { kind: "found", by: "id", personId };
  } else {
    subject.match = null;
    subject.personId = null;
  }
  if (intentId !== null) {
    subject.suspect = suspectOf(context, { job, intentId });
    subject.isIdDue = true;
    subject.sent = [...subject.sent, ...sentBy(job)];
    const { side, kind, reason, conflict, changes } = job;
    subject.attempts = [...subject.attempts, { side, kind, reason, conflict, changes }];
  }
  return subject;
}

/** The link did not go over yet: what was decided about it still stands. */
function keepsHeir(subject: Subject): boolean {
  if (subject.heir && subject.link?.personId === subject.heir.personId) subject.heir = null;
  return subject.heir !== null;
}

function suspectOf(
  { cycle }: CycleContext,
  { job, intentId }: { job: Unsettled["job"]; intentId: number },
): Subject["suspect"] {
  const { subject, side, kind, reason, changes } = job;
  const { setup, dynamicsId, personId } = subject;
  return {
    id: intentId,
    cycle,
    side,
    recordType: setup.recordType,
    kind,
    dynamicsId,
    personId,
    reason,
    clashes: clashesOf(changes),
    sent: packSent(job),
  };
}

async function finishIntents(context: CycleContext, settled: readonly Unsettled[]): Promise<void> {
  const ids = settled.map(({ intentId }) => intentId).filter((id) => id !== null);
  if (ids.length) await context.state.commit((writer) => writer.finishIntents(ids));
}
