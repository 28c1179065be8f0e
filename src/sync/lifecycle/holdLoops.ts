import type { ReasonCode } from "../../model/activity";
import type { FieldValue, Pair } from "../../model/record";
import type { CycleContext } from "../cycleContext";
import type { FieldChange } from "../decideField";
import type { Decision } from "../decision";
import { readRows } from "../gather";
import type { MarketoPull } from "../pullMarketo";
import { activityOf, changeOf, tell, type Recording } from "../record";
import type { Subject, Subjects } from "../subject";
import { hashKey } from "../hash";
import { isOver, isSecondRound, LOOP_CYCLES, type LoopPair, type PastWrite } from "./loops";
import { subjectName } from "./heir";
import { nameSources } from "./loopSources";

/** Name of the checkpoint that holds the fields that flip; there are few of them, ever. */
const LOOPS_KEY = "loops";

/** By record, then by column. */
type StoredLoops = Record<string, Record<string, LoopPair>>;

export interface HeldField {
  subject: Subject;
  change: FieldChange;
  past: readonly PastWrite[];
  /** What Marketo names as the writer of its value. */
  source: string | null;
}

/** What a cycle found out about fields that flip between two values. */
export interface LoopNews {
  held: HeldField[];
  freed: { subject: Subject; column: string }[];
}

/** Tells the subjects which of their fields are held, so that both of their sides are read. */
export function recallLoops({ state }: CycleContext, subjects: Subjects): void {
  const stored = readLoops(state);
  for (const subject of stored.size ? subjects.all() : []) {
    const loops = stored.get(subjectName(subject));
    if (loops) subject.loops = new Map(Object.entries(loops));
  }
}

/** Frees fields whose loop is over and holds those that are about to go round once more. */
export class LoopSearch {
  readonly news: LoopNews = { held: [], freed: [] };

  constructor(
    private readonly context: CycleContext,
    private readonly feed: MarketoPull,
  ) {}

  free(subject: Subject): void {
    if (subject.loops.size) freeFields(subject, this.news);
  }

  /** Holds fields of a planned write that flip; true if there are any, which makes another decision. */
  holds(subject: Subject, decision: Decision): boolean {
    if (subject.link?.state !== "active" || decision.kind !== "write") return false;
    const before = this.news.held.length;
    holdFields(this.context, { subject, decision }, this.news);
    return this.news.held.length > before;
  }

  /** Finds out who wrote the held fields last; the rows tell it, which a change of the person does not. */
  async nameWriters(): Promise<void> {
    await nameSources(this.context, this.news.held, this.feed);
    await readRows(
      this.context,
      this.news.held.map(({ subject }) => subject),
    );
  }
}

function freeFields(subject: Subject, news: LoopNews): void {
  const kept = new Map(subject.loops);
  for (const rule of subject.setup.rules) {
    const loop = kept.get(rule.key);
    if (!loop || !isOver(hashed(rule), loop, valuesOf(subject, rule.key))) continue;
    kept.delete(rule.key);
    news.freed.push({ subject, column: rule.key });
  }
  subject.loops = kept;
}

/** The stored values are hashes: no personal value stays in the state longer than the log keeps it. */
function hashed(rule: FieldChange["rule"]): FieldChange["rule"] {
  const compareKey = (value: FieldValue) => hashText(rule.codec.compareKey(value));
  return { ...rule, codec: { ...rule.codec, compareKey } };
}

function hashText(key: string): string {
  return Buffer.from(hashKey(key)).toString("hex");
}

function valuesOf({ row, person }: Subject, key: string): Pair<FieldValue | undefined> {
  return {
    dynamics: row.kind === "read" ? row.values[key] : undefined,
    marketo: person.kind === "read" ? person.values[key] : undefined,
  };
}

function holdFields(
  context: CycleContext,
  { subject, decision }: { subject: Subject; decision: Extract<Decision, { kind: "write" }> },
  news: LoopNews,
): void {
  const changes = [...decision.toDynamics, ...decision.toMarketo];
  const history = pastWrites(context, subject);
  for (const change of history.size ? changes : []) {
    const { rule, to, after } = change;
    const past = history.get(rule.key) ?? [];
    const planned = { to, value: after, cycle: context.cycle };
    if (!isSecondRound(rule.codec, past, planned)) continue;
    const loops = new Map(subject.loops);
    subject.loops = loops.set(rule.key, loopOf(change, past));
    news.held.push({ subject, change, past, source: null });
  }
}

function loopOf({ rule, to, after }: FieldChange, [last]: readonly PastWrite[]): LoopPair {
  const here = hashText(rule.codec.compareKey(last?.value ?? null));
  const there = hashText(rule.codec.compareKey(after));
  return to === "marketo" ? { dynamics: there, marketo: here } : { dynamics: here, marketo: there };
}

/** Rows of the log that are looked at; a record that is written every cycle has one or two in each. */
const FEW_ACTIVITIES = 2 * LOOP_CYCLES;

/** With these a record begins to sync: what it brought along answers nobody. */
const BEGINNINGS: ReadonlySet<ReasonCode> = new Set([
  "created-from-dynamics",
  "created-from-marketo",
  "requested-by-command",
  "requested-by-marketo",
  "recreated-after-delete",
  "linked-by-id",
  "linked-by-email",
]);

/** What we wrote to the record's fields in the last cycles since it began to sync, newest first. */
function pastWrites({ state, cycle }: CycleContext, { dynamicsId }: Subject) {
  const writes = new Map<string, PastWrite[]>();
  const activities = state.activities({
    record: dynamicsId,
    limit: FEW_ACTIVITIES,
    sort: { by: "record", descending: true },
  });
  for (const activity of activities) {
    if (cycle - activity.cycle > LOOP_CYCLES) break;
    if (activity.outcome !== "applied" && activity.outcome !== "conflicted") continue;
    if (activity.reason === "loop-held") continue;
    if (BEGINNINGS.has(activity.reason)) break;
    for (const { field, to, after } of activity.changes) {
      const write = { to, value: after, cycle: activity.cycle };
      writes.set(field, [...(writes.get(field) ?? []), write]);
    }
  }
  return writes;
}

/** Keeps which fields are held, and tells each of them once. */
export function recordLoops(recording: Recording, { held, freed }: LoopNews): void {
  const { context, writer, counts } = recording;
  const stored = readLoops(context.state);
  for (const { subject } of [...held, ...freed]) {
    const loops = Object.fromEntries(subject.loops);
    if (subject.loops.size) stored.set(subjectName(subject), loops);
    else stored.delete(subjectName(subject));
  }
  writer.setCheckpoint(LOOPS_KEY, stored.size ? JSON.stringify(Object.fromEntries(stored)) : null);
  for (const loop of held) {
    counts.conflicts++;
    const { subject, change } = loop;
    const error = { code: "CS-LOOP", message: messageOf(context, loop) };
    const outcome = { outcome: "conflicted", reason: "loop-held", error } as const;
    const changes = [changeOf(change)];
    tell(recording, activityOf(context, subject, { ...outcome, changes }));
  }
}

function messageOf({ cycle }: CycleContext, { subject, change, past, source }: HeldField): string {
  const cycles = past.slice(0, 3).map((write) => write.cycle);
  const who = subject.facts?.changedBy;
  const writers = [
    who ? `Dynamics user ${who}` : "an unknown user in Dynamics",
    source ? `"${source}" in Marketo` : "an unknown source in Marketo",
  ].join(" and ");
  return `${change.rule.key} goes back and forth between two values (written in cycles ${cycles.reverse().join(", ")} and now in ${cycle}): ${writers} answer each other. The field is held for this record until both sides agree or one of them gets another value; look for a workflow, plug-in or campaign that sets it.`;
}

function readLoops(state: CycleContext["state"]): Map<string, Record<string, LoopPair>> {
  const text = state.checkpoint(LOOPS_KEY);
  return new Map(text === null ? [] : Object.entries(JSON.parse(text) as StoredLoops));
}
