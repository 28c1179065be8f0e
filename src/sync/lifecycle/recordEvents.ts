import type { ReasonCode } from "../../model/activity";
import type { Decision } from "../decision";
import { activityOf, forgetFailure, tell, type Recording } from "../record";
import type { Link } from "../statePort";
import { newSubject, type Subject } from "../subject";
import { inheritedBase, subjectName, type Heir } from "./heir";
import { qualifiedKey } from "./qualifiedMarks";
import { clearQuestion, dropAnswer, writeQuestion, type QuestionFacts } from "./questions";

type Of<Kind extends Decision["kind"]> = Extract<Decision, { kind: Kind }>;

/** Two linked records became one: the survivor's link stays, this one is over, and a human is asked about the persons. */
export function recordEndOfMerge(
  recording: Recording,
  subject: Subject,
  decision: Of<"end">,
): void {
  const { context, writer } = recording;
  const { message, linkedId, leftId, other, reason } = decision;
  writer.removeLink(subject.setup.recordType, subject.dynamicsId);
  const facts = { kind: "persons", linkedId, leftId, other, reason } as const;
  noteQuestion(recording, subject, { personId: leftId, message, facts });
  dropAnswer({ state: context.state, writer }, subjectName(subject));
  tellQuestion(recording, subject, decision);
}

/** Nothing is asked about the record any more. */
export function recordClose(
  { context, writer, ...recording }: Recording,
  subject: Subject,
  { outcome, reason, message, requestId }: Of<"close"> & { requestId?: string | null },
): void {
  // Only its own note: the person may have got a row with a note of its own.
  const { recordType } = subject.setup;
  writer.removeFailed({ recordType, dynamicsId: subject.dynamicsId, personId: null });
  clearQuestion({ state: context.state, writer }, subjectName(subject));
  const error = message === null ? null : { code: MERGED_CODE, message };
  const told = { outcome, reason, changes: [], error, requestId } as const;
  tell({ context, writer, ...recording }, activityOf(context, subject, told));
}

/** The link waits for a human's answer. */
export function recordHold(recording: Recording, subject: Subject, decision: Of<"hold">): void {
  const link = linkNow(recording, subject);
  if (!link) return;
  recording.writer.putLink({ ...link, state: "held" });
  const { winnerId, other, message } = decision;
  const facts = { kind: "held", winnerId, other } as const;
  noteQuestion(recording, subject, { personId: link.personId, message, facts });
  tellQuestion(recording, subject, decision);
}

/** Keeps the question in the index until it is answered; no time makes it due. */
function noteQuestion(
  { context, writer }: Recording,
  subject: Subject,
  { personId, message, facts }: { personId: number; message: string; facts: QuestionFacts },
): void {
  const now = context.world.now();
  writer.putFailed({
    recordType: subject.setup.recordType,
    dynamicsId: subject.dynamicsId,
    personId,
    outcome: "conflicted",
    side: "marketo",
    code: MERGED_CODE,
    message,
    attempts: 1,
    firstAt: now,
    lastAt: now,
    nextAttempt: null,
  });
  writeQuestion({ state: context.state, writer }, subjectName(subject), facts);
}

/** Marks a link that waits for a human's answer after a merge. */
export const MERGED_CODE = "CS-MERGED";

function tellQuestion(
  recording: Recording,
  subject: Subject,
  { reason, message }: Of<"end" | "hold">,
): void {
  const error = { code: MERGED_CODE, message };
  const outcome = { outcome: "conflicted", reason, changes: [], error } as const;
  tell(recording, activityOf(recording.context, subject, outcome));
  recording.counts.conflicts++;
}

/** A resting link goes over to another record and rests there; what was agreed on is compared anew when it wakes up. */
export function recordFollow(recording: Recording, subject: Subject, decision: Of<"follow">): void {
  const { writer } = recording;
  const link = linkNow(recording, subject);
  if (!link) return;
  const { recordType } = link;
  writer.removeLink(recordType, link.dynamicsId);
  writer.putLink({ recordType, ...decision.to, version: null, state: "frozen", base: EMPTY });
  forgetFailure(recording, subject);
  tellApplied(recording, { ...subject, ...decision.to }, decision.reason);
  if (decision.to.dynamicsId !== link.dynamicsId) tellApplied(recording, subject, decision.reason);
}

const EMPTY = new Uint8Array();

/** The row left the filter. With a field for the flag the write to Marketo records it. */
export function recordLeave(recording: Recording, subject: Subject, decision: Of<"leave">): void {
  const { context, writer } = recording;
  if (decision.onLeave === "flag" && context.linkFields.deleted) return;
  const link = linkNow(recording, subject);
  if (!link) return;
  if (decision.onLeave === "unlink") writer.removeLink(link.recordType, link.dynamicsId);
  else writer.putLink({ ...link, version: subject.version, state: "frozen" });
  forgetFailure(recording, subject);
  tellApplied(recording, subject, decision.reason);
}

/** The link was taken over: the former one ends in the same commit, and its record tells the story, too. */
export function recordSuccession(recording: Recording, subject: Subject): void {
  const { writer } = recording;
  const { heir } = subject;
  if (!heir || linkNow(recording, subject)?.personId === heir.personId) return;
  endFormerLinks(recording, subject, heir);
  const { former, formerSetup, personId, reason } = heir;
  const { recordType, dynamicsId } = former;
  if (reason === "qualified") writer.setCheckpoint(qualifiedKey(dynamicsId), subject.dynamicsId);
  // Our earlier writes are not to be looked for any more: their fields have other places now.
  if (formerSetup) {
    writer.removeEchoes(former.personId, [...formerSetup.positions.values()]);
  }
  const isSameRow = dynamicsId === subject.dynamicsId;
  // The row's own note goes with its last write.
  if (!isSameRow) writer.removeFailed({ recordType, dynamicsId, personId: null });
  const setup = formerSetup ?? subject.setup;
  const before = newSubject(setup, { dynamicsId, personId: former.personId, link: former });
  if (!isSameRow || personId !== former.personId) tellApplied(recording, before, reason);
}

/** Marketo has merged the persons already, so the link goes over even if the write that follows does not succeed. */
export function recordMergedPerson(recording: Recording, subject: Subject): void {
  const { heir } = subject;
  const link = linkNow(recording, subject);
  if (heir?.reason !== "merged-in-marketo" || !link || link.personId === heir.personId) return;
  // No feed tells of an answer again: the record is held until its write has arrived, in case the process ends before.
  if (link.state === "held") return;
  recordSuccession(recording, subject);
  const base = inheritedBase(subject, heir);
  recording.writer.putLink({ ...link, personId: heir.personId, base, state: "active" });
}

/** A person has one link: that of the former record, or of a row that was deleted, makes room. */
function endFormerLinks({ context, writer }: Recording, subject: Subject, heir: Heir): void {
  const owner = context.state.linksByPersonId([heir.personId]).get(heir.personId);
  for (const link of [owner, heir.former]) {
    if (!link || link.dynamicsId === subject.dynamicsId) continue;
    writer.removeLink(link.recordType, link.dynamicsId);
  }
}

function tellApplied(recording: Recording, subject: Subject, reason: ReasonCode): void {
  const outcome = { outcome: "applied", reason, changes: [] } as const;
  tell(recording, activityOf(recording.context, subject, outcome));
}

function linkNow({ context }: Recording, subject: Subject): Link | undefined {
  const { setup, dynamicsId } = subject;
  return context.state.linksByDynamicsId(setup.recordType, [dynamicsId]).get(dynamicsId);
}
