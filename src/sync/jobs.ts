import type { ReasonCode } from "../model/activity";
import type { Side } from "../model/record";
import type { CycleContext } from "./cycleContext";
import type { AgreedValue, FieldChange } from "./decideField";
import type { Decision } from "./decision";
import type { Writes } from "./plan";
import type { DynamicsWrite, MarketoWrite, WireValues } from "./ports";
import type { LinkState } from "./statePort";
import type { Subject } from "./subject";

/** One record's write to one side, with all that is to be recorded when it succeeds. */
export interface Job {
  subject: Subject;
  side: Side;
  kind: "create" | "update";
  changes: readonly FieldChange[];
  /** Moves with the write: what needs no write of its own. */
  agreed: readonly AgreedValue[];
  /** The link's state after the write. */
  linkState: LinkState;
  /** What the call carries; made when it is sent, because many jobs wait. */
  values: () => WireValues;
  reason: ReasonCode;
  conflict: boolean;
  /** The record's write to the other side is still to come: the row as it was read is not dealt with yet. */
  isPart: boolean;
}

/** What a decision asks for: writes for either side, or nothing but a note in the state. */
export interface Work {
  marketo: Job | null;
  dynamics: Job | null;
  /** Runs after `marketo` succeeded, because the link is made by it. */
  dynamicsAfterLink: boolean;
}

/** What making writes needs to know of the pair. */
type Ground = Pick<CycleContext, "linkFields">;

const NO_WORK: Work = { marketo: null, dynamics: null, dynamicsAfterLink: false };

/** Turns a decision into writes. */
export function workOf(subject: Subject, decision: Decision, context: Ground): Work {
  switch (decision.kind) {
    case "createPerson":
    case "recreatePerson":
      return { ...NO_WORK, marketo: personJob(subject, decision, context) };
    case "createRow":
      return { ...NO_WORK, dynamics: rowJob(subject, decision) };
    case "link": {
      const marketo = linkJob(subject, decision, context);
      return { marketo, dynamics: dynamicsJob(subject, decision), dynamicsAfterLink: true };
    }
    case "write":
      return {
        marketo: updateJob(subject, decision, context),
        dynamics: dynamicsJob(subject, decision),
        dynamicsAfterLink: false,
      };
    case "agree":
    case "refused":
      return { ...NO_WORK, marketo: updateJob(subject, decision, context) };
    case "flagDeleted":
      return { ...NO_WORK, marketo: flagJob(subject, "dynamicsDeleted", decision.reason, context) };
    case "leave":
      return decision.onLeave === "flag"
        ? { ...NO_WORK, marketo: flagJob(subject, "frozen", decision.reason, context) }
        : NO_WORK;
    case "unlinkPerson":
    case "dissolve":
    case "end":
    case "mergePersons":
    case "close":
    case "hold":
    case "follow":
    case "ambiguous":
    case "read":
      return NO_WORK;
    case "skip":
      return { ...NO_WORK, marketo: idJob(subject, context) };
  }
}

/** What a decision would write to each side, without what the calls carry. */
export function writesOf(subject: Subject, decision: Decision, context: Ground): Writes {
  // Not among the records' writes: it has a call of its own.
  if (decision.kind === "mergePersons") return { dynamics: null, marketo: "update" };
  const { dynamics, marketo } = workOf(subject, decision, context);
  return { dynamics: dynamics?.kind ?? null, marketo: marketo?.kind ?? null };
}

type Writing = Extract<Decision, { kind: "write" | "agree" | "refused" | "link" }>;
type Creating = Extract<Decision, { kind: "createPerson" | "recreatePerson" | "createRow" }>;

function personJob(subject: Subject, decision: Creating, context: Ground): Job {
  return {
    subject,
    side: "marketo",
    kind: "create",
    changes: decision.changes,
    agreed: decision.agreed,
    linkState: "active",
    values: () => withLink(marketoValues(decision.changes), subject, context),
    reason: decision.reason,
    conflict: false,
    isPart: false,
  };
}

function rowJob(subject: Subject, decision: Creating): Job {
  const values = () => dynamicsValues(decision.changes);
  const owner = subject.requested?.owner;
  return {
    subject,
    side: "dynamics",
    kind: "create",
    changes: decision.changes,
    agreed: decision.agreed,
    linkState: "active",
    values: owner ? () => ({ ...values(), ownerid: owner }) : values,
    reason: decision.reason,
    conflict: false,
    isPart: false,
  };
}

/** The write that makes a link: the person gets the row's id, and what it lacks. */
function linkJob(
  subject: Subject,
  decision: Extract<Decision, { kind: "link" }>,
  context: Ground,
): Job {
  const job = marketoJob(subject, decision, decision.toMarketo);
  return {
    ...job,
    values: () => withLink(marketoValues(job.changes), subject, context),
    reason: isFoundWritten(subject, decision) ? "recovered-after-crash" : job.reason,
  };
}

/** A person that carries the id since an interrupted write is not linked by that id: the write had arrived. */
function isFoundWritten(
  { suspect }: Subject,
  { by, conflict }: Extract<Decision, { kind: "link" }>,
): boolean {
  const wasSent = suspect?.side === "marketo" && suspect.reason !== "linked-by-id";
  return wasSent && by === "id" && !conflict;
}

function updateJob(subject: Subject, decision: Writing, context: Ground): Job | null {
  const revive = rewritesLink(subject, decision, context);
  const changes = decision.kind === "agree" ? [] : decision.toMarketo;
  if (!changes.length && !revive) return null;
  const job = marketoJob(subject, decision, changes);
  if (!revive) return job;
  return { ...job, values: () => withLink(marketoValues(changes), subject, context) };
}

/**
 * A link that is active again: the person's flag goes. If it rested while its record was merged into another one, the
 * person gets that one's id, too: nothing was written to it meanwhile, and such a link begins without a base.
 */
function rewritesLink(subject: Subject, decision: Writing, ground: Ground): boolean {
  const { link } = subject;
  const { linkFields } = ground;
  if (correctsId(subject, ground)) return true;
  if (!link || !("revive" in decision && decision.revive)) return false;
  return linkFields.deleted !== null || (linkFields.id !== null && link.base.length === 0);
}

function marketoJob(subject: Subject, decision: Writing, changes: readonly FieldChange[]): Job {
  return {
    subject,
    side: "marketo",
    kind: "update",
    changes,
    agreed: decision.agreed,
    linkState: "active",
    values: () => marketoValues(changes),
    reason: reasonOf(decision, changes),
    conflict: decision.conflict && changes.some((change) => change.clash),
    isPart: decision.toDynamics.length > 0,
  };
}

function dynamicsJob(subject: Subject, decision: Writing): Job | null {
  const changes = decision.toDynamics;
  if (!changes.length) return null;
  return {
    subject,
    side: "dynamics",
    kind: "update",
    changes,
    agreed: decision.agreed,
    linkState: "active",
    values: () => dynamicsValues(changes),
    reason: reasonOf(decision, changes),
    conflict: decision.conflict && changes.some((change) => change.clash),
    isPart: false,
  };
}

/** A record's clash is the reason on the side where a value lost; what goes to the other side is a plain change. */
function reasonOf({ reason }: Writing, changes: readonly FieldChange[]): ReasonCode {
  const isClash = reason === "clash-dynamics-wins" || reason === "clash-marketo-wins";
  const [first] = changes;
  if (!isClash || !first || changes.some(({ clash }) => clash)) return reason;
  return first.to === "dynamics" ? "changed-in-marketo" : "changed-in-dynamics";
}

/**
 * A link went over to a person that had another row, and the write that was to tell it so never arrived: the process ended
 * in between, or the call failed.
 */
function correctsId({ link, carries, isIdDue }: Subject, { linkFields }: Ground): boolean {
  return carries !== null && isIdDue && link?.state === "active" && linkFields.id !== null;
}

/** The person gets its row's id; nothing else is to be written. */
function idJob(subject: Subject, ground: Ground): Job | null {
  if (!correctsId(subject, ground)) return null;
  return linkFieldsJob(subject, {
    linkState: "active",
    reason: "id-corrected",
    values: () => linkValues(subject, ground),
  });
}

function flagJob(
  subject: Subject,
  linkState: "dynamicsDeleted" | "frozen",
  reason: ReasonCode,
  { linkFields }: Ground,
): Job | null {
  const flag = linkFields.deleted;
  if (!flag) return null;
  return linkFieldsJob(subject, { linkState, reason, values: () => ({ [flag]: true }) });
}

/** An update of the person that carries no mapped value. */
function linkFieldsJob(subject: Subject, own: Pick<Job, "linkState" | "reason" | "values">): Job {
  const none = { changes: [], agreed: [], conflict: false, isPart: false };
  return { subject, side: "marketo", kind: "update", ...none, ...own };
}

/** The person's link fields: which record it belongs to, and that this record is there. */
export function linkValues(subject: Subject, ground: Ground): WireValues {
  return withLink({}, subject, ground);
}

function withLink(
  values: Record<string, unknown>,
  subject: Subject,
  { linkFields }: Ground,
): WireValues {
  if (linkFields.id) values[linkFields.id] = subject.dynamicsId;
  if (linkFields.type) values[linkFields.type] = subject.setup.recordType;
  if (linkFields.deleted) values[linkFields.deleted] = false;
  return values;
}

// Filled one by one: copying an object of forty fields takes several times as long.
function marketoValues(changes: readonly FieldChange[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { rule, after } of changes) values[rule.field] = rule.codec.toMarketo(after);
  return values;
}

function dynamicsValues(changes: readonly FieldChange[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { rule, after } of changes) values[rule.key] = rule.codec.toDynamics(after);
  return values;
}

export function toMarketoWrite({ kind, subject, values }: Job): MarketoWrite {
  return kind === "create"
    ? { kind, values: values() }
    : { kind, id: subject.personId!, values: values() };
}

/** Null when the row's version is not known, so that the write cannot be guarded: it must be read first. */
export function toDynamicsWrite({ kind, subject, values }: Job): DynamicsWrite | null {
  const id = subject.dynamicsId;
  if (kind === "create") return { kind, id, values: values() };
  return subject.version === null ? null : { kind, id, version: subject.version, values: values() };
}
