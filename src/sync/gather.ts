import type { RecordType } from "../model/record";
import type { CycleContext, TypeSetup } from "./cycleContext";
import { setupOf } from "./cycleContext";
import {
  decideOverwritten,
  evaluateFeed,
  type FeedVerdict,
  type KnownBefore,
  type Overwritten,
} from "./feed";
import type { FieldChange } from "./decideField";
import type { Refusal } from "./decision";
import { baseHash, sameHash } from "./hash";
import { normalizeDynamics, normalizeMarketo } from "./normalize";
import { rowFacts } from "./lifecycle/rowFacts";
import { Packs } from "./packed";
import type { DynamicsRow, MarketoPerson } from "./ports";
import { modifiedAt, type DynamicsNews, type DynamicsPull } from "./pullDynamics";
import type { MarketoPull, PersonNews } from "./pullMarketo";
import { linkOf } from "./linkLookup";
import { awaitsRefresh } from "./refresh";
import type { Link, PendingEcho } from "./statePort";
import { foreignId } from "./storedId";
import { newSubject, type Subject, type Subjects } from "./subject";

/** What the feeds told about our own earlier writes; recorded at the end of the cycle. */
export interface FeedAudit {
  confirmed: PendingEcho[];
  before: { news: PersonNews; link: Link; known: KnownBefore }[];
  overwritten: AuditedLoss[];
}

/** A value that our write replaced unseen; `refusals` tell on which side it does not fit when it goes back. */
export interface AuditedLoss {
  link: Link;
  at: string;
  overwritten: Overwritten;
  /** The record that this cycle decides on; its `restore` tells whether the value goes back. */
  subject: Subject | null;
  refusals: readonly Refusal[];
}

export function emptyAudit(): FeedAudit {
  return { confirmed: [], before: [], overwritten: [] };
}

/** Adds the rows that the tracked read told of. */
export function addDynamicsNews(subjects: Subjects, pull: DynamicsPull): void {
  // Taken out of the pull: the subjects have it now, and let it go when they are done.
  for (const news of pull.news.splice(0)) applyRow(subjectOf(subjects, pull.setup, news), news);
}

function subjectOf(subjects: Subjects, setup: TypeSetup, news: DynamicsNews): Subject {
  const known = subjects.row(setup.recordType, news.id);
  if (known) return known;
  const personId = news.link?.personId ?? null;
  return subjects.add(newSubject(setup, { dynamicsId: news.id, personId, link: news.link }));
}

function applyRow(subject: Subject, news: Omit<DynamicsNews, "link" | "id">): void {
  subject.row = news.row;
  subject.facts = news.facts;
  subject.version = news.version;
  subject.changedAt.dynamics = news.modifiedAt;
}

/** Adds the tombstones of rows that are linked; of others nothing was ever known. */
export function addTombstones(
  context: CycleContext,
  subjects: Subjects,
  { setup, deletedIds }: { setup: TypeSetup; deletedIds: readonly string[] },
): void {
  const links = context.state.linksByDynamicsId(setup.recordType, deletedIds);
  for (const [dynamicsId, link] of links) {
    const subject =
      subjects.row(setup.recordType, dynamicsId) ??
      subjects.add(newSubject(setup, { dynamicsId, personId: link.personId, link }));
    subject.row = { kind: "deleted" };
  }
}

/** Adds the linked persons that the feeds told of, unless all that happened to them was our own writing. */
export function addMarketoNews(
  context: CycleContext,
  subjects: Subjects,
  { pull, audit }: { pull: MarketoPull; audit: FeedAudit },
): Subject[] {
  const { state } = context;
  const ids = [...pull.persons.keys()];
  const links = state.linksByPersonId(ids);
  const echoes = groupEchoes(state.echoes([...links.keys()]));
  const changed: Subject[] = [];
  for (const [personId, news] of pull.persons) {
    const link = links.get(personId);
    const setup = link && setupOf(context, link.recordType);
    if (!link || !setup) continue;
    const person = { link, setup, news, echoes: echoes.get(personId) ?? [] };
    const subject = addPerson(context, subjects, person, audit);
    if (subject && subject.person.kind !== "deleted") changed.push(subject);
  }
  return changed;
}

interface LinkedPerson {
  link: Link;
  setup: TypeSetup;
  news: PersonNews;
  echoes: readonly PendingEcho[];
}

/** The subject if the person must be read (or is gone), else undefined. */
function addPerson(
  context: CycleContext,
  subjects: Subjects,
  { link, setup, news, echoes }: LinkedPerson,
  audit: FeedAudit,
): Subject | undefined {
  const verdict = evaluateFeed(news.events, { ...setup, base: link.base, echoes });
  audit.confirmed.push(...verdict.confirmed);
  audit.before.push(...verdict.before.map((known) => ({ news, link, known })));
  const losses = lossesOf(context, { link, news, echoes }, verdict);
  audit.overwritten.push(...losses);
  const restore = losses.flatMap(({ restore }) => restore);
  const drifted = verdict.drift.length > 0;
  // The survivor of a merge takes over what it lacked, and no change row tells of that.
  const mustRead = verdict.needsRead || news.events.some(({ kind }) => kind === "merged");
  if (!news.deleted && !mustRead && !restore.length && !drifted) return undefined;
  const subject =
    subjects.row(setup.recordType, link.dynamicsId) ??
    subjects.add(newSubject(setup, { dynamicsId: link.dynamicsId, personId: link.personId, link }));
  subject.changedAt.marketo = news.at;
  subject.feedFields = new Set([...verdict.changed, ...verdict.drift]);
  subject.restore = restore;
  subject.goingBack = losses.flatMap(({ restore, overwritten }) =>
    restore.length ? [overwritten.echo] : [],
  );
  for (const loss of losses) loss.subject = subject;
  if (news.deleted) subject.person = { kind: "deleted" };
  return subject;
}

/**
 * What our writes replaced unseen, and what of it would go back: of each field the last, unless the person changed again
 * since then. A change that this feed tells travels itself; one that travelled already made the base another one than
 * we ever sent.
 */
function lossesOf(
  { policies }: CycleContext,
  { link, news, echoes }: Omit<LinkedPerson, "setup">,
  verdict: FeedVerdict,
): (AuditedLoss & { restore: readonly FieldChange[] })[] {
  const { recordType } = link;
  return verdict.overwritten.map((overwritten) => {
    const { rule, echo } = overwritten;
    const isLast = verdict.overwritten.findLast((loss) => loss.rule === rule) === overwritten;
    const agreed = baseHash(link.base, echo.position);
    const isStanding = echoes.some(
      ({ position, sentHash }) => position === echo.position && sameHash(agreed, sentHash),
    );
    const { restore, refusals } =
      !isLast || !isStanding || verdict.changed.includes(rule.key)
        ? NOTHING_BACK
        : decideOverwritten(overwritten, undefined, { recordType, policies });
    return { link, at: news.at, overwritten, subject: null, restore, refusals };
  });
}

const NOTHING_BACK = { restore: [], refusals: [] };

function groupEchoes(echoes: readonly PendingEcho[]): Map<number, PendingEcho[]> {
  const groups = new Map<number, PendingEcho[]>();
  for (const echo of echoes) {
    const group = groups.get(echo.personId);
    if (group) group.push(echo);
    else groups.set(echo.personId, [echo]);
  }
  return groups;
}

/** Adds records whose last change could not be written and whose next attempt is due. */
export function addDueRecords(context: CycleContext, subjects: Subjects): void {
  const { state, world } = context;
  for (const failed of state.failed({ dueBefore: world.now() })) {
    const setup = setupOf(context, failed.recordType);
    if (!setup) continue;
    const link = linkOf(state, failed);
    const dynamicsId = link?.dynamicsId ?? failed.dynamicsId;
    if (!dynamicsId || subjects.row(failed.recordType, dynamicsId)) continue;
    const personId = link?.personId ?? failed.personId;
    subjects.add(newSubject(setup, { dynamicsId, personId, link }));
  }
}

/** Subjects whose other side cannot be taken as unchanged: a change of theirs is still waiting. */
export function mustReadBoth(context: CycleContext, subjects: Iterable<Subject>): Set<Subject> {
  const byType = new Map<RecordType, Subject[]>();
  const must = new Set<Subject>();
  for (const subject of subjects) {
    const { recordType } = subject.setup;
    const group = byType.get(recordType);
    if (group) group.push(subject);
    else byType.set(recordType, [subject]);
  }
  for (const [recordType, group] of byType) {
    const ids = group.map((subject) => subject.dynamicsId);
    const failed = context.state.failedAmong(recordType, ids);
    const isToRefresh = awaitsRefresh(context.state, recordType);
    for (const subject of group) {
      const waits = failed.has(subject.dynamicsId) || subject.suspect !== null;
      const rests = subject.link !== null && subject.link.state !== "active";
      const held = subject.loops.size > 0;
      const isRefreshed = subject.link !== null && isToRefresh(subject.link);
      const goesBack = subject.restore.length > 0;
      const blind = subject.row.kind === "unread" && subject.version === null;
      if (waits || rests || held || isRefreshed || goesBack || blind) must.add(subject);
    }
  }
  return must;
}

/** Reads the persons of these subjects. A person that is not there stays unread and is told to the caller. */
export async function readPersons(
  context: CycleContext,
  subjects: readonly Subject[],
): Promise<Subject[]> {
  const open = subjects.filter((subject) => subject.personId !== null && isOpen(subject.person));
  if (!open.length) return [];
  const ids = open.map((subject) => subject.personId!);
  const { marketo } = context.connectors;
  const persons = await marketo.read(ids, context.personFields, { signal: context.signal });
  const byId = new Map(persons.map((person) => [person.id, person]));
  const packs = new Packs();
  return open.filter((subject) => {
    const person = byId.get(subject.personId!);
    subject.carries = person ? foreignId(context, subject, person) : null;
    return !applyPerson(subject, person, packs);
  });
}

/** Takes a person's values in; false when there is no such person. */
export function applyPerson(
  subject: Subject,
  person: MarketoPerson | undefined,
  packs = new Packs(),
): boolean {
  if (!person) return false;
  const values = normalizeMarketo(subject.setup.rules, person.values);
  subject.person = packs.of(subject.setup).add(values);
  subject.changedAt.marketo ??= stamp(person.values["updatedAt"]);
  return true;
}

/** Reads the rows of these subjects. A row that is not there stays unread and is told to the caller. */
export async function readRows(
  context: CycleContext,
  subjects: readonly Subject[],
): Promise<Subject[]> {
  const missing: Subject[] = [];
  for (const setup of context.types) {
    const open = subjects.filter((subject) => subject.setup === setup && isOpen(subject.row));
    if (!open.length) continue;
    const ids = open.map((subject) => subject.dynamicsId);
    const { dynamics } = context.connectors;
    const options = { signal: context.signal };
    const rows = await dynamics.read(setup.recordType, ids, setup.columns, options);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const packs = new Packs();
    missing.push(
      ...open.filter((subject) => !takeRow(subject, byId.get(subject.dynamicsId), packs)),
    );
  }
  return missing;
}

/** Takes a row in; false when there is none. */
export function takeRow(
  subject: Subject,
  row: DynamicsRow | undefined,
  packs = new Packs(),
): boolean {
  if (!row) return false;
  const values = normalizeDynamics(subject.setup.rules, row.values);
  const facts = rowFacts(subject.setup, row, values);
  const reading = packs.of(subject.setup).add(values);
  applyRow(subject, { version: row.version, row: reading, facts, modifiedAt: modifiedAt(row) });
  return true;
}

function isOpen(reading: Subject["row"]): boolean {
  return reading.kind === "unread";
}

function stamp(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
