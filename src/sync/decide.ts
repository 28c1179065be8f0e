import type { ReasonCode } from "../model/activity";
import type { FieldValues, Pair, Side } from "../model/record";
import { SIDES, other } from "../model/record";
import type { AgreedValue, FieldChange } from "./decideField";
import { decideField } from "./decideField";
import type { Decision, DecisionContext, FieldDecisions, Situation } from "./decision";
import type { SideReading } from "./decision";
import type { FieldDiff } from "./diff";
import { diffRecord } from "./diff";
import { writes } from "./fieldRule";
import type { LinkRule, SideCondition } from "./linkTable";
import { LINK_TABLE } from "./linkTable";
import type { MatchedBy } from "./match";
import { firstContactWinner } from "./policy";
import { refusalReason, refusalsOf } from "./refusal";
import type { Base } from "./statePort";

/** What to do about one record, and why. */
export function decide(situation: Situation, context: DecisionContext): Decision {
  switch (situation.kind) {
    case "linked":
      return decideLinked(situation, context);
    case "unlinked":
      return decideUnlinked(situation, context);
    case "inherited":
      return decideInherited(situation, context);
    case "requested":
      return decideRequested(situation, context);
  }
}

type Linked = Extract<Situation, { kind: "linked" }>;
type Unlinked = Extract<Situation, { kind: "unlinked" }>;
type Inherited = Extract<Situation, { kind: "inherited" }>;
type Requested = Extract<Situation, { kind: "requested" }>;

function decideLinked(situation: Linked, context: DecisionContext): Decision {
  const { sides, state, base } = situation;
  const values = { dynamics: valuesOf(sides.dynamics), marketo: valuesOf(sides.marketo) };
  const diffs = diffRecord(context, base, values);
  const condition = (side: Side) => conditionOf(sides[side], diffs, side);
  const rule = LINK_TABLE[state][condition("dynamics")][condition("marketo")];
  return applyLinkRule(rule, { situation, context, diffs });
}

interface LinkedCase {
  situation: Linked;
  context: DecisionContext;
  diffs: readonly FieldDiff[];
}

function applyLinkRule(rule: LinkRule, linked: LinkedCase): Decision {
  const { situation, context, diffs } = linked;
  const { policies } = context;
  const { sides, state } = situation;
  switch (rule) {
    case "nothing":
      return { kind: "skip", reason: QUIET[state], drift: [] };
    case "merge":
      return merge(diffs, context, { sides, revived: null });
    case "revive": {
      const unread = SIDES.find((side) => sides[side].kind === "unread");
      if (unread) return { kind: "read", side: unread };
      return merge(diffs, context, { sides, revived: REVIVED[state] });
    }
    case "flagDeleted":
      return policies.dynamicsDelete === "flag"
        ? { kind: "flagDeleted", reason: "deleted-in-dynamics" }
        : { kind: "dissolve", reason: "deleted-in-dynamics" };
    case "unlinkPerson":
      return { kind: "unlinkPerson", reason: "deleted-in-marketo" };
    case "recreate":
      return recreate(linked);
    case "dissolve":
      return { kind: "dissolve", reason: DISSOLVED[state] };
  }
}

/** Why a link of this state rests. */
const QUIET: Readonly<Record<Linked["state"], ReasonCode>> = {
  active: "no-difference",
  dynamicsDeleted: "deleted-in-dynamics",
  marketoDeleted: "deleted-in-marketo",
  frozen: "left-filter",
  held: "merge-held",
};

/** Why a resting link is active again. */
const REVIVED: Readonly<Record<Linked["state"], ReasonCode>> = {
  active: "no-difference",
  dynamicsDeleted: "recreated-after-delete",
  marketoDeleted: "recreated-after-delete",
  frozen: "entered-filter",
  held: "merge-held",
};

/** Which deletion ended a link: the one that was not known yet. */
const DISSOLVED: Readonly<Record<Linked["state"], ReasonCode>> = {
  active: "deleted-in-dynamics",
  dynamicsDeleted: "deleted-in-marketo",
  marketoDeleted: "deleted-in-dynamics",
  frozen: "deleted-in-marketo",
  held: "deleted-in-dynamics",
};

/** The row's news makes a new person, unless the policy says that a deleted person stays deleted. */
function recreate({ situation, context }: LinkedCase): Decision {
  const row = valuesOf(situation.sides.dynamics) ?? {};
  if (context.policies.marketoDelete === "recreate") {
    return create(row, context, { to: "marketo", reason: "recreated-after-delete" });
  }
  return situation.state === "marketoDeleted"
    ? { kind: "skip", reason: "deleted-in-marketo", drift: [] }
    : { kind: "unlinkPerson", reason: "deleted-in-marketo" };
}

function decideUnlinked(situation: Unlinked, context: DecisionContext): Decision {
  const { match } = situation;
  switch (match.kind) {
    case "none":
      return create(situation.row, context, { to: "marketo", reason: "created-from-dynamics" });
    case "ambiguous":
      return { ...match, reason: "ambiguous-match" };
    case "found":
      return "person" in situation
        ? link(situation, match, context)
        : { kind: "read", side: "marketo" };
  }
}

const LINKED_BY: Readonly<Record<MatchedBy, ReasonCode>> = {
  id: "linked-by-id",
  email: "linked-by-email",
  answer: "answered",
};

/** First contact: every field is without a base, unless we wrote it ourselves just before. */
function link(
  { row, person, base }: { row: FieldValues; person: FieldValues; base: Base },
  { by, personId }: { by: MatchedBy; personId: number },
  context: DecisionContext,
): Decision {
  const diffs = diffRecord(context, base, { dynamics: row, marketo: person });
  const decided = decideFields(diffs, context, {});
  if ("kind" in decided) return decided;
  const reason = decided.conflict ? clashReason(decided) : LINKED_BY[by];
  return { kind: "link", personId, by, reason, ...decided };
}

/** The record goes on where the former one stood; it never had a decision of its own before. */
function decideInherited(
  { sides, base, personId, reason }: Inherited,
  context: DecisionContext,
): Decision {
  if (sides.dynamics.kind === "deleted") return { kind: "dissolve", reason: "deleted-in-dynamics" };
  const unread = SIDES.find((side) => sides[side].kind !== "read");
  if (unread) return { kind: "read", side: unread };
  const values = { dynamics: valuesOf(sides.dynamics), marketo: valuesOf(sides.marketo) };
  const decided = decideFields(diffRecord(context, base, values), context, {});
  if ("kind" in decided) return decided;
  const why = decided.conflict ? clashReason(decided) : reason;
  return { kind: "link", personId, by: "id", reason: why, ...decided };
}

function decideRequested(situation: Requested, context: DecisionContext): Decision {
  if (situation.linked) return { kind: "skip", reason: "already-in-dynamics", drift: [] };
  const reason = situation.by === "command" ? "requested-by-command" : "requested-by-marketo";
  return create(situation.person, context, { to: "dynamics", reason });
}

/** Decides field by field and says why as a whole. */
function merge(
  diffs: readonly FieldDiff[],
  context: DecisionContext,
  { sides, revived }: { sides: Pair<SideReading>; revived: ReasonCode | null },
): Decision {
  const revive = revived !== null;
  const known = { dynamics: knownOf(sides.dynamics), marketo: knownOf(sides.marketo) };
  const decided = decideFields(diffs, context, known);
  if ("kind" in decided) return decided;
  const { toDynamics, toMarketo, agreed, refusals, drift } = decided;
  if (toDynamics.length || toMarketo.length) {
    const entered = revived === "entered-filter" && !decided.conflict;
    const reason = entered ? revived : writeReason(decided);
    return { kind: "write", revive, reason, ...decided };
  }
  if (refusals.length)
    return { kind: "refused", revive, reason: refusalReason(refusals), ...decided };
  if (agreed.length || revive) {
    const reason = revived ?? agreeReason(diffs);
    return { kind: "agree", revive, reason, ...decided };
  }
  return { kind: "skip", reason: drift.length ? "direction-off" : "no-difference", drift };
}

/** All fields' actions, with everything of a side held back if one value does not fit there. */
function decideFields(
  diffs: readonly FieldDiff[],
  context: DecisionContext,
  known: Partial<Pair<FieldValues | undefined>>,
): FieldDecisions | Extract<Decision, { kind: "read" }> {
  const winners = {
    clash: context.policies.winner[context.recordType],
    firstContact: firstContactWinner(context.policies, context.recordType),
  };
  const changes: Pair<FieldChange[]> = { dynamics: [], marketo: [] };
  const agreed: AgreedValue[] = [];
  const drift: FieldDiff[] = [];
  for (const diff of diffs) {
    const action = decideField(diff, winners);
    if (action.kind === "read") return action;
    if (action.kind === "agree") agreed.push(action.agreed);
    if (action.kind === "drift") drift.push(action.diff);
    if (action.kind === "write") {
      const { change } = action;
      if (change.before === undefined) change.before = known[change.to]?.[change.rule.key];
      changes[change.to].push(change);
    }
  }
  const refusals = refusalsOf([...changes.dynamics, ...changes.marketo]);
  const allowed = (side: Side) =>
    refusals.some((refusal) => refusal.side === side) ? [] : changes[side];
  const [toDynamics, toMarketo] = [allowed("dynamics"), allowed("marketo")];
  const conflict = [...changes.dynamics, ...changes.marketo].some(({ clash }) => clash);
  return { toDynamics, toMarketo, agreed, drift, refusals, conflict };
}

/**
 * A new record on a side: every filled field that may be set there. What stays empty on it is agreed on as empty: a
 * field that is empty at the source, and a one-way field whose source is the new record.
 */
function create(
  source: FieldValues,
  context: DecisionContext,
  { to, reason }: { to: Side; reason: ReasonCode },
): Decision {
  const changes: FieldChange[] = [];
  const agreed: AgreedValue[] = [];
  for (const rule of context.rules) {
    const value = source[rule.key] ?? null;
    const settable = writes(rule, to) && (to === "marketo" || rule.creatable);
    if (settable && value !== null) {
      changes.push({ rule, to, before: null, after: value, clash: false });
    } else if (value === null || !writes(rule, to)) {
      agreed.push({ rule, value: null });
    }
  }
  const refusals = refusalsOf(changes);
  if (refusals.length) {
    const none = { toDynamics: [], toMarketo: [], agreed: [], drift: [], conflict: false };
    return { kind: "refused", revive: false, reason: refusalReason(refusals), refusals, ...none };
  }
  if (to === "dynamics") return { kind: "createRow", changes, agreed, reason };
  const kind = reason === "recreated-after-delete" ? "recreatePerson" : "createPerson";
  return { kind, changes, agreed, reason };
}

function writeReason({ toDynamics, toMarketo, conflict, ...rest }: FieldDecisions): ReasonCode {
  if (conflict) return clashReason({ toDynamics, toMarketo, conflict, ...rest });
  if (toDynamics.length && toMarketo.length) return "changed-on-both-sides";
  return toMarketo.length ? "changed-in-dynamics" : "changed-in-marketo";
}

/** Names the winner: the side that the losing value is not on. */
function clashReason({ toDynamics, toMarketo, refusals }: FieldDecisions): ReasonCode {
  const changes = [...toDynamics, ...toMarketo, ...refusals.flatMap((refusal) => refusal.changes)];
  const lost = changes.find(({ clash }) => clash);
  return lost?.to === "dynamics" ? "clash-marketo-wins" : "clash-dynamics-wins";
}

function agreeReason(diffs: readonly FieldDiff[]): ReasonCode {
  const same = diffs.some(({ situation }) => situation === "both-same");
  return same ? "same-change-on-both-sides" : "first-contact";
}

function valuesOf(reading: SideReading): FieldValues | null {
  return reading.kind === "read" ? reading.values : null;
}

function knownOf(reading: SideReading): FieldValues | undefined {
  return reading.kind === "unread" ? reading.known : undefined;
}

/** A side has changed if a field that may travel from it left the base. */
function conditionOf(reading: SideReading, diffs: readonly FieldDiff[], side: Side): SideCondition {
  if (reading.kind !== "read") return reading.kind;
  const own = side === "dynamics" ? "changed-dynamics" : "changed-marketo";
  const changed = diffs.some(
    ({ rule, situation }) =>
      (situation === own || situation === "both-same" || situation === "clash") &&
      writes(rule, other(side)),
  );
  return changed ? "changed" : "unchanged";
}
