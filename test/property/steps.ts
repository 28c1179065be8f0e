import fc from "fast-check";
import type { RecordType, Side } from "../../src/model/record";

/** Fields of the machine's map that both sides edit; what a value looks like on each side is decided by its kind. */
export const EDITED = [
  "firstname",
  "jobtitle",
  "emailaddress1",
  "donotphone",
  "preferredcontactmethodcode",
  "birthdate",
] as const;
export type Edited = (typeof EDITED)[number];

/**
 * What is written: a text that nobody wrote before, one of two values that others write, too, an emptied field, or a
 * text that is too long for Dynamics (a fresh one where the kind knows no length).
 */
export type Written = "fresh" | "a" | "b" | "empty" | "long";

export interface Edit {
  field: Edited;
  value: Written;
}

/** Something that other people do. Records are named by their place among those that were ever there. */
export type Deed =
  | { do: "createRow"; type: RecordType; address: number | null; edits: Edit[] }
  | { do: "createPerson"; address: number | null; edits: Edit[] }
  | { do: "editRow"; at: number; edits: Edit[] }
  | { do: "editPerson"; at: number; edits: Edit[] }
  /** Both sides of one link are edited: to the same value or to different ones. */
  | { do: "editBoth"; at: number; field: Edited; row: Written; person: Written }
  | { do: "touchRow"; at: number }
  | { do: "touchPerson"; at: number }
  | { do: "score"; at: number; value: number }
  | { do: "oneWay"; at: number; side: Side }
  | { do: "removeRow"; at: number }
  | { do: "restoreRow"; at: number }
  | { do: "removePerson"; at: number }
  | { do: "merge"; at: number; loser: number };

export type Step =
  | Deed
  | { do: "cycle" }
  | { do: "advance"; minutes: number }
  | { do: "command"; at: number }
  | { do: "restart" }
  /** The n-th call of the next cycle is met by somebody's deed: before it is sent, or after it was answered. */
  | { do: "race"; call: number; when: "before" | "after"; deed: Deed }
  /** From now on every second row of Marketo's feeds appears this late. */
  | { do: "late"; minutes: number };

const place = fc.nat({ max: 7 });
const type = fc.constantFrom<RecordType>("contact", "contact", "lead");
const address = fc.option(fc.nat({ max: 3 }), { freq: 3 });
const field = fc.constantFrom<Edited>(...EDITED, "jobtitle", "jobtitle", "jobtitle");
const value = fc.constantFrom<Written>("fresh", "fresh", "fresh", "a", "b", "empty", "long");
const edits = fc.array(fc.record({ field, value }), { minLength: 1, maxLength: 3 });

/** Weighted: much editing, little deleting. */
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("createRow" as const), type, address, edits }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("createPerson" as const), address, edits }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("editRow" as const), at: place, edits }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("editPerson" as const), at: place, edits }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("editBoth" as const),
      at: place,
      field,
      row: value,
      person: value,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("touchRow" as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("touchPerson" as const), at: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("score" as const), at: place, value: fc.nat(3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("oneWay" as const),
      at: place,
      side: fc.constantFrom<Side>("dynamics", "dynamics", "marketo"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("removeRow" as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restoreRow" as const), at: place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("removePerson" as const), at: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("merge" as const), at: place, loser: place }),
  },
);

const cycle = fc.constant<Step>({ do: "cycle" });
const advance = fc.record({
  do: fc.constant("advance" as const),
  minutes: fc.constantFrom(1, 5, 12, 30),
});
const command = fc.record({ do: fc.constant("command" as const), at: place });
const restart = fc.constant<Step>({ do: "restart" });
const race = fc.record({
  do: fc.constant("race" as const),
  call: fc.nat({ max: 12 }),
  when: fc.constantFrom("before" as const, "after" as const),
  deed,
});
const late = fc.record({
  do: fc.constant("late" as const),
  minutes: fc.constantFrom(0, 2, 7),
});

const calm = [
  { weight: 12, arbitrary: deed },
  { weight: 7, arbitrary: cycle },
  { weight: 3, arbitrary: advance },
  { weight: 1, arbitrary: command },
  { weight: 1, arbitrary: restart },
] as const;

/** Nobody acts while a cycle runs and Marketo tells everything at once: every result is exactly foreseeable. */
export function calmHistory(longest: number): fc.Arbitrary<Step[]> {
  return fc.array(fc.oneof(...calm), { maxLength: longest, size: "max" });
}

/** Edits meet the cycle between its calls, and Marketo's feeds are late and out of order. */
export function stormyHistory(longest: number): fc.Arbitrary<Step[]> {
  const step = fc.oneof(...calm, { weight: 7, arbitrary: race }, { weight: 1, arbitrary: late });
  return fc.array(step, { maxLength: longest, size: "max" });
}
