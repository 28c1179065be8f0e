import type { FieldValue, RecordType } from "../model/record";
import { SIDES } from "../model/record";
import type { FieldChange } from "./decideField";
import type { FieldRule } from "./fieldRule";
import { writes } from "./fieldRule";
import { baseHash, hashKey, sameHash } from "./hash";
import type { Positions } from "./diff";
import type { Policies } from "./policy";
import type { Refusal } from "./decision";
import { refusalsOf } from "./refusal";
import type { EventField, MarketoEvent } from "./ports";
import type { Base, PendingEcho } from "./statePort";

export interface FeedContext {
  rules: readonly FieldRule[];
  positions: Positions;
  /** The person's base; null when the person has no link. */
  base: Base | null;
  /** The person's writes that the feed has not shown yet, oldest first. */
  echoes: readonly PendingEcho[];
}

/** A value of somebody else that our write replaced without having seen it. */
export interface Overwritten {
  rule: FieldRule;
  /** Marketo's value between the last agreement and our write. */
  lostValue: FieldValue;
  echo: PendingEcho;
}

/** What the value was before our own write, for the activity that was logged without it. */
export interface KnownBefore {
  activityId: number;
  key: string;
  before: FieldValue;
}

export interface FeedVerdict {
  /** The person must be read: something changed that is not our own write, or the texts do not tell. */
  needsRead: boolean;
  /** Columns whose Marketo value changed by another hand. */
  changed: readonly string[];
  /** Columns of one-way fields whose copy was edited; neither carried nor overwritten, told once per edit. */
  drift: readonly string[];
  /** Our writes that have arrived. */
  confirmed: readonly PendingEcho[];
  before: readonly KnownBefore[];
  overwritten: readonly Overwritten[];
}

/**
 * Reads a person's change events (deduplicated, in feed order) against our own writes: which events are echoes, which
 * show that we replaced a newer value, and whether the person must be read. Sources and times prove nothing; values do.
 */
export function evaluateFeed(events: readonly MarketoEvent[], context: FeedContext): FeedVerdict {
  const verdict = {
    needsRead: false,
    changed: [] as string[],
    drift: [] as string[],
    confirmed: [] as PendingEcho[],
    before: [] as KnownBefore[],
    overwritten: [] as Overwritten[],
  };
  for (const rule of context.rules) {
    const steps = stepsOf(rule, events);
    if (steps.length === 0) continue;
    const field = evaluateField(rule, steps, context);
    verdict.confirmed.push(...field.confirmed);
    verdict.before.push(...field.before);
    verdict.overwritten.push(...field.overwritten);
    if (!field.foreign) continue;
    if (writes(rule, "dynamics")) {
      verdict.changed.push(rule.key);
      verdict.needsRead = true;
    } else verdict.drift.push(rule.key);
  }
  return verdict;
}

/** One change of one field; a hash is null when the text does not tell the value. */
interface Step {
  /** Milliseconds since 1970. */
  at: number;
  oldValue: FieldValue | undefined;
  oldHash: Uint8Array | null;
  newHash: Uint8Array | null;
}

function stepsOf(rule: FieldRule, events: readonly MarketoEvent[]): Step[] {
  return events.flatMap((event) => {
    if (event.kind !== "changed") return [];
    const fields = event.fields.filter(({ name }) => name === rule.field);
    return fields.map((field) => read(rule, field, Date.parse(event.at)));
  });
}

function read({ codec }: FieldRule, { oldValue, newValue }: EventField, at: number): Step {
  const before = codec.fromFeed(oldValue);
  const after = codec.fromFeed(newValue);
  const hash = (value: FieldValue | undefined) =>
    value === undefined ? null : hashKey(codec.compareKey(value));
  return { at, oldValue: before, oldHash: hash(before), newHash: hash(after) };
}

interface FieldVerdict {
  foreign: boolean;
  confirmed: PendingEcho[];
  before: KnownBefore[];
  overwritten: Overwritten[];
}

function evaluateField(
  rule: FieldRule,
  steps: readonly Step[],
  { positions, base, echoes }: FeedContext,
): FieldVerdict {
  const position = positions.get(rule.key);
  const agreed = base && position !== undefined ? baseHash(base, position) : null;
  const open = echoes.filter((echo) => echo.position === position);
  const verdict: FieldVerdict = { foreign: false, confirmed: [], before: [], overwritten: [] };
  let unexplained: Step[] = [];
  const own = ownSteps(open, steps);
  for (const step of steps) {
    // A text that does not tell its value still shows that something was written: the read that follows tells the rest.
    // A field that never travels to Dynamics needs no such read: an edit of its copy is not carried anyway.
    const echo = own.get(step);
    if (!echo || (!step.newHash && writes(rule, "dynamics"))) unexplained.push(step);
    if (!echo) continue;
    confirm(rule, { echo, step }, verdict);
    unexplained = unexplained.filter((earlier) => !replacedBy(earlier, step));
  }
  verdict.foreign = unexplained.some(({ newHash }) => !sameHash(newHash, agreed));
  return verdict;
}

/** Our clock and Marketo's may be this far apart. */
export const CLOCKS_APART_MS = 60_000;

/**
 * Which changes are our own writes. One from the value that we replaced to the value that we sent is; failing that, one
 * to that value that is not older than our write: somebody may have written the same value before us, and be told late.
 * All writes look for their exact change before any of them takes a likely one.
 */
function ownSteps(echoes: readonly PendingEcho[], steps: readonly Step[]): Map<Step, PendingEcho> {
  const own = new Map<Step, PendingEcho>();
  const isFree = (step: Step) => !own.has(step);
  const rest: PendingEcho[] = [];
  for (const echo of echoes.toReversed()) {
    const exact = steps.findLast((step) => isFree(step) && isExactly(echo, step));
    if (exact) own.set(exact, echo);
    else rest.push(echo);
  }
  for (const echo of rest.toReversed()) {
    const likely = steps.find((step) => isFree(step) && isLikely(echo, step));
    if (likely) own.set(likely, echo);
  }
  return own;
}

function isExactly({ priorHash, sentHash }: PendingEcho, { oldHash, newHash }: Step): boolean {
  return sameHash(newHash, sentHash) && sameHash(oldHash, priorHash);
}

function isLikely({ sentHash, sentAt }: PendingEcho, { newHash, at }: Step): boolean {
  return (!newHash || sameHash(newHash, sentHash)) && at >= sentAt - CLOCKS_APART_MS;
}

/**
 * Is the earlier change gone, because our write came right after it? Two changes that undo each other may have been told
 * in the wrong order (times are whole seconds), so that pair proves nothing.
 */
function replacedBy(earlier: Step, own: Step): boolean {
  return sameHash(earlier.newHash, own.oldHash) && !sameHash(earlier.oldHash, own.newHash);
}

/** Our write has arrived; its event tells what it replaced. */
function confirm(
  rule: FieldRule,
  { echo, step }: { echo: PendingEcho; step: Step },
  verdict: FieldVerdict,
): void {
  verdict.confirmed.push(echo);
  if (step.oldValue === undefined) return;
  verdict.before.push({ activityId: echo.activityId, key: rule.key, before: step.oldValue });
  const hadPrior = echo.priorHash.some((byte) => byte !== 0);
  if (hadPrior && !sameHash(step.oldHash, echo.priorHash)) {
    verdict.overwritten.push({ rule, lostValue: step.oldValue, echo });
  }
}

/**
 * A value that our write replaced unseen is a clash like any other (R3): if Dynamics wins, it is only told; if Marketo
 * wins, it goes back to Marketo and on to Dynamics, where it fits. `sent` is our value, as far as the caller knows it.
 */
export function decideOverwritten(
  { rule, lostValue }: Overwritten,
  sent: FieldValue | undefined,
  { recordType, policies }: { recordType: RecordType; policies: Policies },
): { reason: "overwrote-newer-value"; restore: FieldChange[]; refusals: Refusal[] } {
  const reason = "overwrote-newer-value";
  if (rule.direction !== "both" || policies.winner[recordType] === "dynamics") {
    return { reason, restore: [], refusals: [] };
  }
  const changes = SIDES.map((to): FieldChange => {
    const change: FieldChange = { rule, to, before: sent, after: lostValue, clash: true };
    if (sent !== undefined) change.lost = sent;
    return change;
  });
  const refusals = refusalsOf(changes);
  const restore = changes.filter(({ to }) => refusals.every(({ side }) => side !== to));
  return { reason, restore, refusals };
}
