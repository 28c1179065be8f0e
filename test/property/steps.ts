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
  | { do: "merge"; at: number; loser: number }
  /** A campaign wants the person in Dynamics, too (R4). */
  | { do: "ask"; at: number }
  /** Somebody fills in a form, and the campaign asks at once. */
  | { do: "register"; address: number | null; edits: Edit[] };

/** How campaigns ask: by a static list, or by a yes/no field. */
export type AskedBy = "list" | "field";

/** What happens to whole records, beyond edits. */
export type LifeDeed =
  /** A lead becomes a contact, which can be recognized by one of its lookups or by its address only. */
  | { do: "qualify"; at: number; by: "originatingleadid" | "parentcontactid" | "address" }
  | { do: "mergeRows"; at: number; loser: number }
  /** Two persons become one, whoever they are linked to. */
  | { do: "mergePersons"; at: number; loser: number }
  /** The row enters or leaves the filter. */
  | { do: "filter"; at: number; isIn: boolean };

/** What goes wrong, and what administrators do. */
export type Trouble =
  /** Calls of the next cycle fail, or their answers get lost. */
  | {
      do: "fault";
      side: Side;
      operation: "changes" | "read" | "find" | "write";
      how: "fail" | "lost" | "lostAfter";
      skip: number;
    }
  /** Dynamics forgets its delta tokens. */
  | { do: "expire" }
  /** Column security hides a column, or shows it again. */
  | { do: "hide"; field: Edited; isHidden: boolean }
  /** A field is switched on or off in the pair file. */
  | { do: "switch"; field: Edited; isOn: boolean };

export type Step =
  | Deed
  | LifeDeed
  | Trouble
  | { do: "cycle" }
  | { do: "advance"; minutes: number }
  | { do: "command"; at: number }
  /** The short look at what campaigns ask for. */
  | { do: "poll" }
  | { do: "askBy"; by: AskedBy }
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

const lifeDeed: fc.Arbitrary<LifeDeed> = fc.oneof(
  fc.record({
    do: fc.constant("qualify" as const),
    at: place,
    by: fc.constantFrom(
      "originatingleadid" as const,
      "parentcontactid" as const,
      "address" as const,
    ),
  }),
  fc.record({ do: fc.constant("mergeRows" as const), at: place, loser: place }),
  fc.record({ do: fc.constant("mergePersons" as const), at: place, loser: place }),
  fc.record({ do: fc.constant("filter" as const), at: place, isIn: fc.boolean() }),
);

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      side: fc.constantFrom<Side>("dynamics", "marketo"),
      operation: fc.constantFrom(
        "changes" as const,
        "read" as const,
        "find" as const,
        "write" as const,
        "write" as const,
      ),
      how: fc.constantFrom("fail" as const, "lost" as const, "lostAfter" as const),
      skip: fc.nat({ max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Trouble>({ do: "expire" }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("hide" as const), field, isHidden: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("switch" as const), field, isOn: fc.boolean() }),
  },
);

function askFor(at: number): Deed {
  return { do: "ask", at: at % 8 };
}

/** Whom a lively history begins with. */
const start: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("createRow" as const),
  type: fc.constantFrom<RecordType>("contact", "lead"),
  address,
  edits,
});

const ask = fc.record({ do: fc.constant("ask" as const), at: place });

const register = fc.record({
  do: fc.constant("register" as const),
  address,
  edits: fc.array(
    fc.record({ field, value: fc.constantFrom<Written>("fresh", "a", "empty", "long", "long") }),
    { minLength: 1, maxLength: 2 },
  ),
});

/** Campaigns ask for records, and the engine looks. */
const asking = [
  { weight: 2, arbitrary: ask },
  { weight: 4, arbitrary: register },
  { weight: 3, arbitrary: fc.constant<Step>({ do: "poll" }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("askBy" as const),
      by: fc.constantFrom<AskedBy>("list", "field", "field"),
    }),
  },
] as const;

/** The whole life: records are qualified, merged and filtered, calls fail, columns are hidden, the map changes. */
export function livelyHistory(longest: number): fc.Arbitrary<Step[]> {
  const step = fc.oneof(
    ...calm,
    { weight: 4, arbitrary: lifeDeed },
    { weight: 3, arbitrary: trouble },
    { weight: 2, arbitrary: race },
    { weight: 1, arbitrary: race.map((step): Step => ({ ...step, deed: askFor(step.call) })) },
    { weight: 1, arbitrary: late },
    ...asking,
  );
  const first = fc.array(start, { minLength: 2, maxLength: 6 });
  const rest = fc.array(step, { minLength: 4, maxLength: longest, size: "max" });
  return fc.tuple(first, cycle, rest).map(([born, once, lived]) => [...born, once, ...lived]);
}
