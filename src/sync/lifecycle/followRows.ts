import type { RecordType } from "../../model/record";
import { setupOf, type CycleContext } from "../cycleContext";
import { readRows } from "../gather";
import type { Link } from "../statePort";
import { newSubject, type Subject, type Subjects } from "../subject";
import { personsMessage } from "./personQuestions";
import { hasHeir } from "./qualifiedMarks";
import { recordName, type Heir, type HeirReason } from "./heir";

/** A linked record that another row stands for from now on. */
interface Claim {
  former: Link;
  personId: number;
  target: { recordType: RecordType; dynamicsId: string };
  reason: Exclude<HeirReason, "merged-in-marketo">;
}

/**
 * Lets links follow rows that were qualified or merged in Dynamics (B-40 to B-48): the surviving row takes the link over
 * if it has none; if it has one, the other link ends. Works from either record, in whatever cycle it is seen.
 */
export async function followRows(context: CycleContext, subjects: Subjects): Promise<void> {
  for (const subject of [...subjects.all()]) restEnded(context, subject);
  const claims = [...subjects.all()].flatMap((subject) => claimsOf(context, subjects, subject));
  if (!claims.length) return;
  const unique = new Map(claims.map((claim) => [rowKey(claim.former), claim]));
  const sorted = [...unique.values()].sort((a, b) =>
    rowKey(a.former) < rowKey(b.former) ? -1 : 1,
  );
  const targets = await findTargets(context, subjects, sorted);
  for (const claim of sorted) {
    const target = targets.get(claim);
    if (target) settleClaim(context, subjects, { claim, target });
  }
}

/** A merged row and a qualified lead never get a person of their own: another row stands for them. */
function restEnded(context: CycleContext, subject: Subject): void {
  const { facts, link, setup, requested } = subject;
  if (!facts || link || requested || subject.heir) return;
  if (facts.masterId !== null) {
    subject.verdict = { kind: "skip", reason: "merged-in-dynamics", drift: [] };
  } else if (setup.recordType === "lead" && isRepresented(context, subject)) {
    subject.verdict = { kind: "skip", reason: "qualified", drift: [] };
  }
}

/** A contact stands for the lead: always while it is qualified, and as long as that contact syncs. */
function isRepresented(context: CycleContext, { facts, dynamicsId }: Subject): boolean {
  if (!setupOf(context, "contact")) return false;
  return facts?.isQualified === true || hasHeir(context.state, dynamicsId);
}

function claimsOf(context: CycleContext, subjects: Subjects, subject: Subject): Claim[] {
  const { facts, link, setup, dynamicsId } = subject;
  const { recordType } = setup;
  if (!facts || subject.row.kind !== "read") return [];
  if (link && facts.masterId !== null) {
    const target = { recordType, dynamicsId: facts.masterId };
    return claim(subjects, link, target, "merged-in-dynamics");
  }
  if (link && recordType === "lead" && facts.isQualified && facts.contactId !== null) {
    const target = { recordType: "contact" as const, dynamicsId: facts.contactId };
    return claim(subjects, link, target, "qualified");
  }
  if (recordType !== "contact" || facts.leadId === null || facts.masterId !== null) return [];
  const { leadId } = facts;
  const lead = context.state.linksByDynamicsId("lead", [leadId]).get(leadId);
  return lead ? claim(subjects, lead, { recordType, dynamicsId }, "qualified") : [];
}

function claim(
  subjects: Subjects,
  former: Link,
  target: Claim["target"],
  reason: Claim["reason"],
): Claim[] {
  const subject = subjects.row(former.recordType, former.dynamicsId);
  const personId = subject?.heir?.personId ?? former.personId;
  return [{ former, personId, target, reason }];
}

/** How many merges in a row are followed; more would be a circle. */
const LONGEST_CHAIN = 5;

/** The subjects of the surviving rows; those that the tracked read did not tell are read. */
async function findTargets(
  context: CycleContext,
  subjects: Subjects,
  claims: readonly Claim[],
): Promise<Map<Claim, Subject>> {
  const found = new Map<Claim, Subject>();
  let open = claims.map((claim) => ({ claim, target: claim.target }));
  for (let round = 0; round < LONGEST_CHAIN && open.length; round++) {
    const known = open.flatMap((entry) => {
      const subject = targetSubject(context, subjects, entry.target);
      return subject ? [{ ...entry, subject }] : [];
    });
    await readRows(context, [...new Set(known.map(({ subject }) => subject))]);
    open = [];
    for (const { claim, target, subject } of known) {
      const masterId = subject.facts?.masterId ?? null;
      if (masterId !== null) open.push({ claim, target: { ...target, dynamicsId: masterId } });
      else if (subject.row.kind === "read") found.set(claim, subject);
    }
  }
  for (const subject of found.values()) {
    if (!subjects.row(subject.setup.recordType, subject.dynamicsId)) subjects.add(subject);
  }
  return found;
}

function targetSubject(
  context: CycleContext,
  subjects: Subjects,
  { recordType, dynamicsId }: Claim["target"],
): Subject | undefined {
  const known = subjects.row(recordType, dynamicsId);
  if (known) return known;
  const setup = setupOf(context, recordType);
  if (!setup) return undefined;
  const link = context.state.linksByDynamicsId(recordType, [dynamicsId]).get(dynamicsId) ?? null;
  return newSubject(setup, { dynamicsId, personId: link?.personId ?? null, link });
}

function settleClaim(
  context: CycleContext,
  subjects: Subjects,
  { claim, target }: { claim: Claim; target: Subject },
): void {
  const { former, reason } = claim;
  const isGone = isPersonGone(subjects, former);
  const takes = !isAlive(target) && target.facts?.isInFilter !== false;
  // A record of a type that is off rests: nothing becomes of its link, unless this row goes on with it.
  if (!setupOf(context, former.recordType) && (!takes || isGone)) return;
  if (isAlive(target)) return endFormer(context, subjects, { claim, target });
  if (isGone) {
    formerSubject(context, subjects, former).verdict = { kind: "dissolve", reason };
    return;
  }
  if (!takes) {
    // A qualified lead whose contact does not sync goes on as a lead (B-43); a merge follows the survivor (B-47).
    if (reason === "qualified") return;
    const to = { dynamicsId: target.dynamicsId, personId: claim.personId };
    formerSubject(context, subjects, former).verdict = { kind: "follow", reason, to };
    return;
  }
  inherit(context, subjects, { claim, target });
}

/** The row takes the link over; the former record has nothing of its own to do any more. */
function inherit(
  context: CycleContext,
  subjects: Subjects,
  { claim, target }: { claim: Claim; target: Subject },
): void {
  const { former, personId, reason } = claim;
  const subject = subjects.row(former.recordType, former.dynamicsId);
  if (subject && subject !== target) subjects.remove(subject);
  makeHeir(target, {
    personId,
    former,
    formerSetup: setupOf(context, former.recordType) ?? null,
    reason,
  });
  target.changedAt.marketo ??= subject?.changedAt.marketo ?? null;
}

export function makeHeir(subject: Subject, heir: Heir): void {
  subject.heir = heir;
  subject.personId = heir.personId;
  subject.person = { kind: "unread" };
  subject.verdict = null;
  subject.restore = [];
}

/** Both records have a person: the survivor keeps its own; the other person is left alone, and a human is asked about both. */
function endFormer(
  context: CycleContext,
  subjects: Subjects,
  { claim: { former, personId, reason }, target }: { claim: Claim; target: Subject },
): void {
  const subject = formerSubject(context, subjects, former);
  const survivor = target.heir?.personId ?? target.personId;
  const isAnswer = subject.verdict?.kind === "hold" || former.state === "held";
  if (isAnswer || isPersonGone(subjects, former)) {
    subject.verdict = { kind: "dissolve", reason };
    return;
  }
  const other = { recordType: target.setup.recordType, dynamicsId: target.dynamicsId };
  const asked = { linkedId: survivor!, leftId: personId, other, reason };
  subject.verdict = { kind: "end", message: personsMessage(rowKey(former), asked), ...asked };
  subject.heir = null;
}

/** The survivor has a person of its own, or has just taken one over. */
function isAlive({ link, heir, verdict, person }: Subject): boolean {
  if (heir) return true;
  if (!link || verdict?.kind === "hold" || person.kind === "deleted") return false;
  return link.state !== "held" && link.state !== "marketoDeleted";
}

function isPersonGone(subjects: Subjects, former: Link): boolean {
  const subject = subjects.row(former.recordType, former.dynamicsId);
  if (subject?.heir) return false;
  if (former.state === "held" || former.state === "marketoDeleted") return true;
  return subject?.person.kind === "deleted" || subject?.verdict?.kind === "hold";
}

function formerSubject(context: CycleContext, subjects: Subjects, former: Link): Subject {
  const { recordType, dynamicsId, personId } = former;
  const known = subjects.row(recordType, dynamicsId);
  if (known) return known;
  const setup = setupOf(context, recordType)!;
  return subjects.add(newSubject(setup, { dynamicsId, personId, link: former }));
}

function rowKey({ recordType, dynamicsId }: Link): string {
  return recordName(recordType, dynamicsId);
}
