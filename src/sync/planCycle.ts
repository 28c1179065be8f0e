import type { Failure } from "../model/failure";
import type { RecordType, Side } from "../model/record";
import { Backlog } from "./backlog";
import { FEED_READ_KEY, type CycleContext } from "./cycleContext";
import type { Decision } from "./decision";
import { addMissingRows, comparePersons, FEED_LIFETIME_MS } from "./fullCompare";
import {
  addDueRecords,
  addDynamicsNews,
  addMarketoNews,
  addTombstones,
  emptyAudit,
  mustReadBoth,
  readPersons,
  readRows,
  type FeedAudit,
} from "./gather";
import { findForeignIds } from "./lifecycle/carriedIds";
import { followAnswers } from "./lifecycle/answers";
import { followPersons } from "./lifecycle/followPersons";
import { followRows } from "./lifecycle/followRows";
import { LoopSearch, recallLoops, type LoopNews } from "./lifecycle/holdLoops";
import { settlePersonQuestions } from "./lifecycle/personQuestions";
import { outdatedMarks } from "./lifecycle/qualifiedMarks";
import { writesOf } from "./jobs";
import { wakeQuestions } from "./lifecycle/wakeQuestions";
import { matchUnlinked } from "./matchCycle";
import { planHash, PlanTally, type PlannedAction, type PlanTotals } from "./plan";
import { PersonSearch } from "./personSearch";
import { pullDynamics, type DynamicsPull } from "./pullDynamics";
import { pullMarketo, type MarketoPull } from "./pullMarketo";
import { addRivals } from "./rivals";
import { addSuspects } from "./recover";
import { addRenamed } from "./renames";
import { addRefresh, isUnheard, type RefreshPortion } from "./refresh";
import { settleRestores } from "./restore";
import { decideSubject, Subjects, type Subject } from "./subject";

/** Everything a cycle will do, with nothing written yet. */
export interface PlannedCycle {
  subjects: readonly Subject[];
  pulls: readonly DynamicsPull[];
  feed: MarketoPull;
  audit: FeedAudit;
  loops: LoopNews;
  /** This cycle's share of comparing fields that were switched on. */
  refresh: readonly RefreshPortion[];
  /** When records behind lookups were looked at for new names; null: not in this cycle. */
  namesReadAt: number | null;
  totals: PlanTotals;
  /** What of it is still to be written. */
  backlog: Backlog;
  /** Identifies the plan (an approval names it); made when it is asked for, before anything is written. */
  hash: () => string;
  /** Leads whose qualification need not be remembered any more. */
  outdated: readonly string[];
  /** Intents of interrupted writes that this cycle answers. */
  suspects: readonly number[];
  /** Records that were expected and are not there; compared again later. */
  vanished: readonly Vanished[];
  /** Rows that never had a person and are gone before they could get one: nothing is left to try. */
  forgotten: readonly Subject[];
  /** Deletions that no tombstone told: found by a full compare. */
  inferredDeletes: number;
  /** Persons to create after an expired checkpoint: they may have been there before. */
  fullCompareCreates: number;
}

export interface Vanished {
  subject: Subject;
  failure: Failure;
}

/** Reads both sides and decides on every record that changed; writes nothing, to the orgs or to the state. */
export async function planCycle(context: CycleContext): Promise<PlannedCycle> {
  const search = new PersonSearch(context);
  try {
    return await planWith(context, search);
  } finally {
    search.close();
  }
}

async function planWith(context: CycleContext, search: PersonSearch): Promise<PlannedCycle> {
  const subjects = new Subjects();
  const audit = emptyAudit();
  const suspects = addSuspects(context, subjects);
  addDueRecords(context, subjects);

  const pulls: DynamicsPull[] = [];
  let inferredDeletes = 0;
  for (const setup of context.types) {
    const pull = await pullDynamics(context, setup, search);
    pulls.push(pull);
    addDynamicsNews(subjects, pull);
    addTombstones(context, subjects, pull);
    inferredDeletes += await addMissingRows(context, subjects, pull);
  }
  const namesReadAt = await addRenamed(context, subjects, pulls);
  const refresh = addRefresh(context, subjects);
  const feed = await pullMarketo(context);
  await search.renew(feed);
  const changed = addMarketoNews(context, subjects, { pull: feed, audit });
  takeMovedVersions(subjects, pulls);
  followPersons(context, subjects, feed);
  followAnswers(context, subjects);
  recallLoops(context, subjects);
  if (feedsHaveGap(context, feed)) inferredDeletes += await comparePersons(context, subjects);

  wakeQuestions(context, subjects, { feed, pulls });
  await addRivals(context, subjects, search);
  const { vanished, forgotten, gone } = await readWhatIsNeeded(context, subjects, changed);
  inferredDeletes += gone;
  settleRestores(subjects.all());
  await followRows(context, subjects);
  await matchUnlinked(context, [...subjects.all()], search);
  findForeignIds(context, subjects, feed);
  const merges = await settlePersonQuestions(context, subjects, feed);
  const { totals, backlog, creates, met, loops } = await decideAll(context, subjects, feed);
  if (totals.empties + totals.fills > 0) await context.confirmSchema();
  else await context.confirmColumns(met);
  const expired = pulls.some((pull) => pull.full === "expired");
  return {
    subjects: [...subjects.all()],
    pulls,
    feed,
    audit,
    loops,
    refresh,
    namesReadAt,
    outdated: outdatedMarks(context, subjects, deletedLeads(pulls)),
    totals,
    backlog,
    hash: () => planHash(actionsOf(context, subjects)),
    suspects: [...suspects, ...merges],
    vanished,
    forgotten,
    inferredDeletes,
    fullCompareCreates: expired ? creates : 0,
  };
}

function deletedLeads(pulls: readonly DynamicsPull[]): readonly string[] {
  return pulls.flatMap(({ setup, deletedIds }) => (setup.recordType === "lead" ? deletedIds : []));
}

/** A row that moved and still stands as agreed need not be read again: the tracked read told its version. */
function takeMovedVersions(subjects: Subjects, pulls: readonly DynamicsPull[]): void {
  for (const { setup, moved } of pulls) {
    for (const { link, version } of moved) {
      const subject = subjects.row(setup.recordType, link.dynamicsId);
      if (subject?.row.kind === "unread") subject.version = version;
    }
  }
}

function feedsHaveGap({ state }: CycleContext, feed: MarketoPull): boolean {
  if (feed.lost) return true;
  const readAt = state.checkpoint(FEED_READ_KEY);
  return readAt !== null && feed.readAt - Number(readAt) > FEED_LIFETIME_MS;
}

/** Reads persons that changed and both sides of records that still wait; nothing else (DESIGN 7). */
async function readWhatIsNeeded(
  context: CycleContext,
  subjects: Subjects,
  changed: readonly Subject[],
): Promise<Pick<PlannedCycle, "vanished" | "forgotten"> & { gone: number }> {
  const both = mustReadBoth(context, subjects.all());
  const persons = new Set([...changed, ...both]);
  const lostRows = await readRows(context, [...both]);
  const lostPersons = await readPersons(context, [...persons]);
  const vanished: Vanished[] = [];
  const forgotten: Subject[] = [];
  let gone = 0;
  for (const subject of lostPersons) {
    if (subject.link?.state !== "active") continue;
    if (isUnheard(context.state, subject.link)) {
      subject.person = { kind: "deleted" };
      gone++;
      continue;
    }
    vanished.push({ subject, failure: noRecord("marketo") });
    // Nothing is decided about it now, so that the note stays; what is told only once must be dealt with all the same.
    const isToldOnce = subject.row.kind === "deleted" || subject.heir || subject.verdict;
    if (!isToldOnce) subjects.remove(subject);
  }
  for (const subject of lostRows) {
    if (subject.row.kind === "deleted" || takeOldTombstone(context, subject)) continue;
    // The person's deletion is told only once and must not get lost with the row.
    if (subject.link && subject.person.kind === "deleted") continue;
    subjects.remove(subject);
    if (!subject.link) forgotten.push(subject);
    else if (subject.link.state === "active") {
      vanished.push({ subject, failure: noRecord("dynamics") });
    }
  }
  return { vanished, forgotten, gone };
}

/** The row was deleted in an earlier cycle whose write about it failed: decided as if the tombstone came now. */
function takeOldTombstone({ state }: CycleContext, subject: Subject): boolean {
  const { link, setup, dynamicsId } = subject;
  if (link?.state !== "dynamicsDeleted") return false;
  if (!state.failedAmong(setup.recordType, [dynamicsId]).has(dynamicsId)) return false;
  subject.link = { ...link, state: "active" };
  subject.row = { kind: "deleted" };
  return true;
}

export function noRecord(side: Side): Failure {
  const [record, deletion] =
    side === "dynamics" ? ["The row", "its deletion"] : ["The person", "the deletion"];
  return {
    class: "retry",
    code: "CS-NO-RECORD",
    message: `${record} could not be read although ${deletion} was not told; it is looked up again later.`,
    side,
  };
}

/** Decides on every subject and adds the plan up; reads the sides that decisions ask for. */
async function decideAll(
  context: CycleContext,
  subjects: Subjects,
  feed: MarketoPull,
): Promise<{
  totals: PlanTotals;
  backlog: Backlog;
  creates: number;
  /** Types of which rows and persons meet for the first time. */
  met: readonly RecordType[];
  loops: LoopNews;
}> {
  const tally = new PlanTally();
  const backlog = new Backlog();
  const loops = new LoopSearch(context, feed);
  const met = new Set<RecordType>();
  let creates = 0;
  const add = (subject: Subject, decision: Decision) => {
    const writes = writesOf(subject, decision, context);
    tally.add(decision, writes);
    backlog.add(subject.setup.recordType, writes, subject.changedAt);
    if (decision.kind === "createPerson") creates++;
    if (FIRST_MEETINGS.has(decision.kind)) met.add(subject.setup.recordType);
  };
  /** Not decided yet: a side has to be read first, or a field was found to flip. */
  const open: Subject[] = [];
  let decided = 0;
  for (const subject of subjects.all()) {
    loops.free(subject);
    const decision = decideSubject(subject, context);
    if (decision.kind === "read" || loops.holds(subject, decision)) open.push(subject);
    else add(subject, decision);
    if (++decided % 1000 === 0) context.report.progress("planning", decided, subjects.size);
  }
  await readForDecisions(context, open);
  for (const subject of open) loops.holds(subject, decideSubject(subject, context));
  await loops.nameWriters();
  for (const subject of open) add(subject, decideSubject(subject, context));
  return { totals: tally.totals(), backlog, creates, met: [...met], loops: loops.news };
}

const FIRST_MEETINGS: ReadonlySet<Decision["kind"]> = new Set([
  "createPerson",
  "recreatePerson",
  "link",
]);

function* actionsOf(context: CycleContext, subjects: Subjects): Generator<PlannedAction> {
  for (const subject of subjects.all()) {
    const { setup, dynamicsId, personId } = subject;
    const decision = decideSubject(subject, context);
    yield { recordType: setup.recordType, dynamicsId, personId, decision };
  }
}

/** Reads the sides that decisions ask for, until none does. */
export async function readForDecisions(
  context: CycleContext,
  subjects: readonly Subject[],
): Promise<void> {
  let open = subjects;
  for (let round = 0; round < 2; round++) {
    const asks: Record<Side, Subject[]> = { dynamics: [], marketo: [] };
    for (const subject of open) {
      const decision = decideSubject(subject, context);
      if (decision.kind === "read") asks[decision.side].push(subject);
    }
    open = [...asks.dynamics, ...asks.marketo];
    if (!open.length) return;
    await readRows(context, asks.dynamics);
    await readPersons(context, asks.marketo);
  }
}
