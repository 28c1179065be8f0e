import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValue, Side } from "../../../../src/model/record";
import { isOver, isThirdFlip, type PastWrite } from "../../../../src/sync/lifecycle/loops";
import { textRule } from "../builders";

const RULE = textRule("jobtitle");
const write = (to: Side, value: string, cycle: number): PastWrite => ({ to, value, cycle });

/** Newest first; the planned write is to Marketo in cycle 10 with the value A. */
const HISTORIES: readonly [name: string, past: PastWrite[], isLoop: boolean][] = [
  ["nothing before", [], false],
  ["one flip", [write("dynamics", "B", 9)], false],
  ["A, B and now A", [write("dynamics", "B", 9), write("marketo", "A", 8)], true],
  ["A, B and now A, six cycles", [write("dynamics", "B", 7), write("marketo", "A", 4)], true],
  ["A too long ago", [write("dynamics", "B", 9), write("marketo", "A", 3)], false],
  ["C, B and now A", [write("dynamics", "B", 9), write("marketo", "C", 8)], false],
  ["A carried there and back", [write("dynamics", "A", 9), write("marketo", "A", 8)], false],
  ["one side alone", [write("marketo", "B", 9), write("marketo", "A", 8)], false],
  ["the other side twice", [write("dynamics", "B", 9), write("dynamics", "A", 8)], false],
];

for (const [name, past, isLoop] of HISTORIES) {
  test(`${name}: ${isLoop ? "a loop" : "no loop"}`, () => {
    assert.equal(isThirdFlip(RULE.codec, past, write("marketo", "A", 10)), isLoop);
  });
}

type Values = Record<Side, FieldValue | undefined>;
const KEYS = { dynamics: RULE.codec.compareKey("A"), marketo: RULE.codec.compareKey("B") };
const STANDS: readonly [name: string, values: Values, isOver: boolean][] = [
  ["as it was", { dynamics: "A", marketo: "B" }, false],
  ["crosswise", { dynamics: "B", marketo: "A" }, false],
  ["both agree", { dynamics: "B", marketo: "B" }, true],
  ["a new value in Dynamics", { dynamics: "C", marketo: "B" }, true],
  ["a new value in Marketo", { dynamics: "A", marketo: "C" }, true],
  ["emptied", { dynamics: null, marketo: "B" }, true],
  ["only one side read", { dynamics: "A", marketo: undefined }, false],
  ["nothing read", { dynamics: undefined, marketo: undefined }, false],
];

for (const [name, values, expected] of STANDS) {
  test(`a held field, ${name}: ${expected ? "free" : "held"}`, () => {
    assert.equal(isOver(RULE, KEYS, values), expected);
  });
}
