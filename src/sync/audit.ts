import type { CycleCounts } from "../model/activity";
import type { FieldValue } from "../model/record";
import { commitRecording } from "./apply";
import { setupOf, type CycleContext } from "./cycleContext";
import type { AuditedLoss, FeedAudit } from "./gather";
import { hashKey, sameHash } from "./hash";
import { normalizeMarketo } from "./normalize";
import { activityOf, tell, type Recording } from "./record";
import { recordBlocked, recordRefusals } from "./recordLocal";
import type { PendingEcho } from "./statePort";
import { isRestored } from "./restore";
import { markFailed, newSubject } from "./subject";

/** A write that Marketo's feed has not shown after this long is looked at (late rows come within ten minutes, Q2). */
export const ECHO_OVERDUE_MS = 20 * 60 * 1000;

/** Records what the feeds told of our earlier writes: arrived, what they replaced, what they overwrote unseen. */
export async function recordAudit(
  context: CycleContext,
  counts: CycleCounts,
  audit: FeedAudit,
): Promise<void> {
  if (!audit.confirmed.length && !audit.overwritten.length) return;
  await commitRecording(context, counts, (recording) => {
    // What goes back stays under audit until it is written: the cycle may end before that.
    const open = new Set(
      audit.overwritten.filter(goesBack).map(({ overwritten }) => overwritten.echo),
    );
    recording.writer.confirmEchoes(audit.confirmed.filter((echo) => !open.has(echo)));
    for (const { known } of audit.before) amendBefore(recording, known);
    for (const overwritten of audit.overwritten) recordOverwritten(recording, overwritten);
  });
}

function goesBack({ subject, overwritten }: AuditedLoss): boolean {
  return subject !== null && isRestored(subject, overwritten.rule.key);
}

/** The feed tells what our write replaced: now the log can say it, too. */
function amendBefore(
  { writer }: Recording,
  { activityId, key, before }: FeedAudit["before"][number]["known"],
): void {
  writer.amendActivity(activityId, [{ field: key, to: "marketo", before }]);
}

function recordOverwritten(recording: Recording, loss: AuditedLoss): void {
  const { link, at, overwritten, refusals } = loss;
  const { context, counts } = recording;
  const setup = setupOf(context, link.recordType);
  if (!setup) return;
  const subject = newSubject(setup, { ...link, link });
  subject.changedAt.marketo = at;
  recordRefusals(recording, subject, refusals);
  // The write that brings the value back to Marketo must not take this note away.
  for (const { side } of refusals) if (loss.subject) markFailed(loss.subject, side);
  // A value that goes back is told by the write that brings it back.
  if (goesBack(loss)) return;
  const { rule, lostValue } = overwritten;
  const sent = sentValue(context, {
    id: overwritten.echo.activityId,
    key: rule.key,
  });
  recording.writer.amendActivity(overwritten.echo.activityId, [
    { field: rule.key, to: "marketo", before: lostValue, lost: lostValue },
  ]);
  tell(
    recording,
    activityOf(context, subject, {
      outcome: "conflicted",
      reason: "overwrote-newer-value",
      changes: [
        { field: rule.key, to: "marketo", before: lostValue, after: sent, lost: lostValue },
      ],
    }),
  );
  counts.conflicts++;
}

/** The value that our write sent, as its activity has it. */
function sentValue({ state }: CycleContext, { id, key }: { id: number; key: string }): FieldValue {
  const [activity] = state.activities({ id });
  const change = activity?.changes.find(({ field, to }) => field === key && to === "marketo");
  return change?.after ?? null;
}

/** Reads persons whose change was accepted and never shown: the value is there, or updates of the field are blocked. */
export async function auditOverdue(context: CycleContext, counts: CycleCounts): Promise<void> {
  const { state, world, connectors, signal } = context;
  const overdue = state.overdueEchoes(world.now() - ECHO_OVERDUE_MS);
  if (!overdue.length) return;
  const ids = [...new Set(overdue.map((echo) => echo.personId))];
  const persons = await connectors.marketo.read(ids, context.personFields, { signal });
  const byId = new Map(persons.map((person) => [person.id, person]));
  const newest = newestOf(state.echoes(ids));
  await commitRecording(context, counts, (recording) => {
    for (const echo of overdue) {
      const person = byId.get(echo.personId);
      const isNewest = newest.get(placeOf(echo))?.activityId === echo.activityId;
      if (person && isNewest) compareEcho(recording, echo, person.values);
    }
    recording.writer.confirmEchoes(overdue);
  });
}

/** Of several writes to one field only the last one can still be seen in the person. */
function newestOf(echoes: readonly PendingEcho[]): Map<string, PendingEcho> {
  const newest = new Map<string, PendingEcho>();
  for (const echo of echoes) {
    const known = newest.get(placeOf(echo));
    if (!known || known.activityId < echo.activityId) newest.set(placeOf(echo), echo);
  }
  return newest;
}

function placeOf({ personId, position }: PendingEcho): string {
  return `${personId} ${position}`;
}

function compareEcho(
  recording: Recording,
  echo: PendingEcho,
  wire: Parameters<typeof normalizeMarketo>[1],
): void {
  const { context } = recording;
  const link = context.state.linksByPersonId([echo.personId]).get(echo.personId);
  const setup = link && setupOf(context, link.recordType);
  const rule = setup?.rules.find((known) => known.key === echo.field);
  if (!link || !setup || !rule) return;
  const value = normalizeMarketo([rule], wire)[rule.key] ?? null;
  if (sameHash(hashKey(rule.codec.compareKey(value)), echo.sentHash)) return;
  // Another value than before our write is somebody's later edit; the feed tells it.
  if (!sameHash(hashKey(rule.codec.compareKey(value)), echo.priorHash)) return;
  const subject = newSubject(setup, { ...link, link });
  recordBlocked(recording, subject, { key: rule.key, sent: echo.sentHash, value: { rule, value } });
}
