import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValue, Side } from "../../../../src/model/record";
import { isOver, isSecondRound, type PastWrite } from "../../../../src/sync/lifecycle/loops";
import { textRule } from "../builders";

const RULE = textRule("jobtitle");
const write = (to: Side, value: string, cycle: number): PastWrite => ({ to, value, cycle });

const A = (cycle: number) => write("dynamics", "A", cycle);
const B = (cycle: number) => write("marketo", "B", cycle);

/** Newest first; the planned write is to Marketo in cycle 10 with the value B. */
const HISTORIES: readonly [name: string, past: PastWrite[], isLoop: boolean][] = [
  ["nothing before", [], false],
  ["A and now B", [A(9)], false],
  ["B, A and now B: somebody corrects", [A(9), B(8)], false],
  ["A, B, A and now B", [A(9), B(8), A(7)], true],
  ["A, B, A and now B, in seven cycles", [A(8), B(5), A(3)], true],
  ["the first A too long ago", [A(9), B(8), A(2)], false],
  ["C, B, A and now B", [A(9), B(8), write("dynamics", "C", 7)], false],
  ["A, C, A and now B", [A(9), write("marketo", "C", 8), A(7)], false],
  ["B carried there and back", [write("dynamics", "B", 9), B(8), write("dynamics", "B", 7)], false],
  ["one side alone", [write("marketo", "A", 9), B(8), write("marketo", "A", 7)], false],
  ["the other side twice", [A(9), write("dynamics", "B", 8), A(7)], false],
];

for (const [name, past, isLoop] of HISTORIES) {
  test(`${name}: ${isLoop ? "a loop" : "no loop"}`, () => {
    assert.equal(isSecondRound(RULE.codec, past, write("marketo", "B", 10)), isLoop);
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
