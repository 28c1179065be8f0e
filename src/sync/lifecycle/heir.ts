import type { RecordType } from "../../model/record";
import type { TypeSetup } from "../cycleContext";
import type { SideReading } from "../decision";
import type { FieldRule } from "../fieldRule";
import { baseHash, isHashOf, withHash } from "../hash";
import type { Base, Link } from "../statePort";
import type { Subject } from "../subject";

/** Why a link goes over to another record. */
export type HeirReason = "qualified" | "merged-in-dynamics" | "merged-in-marketo";

/** A record that takes over the link of another one, which was qualified into it or merged with it. */
export interface Heir {
  personId: number;
  /** The link that ends when the new one is made. */
  former: Link;
  /** Whose base it is; null when that record type is off by now. */
  formerSetup: TypeSetup | null;
  reason: HeirReason;
}

/**
 * What stays agreed on when a link goes over, of the fields that both maps have. After an event in Dynamics: where the new
 * row still holds the agreed value, or has another one while the person still holds it; a row that was made without a
 * value does not empty the person. After a merge in Marketo: where the surviving person holds a value, because a gap of
 * that person is nobody's wish to empty the row. All other fields meet for the first time.
 */
export function inheritedBase(
  { setup, row, person }: { setup: TypeSetup; row: SideReading; person: SideReading },
  { former, formerSetup, reason }: Heir,
): Base {
  let base: Base = new Uint8Array();
  for (const rule of setup.rules) {
    const hash = formerHash(formerSetup, former.base, rule);
    if (!hash) continue;
    const agrees = (side: SideReading) => isHashOf(hash, keyOf(rule, side));
    const hasRow = keyOf(rule, row) !== "";
    const keeps =
      reason === "merged-in-marketo"
        ? keyOf(rule, person) !== ""
        : agrees(row) || (hasRow && agrees(person));
    if (keeps) base = withHash(base, setup.positions.get(rule.key)!, hash);
  }
  return base;
}

function formerHash(
  setup: TypeSetup | null,
  base: Base,
  { key, field, signature }: FieldRule,
): Uint8Array | null {
  const twin = setup?.rules.find((rule) => rule.key === key && rule.field === field);
  const position = twin && setup?.positions.get(key);
  if (!twin || position === undefined || twin.signature !== signature) return null;
  return baseHash(base, position);
}

function keyOf({ key, codec }: FieldRule, reading: SideReading): string {
  return codec.compareKey(reading.kind === "read" ? (reading.values[key] ?? null) : null);
}

/** How a record is named in a message: no name of a person, only its id. */
export function recordName(recordType: RecordType, dynamicsId: string): string {
  return `${recordType} ${dynamicsId}`;
}

/** The same for the record of a subject. */
export function subjectName({ setup, dynamicsId }: Pick<Subject, "setup" | "dynamicsId">): string {
  return recordName(setup.recordType, dynamicsId);
}
