import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValue } from "../../../src/model/record";
import { diffField, diffRecord } from "../../../src/sync/diff";
import type { FieldSituation } from "../../../src/sync/diff";
import { normalizeDynamics, normalizeMarketo } from "../../../src/sync/normalize";
import { agreedOn, column, field, hashOf, rule, textRule } from "./builders";

type Value = FieldValue | undefined;

/** undefined: there is no base, or the side was not read. */
const CASES: readonly [base: Value, dynamics: Value, marketo: Value, FieldSituation][] = [
  ["a", "a", "a", "unchanged"],
  ["a", undefined, undefined, "unchanged"],
  ["a", "a", undefined, "unchanged"],
  ["a", undefined, "a", "unchanged"],
  ["a", "b", "a", "changed-dynamics"],
  ["a", "b", undefined, "changed-dynamics"],
  ["a", null, "a", "changed-dynamics"],
  ["a", "a", "b", "changed-marketo"],
  ["a", undefined, "b", "changed-marketo"],
  ["a", "a", null, "changed-marketo"],
  ["a", "b", "b", "both-same"],
  ["a", null, null, "both-same"],
  ["a", "b", "c", "clash"],
  ["a", null, "c", "clash"],
  [null, null, null, "unchanged"],
  [null, "b", null, "changed-dynamics"],
  [null, null, "b", "changed-marketo"],
  [null, "b", "c", "clash"],
  [undefined, "a", "a", "no-base-equal"],
  [undefined, null, null, "no-base-equal"],
  [undefined, "a", null, "no-base-dynamics-only"],
  [undefined, null, "a", "no-base-marketo-only"],
  [undefined, "a", "b", "no-base-clash"],
  [undefined, "a", undefined, "no-base-unread"],
  [undefined, undefined, "a", "no-base-unread"],
  [undefined, undefined, undefined, "unchanged"],
];

const TEXT = textRule("c");

for (const [base, dynamics, marketo, expected] of CASES) {
  const shown = [base, dynamics, marketo].map((value) => JSON.stringify(value) ?? "-").join(" ");
  test(`base, dynamics, marketo: ${shown} -> ${expected}`, () => {
    const hash = base === undefined ? null : hashOf(TEXT, base);
    const values = { dynamics, marketo };
    assert.deepEqual(diffField(TEXT, hash, values), { rule: TEXT, situation: expected, values });
  });
}

test("values are compared by their key: case of an e-mail, spelling of a number, false and empty", () => {
  const email = rule(column("e", "email"), field("f", "email"));
  const flag = rule(column("b", "boolean"), field("g", "boolean"));
  const situations = [
    diffField(email, hashOf(email, "Ada@x.test"), { dynamics: "ada@X.test", marketo: undefined }),
    diffField(flag, hashOf(flag, null), { dynamics: false, marketo: null }),
    diffField(flag, hashOf(flag, false), { dynamics: false, marketo: null }),
  ].map(({ situation }) => situation);
  assert.deepEqual(situations, ["unchanged", "changed-dynamics", "changed-marketo"]);
});

test("a record's diff has the fields that do not stand as agreed; one without a position has no base", () => {
  const rules = [textRule("a"), textRule("b"), textRule("n")];
  const { positions, base } = agreedOn(rules.slice(0, 2), { a: "1", b: "2" });
  const dynamics = { a: "1", b: "3", n: "new" };
  const diffs = diffRecord({ rules, positions }, base, { dynamics, marketo: null });
  assert.deepEqual(
    diffs.map(({ rule: { key }, situation }) => [key, situation]),
    [
      ["b", "changed-dynamics"],
      ["n", "no-base-unread"],
    ],
  );
});

test("an absent column was not read, an absent person field is empty", () => {
  const rules = [textRule("a"), textRule("b")];
  assert.deepEqual(normalizeDynamics(rules, { a: "", other: 1 }), { a: null });
  assert.deepEqual(normalizeMarketo(rules, { m_a: "x", other: 1 }), { a: "x", b: null });
});
