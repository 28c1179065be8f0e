import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValue } from "../../../../src/model/record";
import type { TypeSetup } from "../../../../src/sync/cycleContext";
import type { SideReading } from "../../../../src/sync/decision";
import { baseHash } from "../../../../src/sync/hash";
import { inheritedBase, type HeirReason } from "../../../../src/sync/lifecycle/heir";
import { agreedOn, column, field, rule, textRule } from "../builders";

const RULES = [textRule("a")];
const { positions, base } = agreedOn(RULES, { a: "1" });
const SETUP = {
  recordType: "contact",
  rules: RULES,
  positions,
  columns: [],
  filter: null,
} as const;

const read = (value: FieldValue): SideReading => ({ kind: "read", values: { a: value } });

/** Is the field, on which 1 was agreed, still agreed on after the link went over? */
function isKept(
  reason: HeirReason,
  { row, person }: { row: SideReading; person: SideReading },
  formerSetup: TypeSetup | null = SETUP,
): boolean {
  const former = {
    recordType: "contact",
    dynamicsId: "old",
    personId: 1,
    version: null,
    state: "active",
    base,
  } as const;
  const heir = { personId: 1, former, formerSetup, reason };
  const inherited = inheritedBase({ setup: SETUP, row, person }, heir);
  return baseHash(inherited, positions.get("a")!) !== null;
}

const CASES: readonly [HeirReason, row: FieldValue, person: FieldValue, isKept: boolean][] = [
  // The new row holds the agreed value: what the person has else is its own news.
  ["qualified", "1", "1", true],
  ["qualified", "1", "M", true],
  ["qualified", "1", null, true],
  // The new row was changed since; the person was not.
  ["qualified", "D", "1", true],
  // Both are different: a first contact, so that the gap is filled or the rule decides.
  ["qualified", "D", "M", false],
  // The row was made without the value: that is no wish to empty the person.
  ["qualified", null, "1", false],
  ["merged-in-dynamics", null, "1", false],
  ["merged-in-dynamics", "D", "1", true],
  // The surviving person's value is news against the row's, its gap is not.
  ["merged-in-marketo", "1", "M", true],
  ["merged-in-marketo", "1", null, false],
];

for (const [reason, row, person, expected] of CASES) {
  test(`${reason}, row ${row}, person ${person}: ${expected ? "kept" : "met anew"}`, () => {
    assert.equal(isKept(reason, { row: read(row), person: read(person) }), expected);
  });
}

test("a field that the former record's map has otherwise is met anew", () => {
  const other = [rule(column("a", "text", { maxLength: 10 }), field("elsewhere", "string"))];
  const sides = { row: read("1"), person: read("1") };
  assert.equal(isKept("qualified", sides, { ...SETUP, rules: other }), false);
});

test("a record type that is off by now leaves nothing behind", () => {
  assert.equal(isKept("qualified", { row: read("1"), person: read("1") }, null), false);
});
