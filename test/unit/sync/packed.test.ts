import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValues } from "../../../src/model/record";
import { Pack, Packs } from "../../../src/sync/packed";
import type { SideReading } from "../../../src/sync/decision";
import { textRule } from "./builders";

const RULES = ["a", "b", "c"].map((key) => textRule(key));

/** Given and expected: the mapped fields' values, each as it was; what was not read stays away. */
const PACKED: readonly [string, FieldValues, FieldValues][] = [
  ["all kinds of values", { a: "x", b: 0, c: false }, { a: "x", b: 0, c: false }],
  ["empty fields", { a: null, b: "", c: null }, { a: null, b: "", c: null }],
  ["a column that was not read", { a: "x", c: null }, { a: "x", c: null }],
  ["nothing", {}, {}],
  ["a field outside the map", { a: "x", z: "y" }, { a: "x" }],
  ["text that looks like the packing", { a: "[]", b: '"],["' }, { a: "[]", b: '"],["' }],
  ["letters of all planes", { a: "Łódź 東京 😀\u2028\0" }, { a: "Łódź 東京 😀\u2028\0" }],
];

const valuesOf = (reading: SideReading) => reading.kind === "read" && reading.values;

for (const [name, given, expected] of PACKED) {
  test(`a packed reading gives back ${name}`, () => {
    assert.deepEqual(valuesOf(new Pack(RULES).add(given)), expected);
  });
}

test("thousands of readings share packs, and each gives back its own", () => {
  const packs = new Packs();
  const readings = Array.from({ length: 5000 }, (_, at) =>
    packs.of({ rules: RULES }).add({ a: `ü${at}`, b: at }),
  );
  assert.deepEqual(
    readings.map(valuesOf),
    readings.map((_, at) => ({ a: `ü${at}`, b: at })),
  );
});

test("record types read together have a pack each", () => {
  const packs = new Packs();
  const other = [textRule("z")];
  assert.deepEqual(valuesOf(packs.of({ rules: RULES }).add({ a: "x" })), { a: "x" });
  assert.deepEqual(valuesOf(packs.of({ rules: other }).add({ z: "y" })), { z: "y" });
  assert.equal(packs.of({ rules: other }), packs.of({ rules: other }));
  for (let count = 1; count < 64; count += 1) packs.of({ rules: other }).add({});
  assert.equal(packs.of({ rules: other }).readings, 0);
});
