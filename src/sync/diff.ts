import type { FieldValue, FieldValues, Pair } from "../model/record";
import type { FieldRule } from "./fieldRule";
import { baseHash, isHashOf } from "./hash";
import type { Base } from "./statePort";

/** How one field stands, seen from what both sides last agreed on. */
export type FieldSituation =
  /** Both sides still hold the base (a side that was not read counts as unchanged). */
  | "unchanged"
  /** Only the Dynamics value left the base. */
  | "changed-dynamics"
  /** Only the Marketo value left the base. */
  | "changed-marketo"
  /** Both left the base for the same value. */
  | "both-same"
  /** Both left the base for different values. */
  | "clash"
  /** Never agreed on, and equal. */
  | "no-base-equal"
  /** Never agreed on, and Marketo is empty. */
  | "no-base-dynamics-only"
  /** Never agreed on, and Dynamics is empty. */
  | "no-base-marketo-only"
  /** Never agreed on, both filled and different. */
  | "no-base-clash"
  /** Never agreed on, and only one side was read. */
  | "no-base-unread";

/** A field's situation with both values; undefined is a value that was not read. */
export interface FieldDiff {
  rule: FieldRule;
  situation: FieldSituation;
  values: Pair<FieldValue | undefined>;
}

/** Where each field's slot is in a base (`StatePort.fieldPositions`). */
export type Positions = ReadonlyMap<string, number>;

/** The fields of a record that do not stand as agreed, in the order of the rules; a side that was not read is null. */
export function diffRecord(
  map: { rules: readonly FieldRule[]; positions: Positions },
  base: Base,
  sides: Pair<FieldValues | null>,
): FieldDiff[] {
  const diffs: FieldDiff[] = [];
  for (const rule of map.rules) {
    const position = map.positions.get(rule.key);
    const hash = position === undefined ? null : baseHash(base, position);
    const dynamics = sides.dynamics?.[rule.key];
    const marketo = sides.marketo?.[rule.key];
    const diff = diffField(rule, hash, { dynamics, marketo });
    if (diff.situation !== "unchanged") diffs.push(diff);
  }
  return diffs;
}

/** One field against the hash of its base. */
export function diffField(
  rule: FieldRule,
  base: Uint8Array | null,
  values: Pair<FieldValue | undefined>,
): FieldDiff {
  return { rule, situation: situationOf(rule, base, values), values };
}

function situationOf(
  { codec }: FieldRule,
  base: Uint8Array | null,
  { dynamics, marketo }: Pair<FieldValue | undefined>,
): FieldSituation {
  const dynamicsKey = dynamics === undefined ? null : codec.compareKey(dynamics);
  const marketoKey = marketo === undefined ? null : codec.compareKey(marketo);
  if (!base) return withoutBase(dynamicsKey, marketoKey);
  const dynamicsLeft = dynamicsKey !== null && !isHashOf(base, dynamicsKey);
  // Mostly both sides hold the same, which is hashed only once.
  if (dynamicsKey === marketoKey) return dynamicsLeft ? "both-same" : "unchanged";
  const marketoLeft = marketoKey !== null && !isHashOf(base, marketoKey);
  if (dynamicsLeft && marketoLeft) return "clash";
  if (dynamicsLeft) return "changed-dynamics";
  return marketoLeft ? "changed-marketo" : "unchanged";
}

function withoutBase(dynamicsKey: string | null, marketoKey: string | null): FieldSituation {
  if (dynamicsKey === null && marketoKey === null) return "unchanged";
  if (dynamicsKey === null || marketoKey === null) return "no-base-unread";
  if (dynamicsKey === marketoKey) return "no-base-equal";
  if (marketoKey === "") return "no-base-dynamics-only";
  return dynamicsKey === "" ? "no-base-marketo-only" : "no-base-clash";
}
