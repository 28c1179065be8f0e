import type { FieldValue, Side } from "../model/record";
import { other } from "../model/record";
import type { FieldDiff, FieldSituation } from "./diff";
import type { Direction, FieldRule } from "./fieldRule";

/** One field's value on its way to a side. */
export interface FieldChange {
  rule: FieldRule;
  to: Side;
  /** The target's value before; undefined when it was not read. */
  before: FieldValue | undefined;
  after: FieldValue;
  /** The target's value that lost a clash. */
  lost?: FieldValue;
  clash: boolean;
}

/** A value that both sides (or, one-way, the source) stand for from now on: the base moves to it without a write. */
export interface AgreedValue {
  rule: FieldRule;
  value: FieldValue;
}

export type FieldAction =
  | { kind: "nothing" }
  | { kind: "write"; change: FieldChange }
  | { kind: "agree"; agreed: AgreedValue }
  /** The side that is never read from has changed: its value is neither carried nor overwritten. */
  | { kind: "drift"; diff: FieldDiff }
  /** Nothing can be said before this side is read. */
  | { kind: "read"; side: Side };

/** What to do about one field; `winners` name the side whose value stays in a clash and at a first contact. */
export function decideField(
  diff: FieldDiff,
  winners: { clash: Side; firstContact: Side },
): FieldAction {
  switch (FIELD_TABLE[diff.rule.direction][diff.situation]) {
    case "nothing":
      return { kind: "nothing" };
    case "agree":
      return agree(diff, diff.values.dynamics === undefined ? "marketo" : "dynamics");
    case "settle":
      return agree(diff, diff.rule.direction === "toDynamics" ? "marketo" : "dynamics");
    case "toMarketo":
      return carry(diff, "marketo", false);
    case "toDynamics":
      return carry(diff, "dynamics", false);
    case "clash":
      return carry(diff, other(winners.clash), true);
    case "firstClash":
      return carry(diff, other(winners.firstContact), true);
    case "drift":
      return { kind: "drift", diff };
    case "read":
      return { kind: "read", side: diff.values.dynamics === undefined ? "dynamics" : "marketo" };
  }
}

function carry({ rule, values }: FieldDiff, to: Side, clash: boolean): FieldAction {
  const before = values[to];
  const after = values[other(to)] ?? null;
  const change: FieldChange = { rule, to, before, after, clash };
  if (clash) change.lost = before ?? null;
  return { kind: "write", change };
}

function agree({ rule, values }: FieldDiff, side: Side): FieldAction {
  return { kind: "agree", agreed: { rule, value: values[side] ?? null } };
}

export type FieldVerdict =
  | "nothing"
  | "agree"
  | "settle"
  | "toMarketo"
  | "toDynamics"
  | "clash"
  | "firstClash"
  | "drift"
  | "read";

/** Every direction and every situation of a field. */
export const FIELD_TABLE: Readonly<
  Record<Direction, Readonly<Record<FieldSituation, FieldVerdict>>>
> = {
  both: {
    // Nothing happened, or our own write came back.
    unchanged: "nothing",
    // One side has news, the other has not: the news travels (R2), an emptied field too.
    "changed-dynamics": "toMarketo",
    // The same, the other way.
    "changed-marketo": "toDynamics",
    // Both sides came to the same value by themselves: agreement, not a conflict (R3).
    "both-same": "agree",
    // Two different edits since the last agreement: the record type's winner keeps its value (R3).
    clash: "clash",
    // A first contact that needs no write.
    "no-base-equal": "agree",
    // A first contact fills gaps, it does not empty the filled side.
    "no-base-dynamics-only": "toMarketo",
    // The same, the other way.
    "no-base-marketo-only": "toDynamics",
    // Two values that were never compared before: the policy's winner keeps its value, the other one is logged.
    "no-base-clash": "firstClash",
    // Writing without having seen the other side could destroy a value that was never agreed on.
    "no-base-unread": "read",
  },
  toMarketo: {
    // Nothing happened.
    unchanged: "nothing",
    // The source has news.
    "changed-dynamics": "toMarketo",
    // An edit of the copy is not carried, and not overwritten either until the source changes: no tug of war.
    "changed-marketo": "drift",
    // The copy already holds the source's new value.
    "both-same": "agree",
    // The source owns a one-way field, so its change is no conflict with an edit of the copy.
    clash: "toMarketo",
    // A first contact that needs no write.
    "no-base-equal": "agree",
    // The copy is filled from the source.
    "no-base-dynamics-only": "toMarketo",
    // An empty source never empties a copy that it has not filled; its next change travels.
    "no-base-marketo-only": "settle",
    // The source owns a one-way field from the first contact on.
    "no-base-clash": "toMarketo",
    // The copy must be seen first, so that an equal value costs no write.
    "no-base-unread": "read",
  },
  toDynamics: {
    // Nothing happened.
    unchanged: "nothing",
    // An edit of the copy is not carried, and not overwritten either until the source changes: no tug of war.
    "changed-dynamics": "drift",
    // The source has news.
    "changed-marketo": "toDynamics",
    // The copy already holds the source's new value.
    "both-same": "agree",
    // The source owns a one-way field, so its change is no conflict with an edit of the copy.
    clash: "toDynamics",
    // A first contact that needs no write.
    "no-base-equal": "agree",
    // An empty source never empties a copy that it has not filled; its next change travels.
    "no-base-dynamics-only": "settle",
    // The copy is filled from the source.
    "no-base-marketo-only": "toDynamics",
    // The source owns a one-way field from the first contact on.
    "no-base-clash": "toDynamics",
    // The copy must be seen first, so that an equal value costs no write.
    "no-base-unread": "read",
  },
};
