import type { FieldValue, FieldValues, Pair } from "../model/record";
import type { FieldRule } from "./fieldRule";
import { baseHash, hashKey, sameHash } from "./hash";
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

/** Every field of a record against its base; a side that was not read is null. */
export function diffRecord(
  map: { rules: readonly FieldRule[]; positions: Positions },
  base: Base,
  sides: Pair<FieldValues | null>,
): FieldDiff[] {
  return map.rules.map((rule) => {
    const position = map.positions.get(rule.key);
    const hash = position === undefined ? null : baseHash(base, position);
    return diffField(rule, hash, {
      dynamics: sides.dynamics?.[rule.key],
      marketo: sides.marketo?.[rule.key],
    });
  });
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
  const left = (key: string | null) => key !== null && !sameHash(hashKey(key), base);
  if (left(dynamicsKey)) {
    if (!left(marketoKey)) return "changed-dynamics";
    return dynamicsKey === marketoKey ? "both-same" : "clash";
  }
  return left(marketoKey) ? "changed-marketo" : "unchanged";
}

function withoutBase(dynamicsKey: string | null, marketoKey: string | null): FieldSituation {
  if (dynamicsKey === null && marketoKey === null) return "unchanged";
  if (dynamicsKey === null || marketoKey === null) return "no-base-unread";
  if (dynamicsKey === marketoKey) return "no-base-equal";
  if (marketoKey === "") return "no-base-dynamics-only";
  return dynamicsKey === "" ? "no-base-marketo-only" : "no-base-clash";
}
