import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValues } from "../../../src/model/record";
import { packedReading } from "../../../src/sync/packed";
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

for (const [name, given, expected] of PACKED) {
  test(`a packed reading gives back ${name}`, () => {
    const reading = packedReading(RULES, given);
    assert.equal(reading.kind, "read");
    assert.deepEqual(reading.kind === "read" && reading.values, expected);
  });
}
