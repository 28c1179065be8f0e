import type { ActivityChange } from "../model/activity";
import type { Failure } from "../model/failure";
import type { CycleContext } from "./cycleContext";
import type { AgreedValue } from "./decideField";
import type { Decision } from "./decision";
import { baseHash, withKeys } from "./hash";
import {
  recordClose,
  recordEndOfMerge,
  recordFollow,
  recordHold,
  recordLeave,
  recordMergedPerson,
} from "./lifecycle/recordEvents";
import { AMBIGUOUS_CODE } from "./lifecycle/ambiguous";
import { subjectName } from "./lifecycle/heir";
import { readQuestion, writeQuestion } from "./lifecycle/questions";
import { activityOf, changeOf, forgetFailure, recordFailure, tell, type Recording } from "./record";
import { carriedOut, replacedUnheard } from "./recovered";
import type { Refusal } from "./decision";
import type { Base, Link, LinkState } from "./statePort";
import type { Subject } from "./subject";

/** Records the part of a decision that needs no write (a write's own part is recorded when it succeeded). */
export function recordLocal(recording: Recording, subject: Subject, decision: Decision): void {
  tellReplaced(recording, subject, decision);
  switch (decision.kind) {
    case "agree":
      return recordAgreement(recording, subject, decision);
    case "refused":
      return recordRefusals(recording, subject, decision.refusals);
    case "link":
      recordMergedPerson(recording, subject);
      return recordRefusals(recording, subject, decision.refusals);
    case "write":
      // What both sides agree on now was the interrupted write's; the rest of this decision is told when it is written.
      if (subject.suspect && decision.agreed.length)
        tellRecovered(recording, subject, decision.agreed);
      return recordRefusals(recording, subject, decision.refusals);
    case "flagDeleted":
    case "unlinkPerson":
      return recordRest(recording, subject, decision);
    case "dissolve":
      return recordEnd(recording, subject, decision);
    case "end":
      return recordEndOfMerge(recording, subject, decision);
    case "close":
      return recordClose(recording, subject, decision);
    case "hold":
      return recordHold(recording, subject, decision);
    case "follow":
      return recordFollow(recording, subject, decision);
    case "leave":
      return recordLeave(recording, subject, decision);
    case "ambiguous":
      return recordQuestion(recording, subject, decision);
    case "skip":
      return recordSkip(recording, subject, decision);
    case "createPerson":
    case "recreatePerson":
    case "createRow":
    case "mergePersons":
    case "read":
      return;
  }
}

function recordAgreement(
  recording: Recording,
  subject: Subject,
  decision: Extract<Decision, { kind: "agree" }>,
): void {
  const { context, writer, counts } = recording;
  const link = linkNow(recording, subject);
  if (!link) return;
  writer.putLink({
    ...link,
    base: agreedBase(link.base, subject, decision.agreed),
    version: subject.row.kind === "read" ? subject.version : link.version,
    state: "active",
  });
  forgetFailure(recording, subject);
  if (subject.suspect) return tellRecovered(recording, subject, decision.agreed);
  counts.skipped++;
  if (decision.reason !== "same-change-on-both-sides") return;
  const outcome = { outcome: "skipped", reason: decision.reason, changes: [] } as const;
  tell(recording, activityOf(context, subject, outcome));
}

/** An interrupted write replaced values by a rule: once they are gone from their side, only its announcement has them. */
function tellReplaced(recording: Recording, subject: Subject, decision: Decision): void {
  const { suspect } = subject;
  if (!suspect?.clashes.length) return;
  const changes = replacedUnheard(subject, "agreed" in decision ? decision.agreed : []);
  subject.suspect = { ...suspect, clashes: [] };
  const [first] = changes;
  if (!first) return;
  recording.counts.conflicts++;
  const reason = first.to === "dynamics" ? "clash-marketo-wins" : "clash-dynamics-wins";
  const outcome = { outcome: "conflicted", reason, changes } as const;
  tell(recording, activityOf(recording.context, subject, outcome));
}

/** The write whose answer was lost had been carried out: that is what the log says. */
function tellRecovered(
  recording: Recording,
  subject: Subject,
  agreed: readonly AgreedValue[],
): void {
  const { context, counts } = recording;
  const known = carriedOut(subject, agreed);
  for (const { side, reason, conflict, changes } of known) {
    const outcome = conflict ? "conflicted" : "applied";
    counts.updated[side]++;
    if (conflict) counts.conflicts++;
    tell(
      recording,
      activityOf(context, subject, { outcome, reason, changes: changes.map(changeOf) }),
    );
  }
  if (known.length) return;
  const to = subject.suspect!.side;
  const changes = agreed.map(({ rule, value }): ActivityChange => ({
    field: rule.key,
    to,
    before: undefined,
    after: value,
  }));
  const outcome = { outcome: "applied", reason: "recovered-after-crash", changes } as const;
  tell(recording, activityOf(context, subject, outcome));
}

/** Values that do not fit a side: told, and kept in the index until one of the sides changes. */
export function recordRefusals(
  recording: Recording,
  subject: Subject,
  refusals: readonly Refusal[],
): void {
  for (const { side, problems, changes } of refusals) {
    const unmapped = problems.some(({ problem }) => problem.code === "unmapped-value");
    const failure: Failure = {
      class: "refused",
      code: unmapped ? "CS-UNMAPPED-VALUE" : "CS-DOES-NOT-FIT",
      message: problems.map(({ rule, problem }) => `${rule.key}: ${problem.message}`).join(" "),
      side,
    };
    const reason = unmapped ? "unmapped-value" : "does-not-fit";
    recordFailure(recording, subject, { outcome: "refused", side, reason, failure, changes });
  }
}

/** One record is gone and the other one stays; the link waits. */
function recordRest(
  recording: Recording,
  subject: Subject,
  decision: Extract<Decision, { kind: "flagDeleted" | "unlinkPerson" }>,
): void {
  const flagged = decision.kind === "flagDeleted";
  // With a field for the flag the write to Marketo records it.
  if (flagged && recording.context.linkFields.deleted) return;
  const state: LinkState = flagged ? "dynamicsDeleted" : "marketoDeleted";
  const link = linkNow(recording, subject);
  if (!link) return;
  recording.writer.putLink({ ...link, state });
  forgetFailure(recording, subject);
  tellRest(recording, subject, decision);
}

function recordEnd(
  recording: Recording,
  subject: Subject,
  decision: Extract<Decision, { kind: "dissolve" }>,
): void {
  recording.writer.removeLink(subject.setup.recordType, subject.dynamicsId);
  forgetFailure(recording, subject);
  tellRest(recording, subject, decision);
}

function tellRest(
  recording: Recording,
  subject: Subject,
  { reason }: Extract<Decision, { kind: "flagDeleted" | "unlinkPerson" | "dissolve" }>,
): void {
  const outcome = { outcome: "applied", reason, changes: [] } as const;
  tell(recording, activityOf(recording.context, subject, outcome));
}

function recordQuestion(
  recording: Recording,
  subject: Subject,
  decision: Extract<Decision, { kind: "ambiguous" }>,
): void {
  const failure: Failure = {
    class: "ambiguous",
    code: AMBIGUOUS_CODE,
    message: questionText(decision),
  };
  const { context, writer } = recording;
  const { personIds, rowIds } = decision;
  writeQuestion({ state: context.state, writer }, subjectName(subject), {
    kind: "ambiguous",
    personIds,
    rowIds,
  });
  const failed = { outcome: "conflicted", side: "marketo", reason: decision.reason } as const;
  recordFailure(recording, subject, { ...failed, failure, changes: [] });
}

function questionText(decision: Extract<Decision, { kind: "ambiguous" }>): string {
  if (decision.personIds.length > 0) {
    return `${matchText(decision)}; merge the duplicates, give them different e-mail addresses, or answer which one it is.`;
  }
  return "More than 1,000 persons have this record's e-mail address; correct them in Marketo, give the record an address of its own, or answer that it is a new one.";
}

/** "Person 9 matches 2 records": who could belong to whom, in numbers. */
function matchText({ personIds, rowIds }: Extract<Decision, { kind: "ambiguous" }>): string {
  const persons =
    personIds.length === 1
      ? `Person ${personIds.join()} matches`
      : `Persons ${personIds.join(", ")} match`;
  return `${persons} ${rowIds.length === 1 ? "1 record" : `${rowIds.length} records`}`;
}

function recordSkip(
  recording: Recording,
  subject: Subject,
  decision: Extract<Decision, { kind: "skip" }>,
): void {
  const { context, counts, writer } = recording;
  counts.skipped++;
  const link = linkNow(recording, subject);
  if (link && subject.row.kind === "read" && link.version !== subject.version) {
    writer.putLink({ ...link, version: subject.version });
  }
  if (subject.link ? subject.link.state === "active" : !asksAboutPersons(context, subject)) {
    forgetFailure(recording, subject);
  }
  const edited = decision.drift.filter(({ rule }) => subject.feedFields.has(rule.key));
  const worthTelling = edited.length > 0 || subject.requested !== null;
  if (!worthTelling) return;
  const outcome = { outcome: "skipped", reason: decision.reason, changes: [] } as const;
  tell(recording, activityOf(context, subject, outcome));
}

/** A merged row has nothing to sync any more; what is asked about the persons stays open all the same. */
function asksAboutPersons({ state }: CycleContext, subject: Subject): boolean {
  return readQuestion(state, subjectName(subject))?.kind === "persons";
}

function linkNow({ context }: Recording, subject: Subject): Link | undefined {
  const { setup, dynamicsId } = subject;
  return context.state.linksByDynamicsId(setup.recordType, [dynamicsId]).get(dynamicsId);
}

function agreedBase(base: Base, { setup }: Subject, agreed: readonly AgreedValue[]): Base {
  return withKeys(
    base,
    agreed.map(({ rule, value }) => ({
      position: setup.positions.get(rule.key)!,
      key: rule.codec.compareKey(value),
    })),
  );
}

/** Marketo keeps its old value in spite of a write that it accepted (Q7): the base says so, and the log, once. */
export function recordBlocked(
  recording: Recording,
  subject: Subject,
  field: { key: string; sent: Uint8Array; value: AgreedValue },
): void {
  const { context, writer } = recording;
  const link = linkNow(recording, subject);
  if (!link) return;
  const position = subject.setup.positions.get(field.key)!;
  const unchangedSince = baseHash(link.base, position);
  if (!unchangedSince) return;
  writer.putLink({ ...link, base: agreedBase(link.base, subject, [field.value]) });
  const message = `Marketo accepted the new value of ${field.key} but kept its own: updates of this field are blocked for the web service. Allow them in Marketo's field management, or map the field to Dynamics only.`;
  const activity = activityOf(context, subject, {
    outcome: "refused",
    reason: "blocked-field",
    changes: [],
    error: { code: "CS-BLOCKED-FIELD", message },
  });
  tell(recording, activity);
  recording.counts.refused++;
}
