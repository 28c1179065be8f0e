import assert from "node:assert/strict";
import { test } from "node:test";
import { keepsBase } from "../../../src/sync/fieldMap";
import type { FieldRule, MappingSpec } from "../../../src/sync/fieldRule";
import { OPTIONS, column, field, rule } from "./builders";

const [HOT, WARM, COLD] = OPTIONS;
const text = (options: readonly { value: number; label: string }[], spec?: Partial<MappingSpec>) =>
  rule(column("c", "picklist", { options }), field("f", "string"), spec);
const TO_DYNAMICS = { direction: "toDynamics" } as const;
const BEFORE = text(OPTIONS);
const PICKLIST = column("c", "picklist", { options: OPTIONS });
const OTHER = field("g", "string");

/** Whether what was agreed on under the first rule counts under the second one. */
const CASES: [name: string, before: FieldRule, after: FieldRule, expected: boolean][] = [
  ["nothing changed", BEFORE, BEFORE, true],
  ["an option more", text([HOT, WARM]), BEFORE, true],
  ["an option less", BEFORE, text([HOT, WARM]), true],
  ["another name", BEFORE, text([{ value: 1, label: "Boiling" }, WARM, COLD]), true],
  ["by number instead of by name", BEFORE, text(OPTIONS, { options: "number" }), true],
  ["an option more, to Dynamics only", text([HOT, WARM]), text(OPTIONS, TO_DYNAMICS), true],
  [
    "a name that means another option, to Dynamics only",
    BEFORE,
    text([{ value: 1, label: "Warm" }, { value: 2, label: "HOT" }, COLD], TO_DYNAMICS),
    false,
  ],
  ["another field", BEFORE, rule(PICKLIST, OTHER), false],
  ["another type of column", BEFORE, rule(column("c", "text"), field("f", "string")), false],
  ["another type of field", BEFORE, rule(PICKLIST, field("f", "integer")), false],
];

for (const [name, before, after, expected] of CASES) {
  test(`a base counts (${expected ? "yes" : "no"}): ${name}`, () => {
    assert.equal(keepsBase(before.signature, after), expected);
  });
}
