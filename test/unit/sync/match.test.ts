import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchRows } from "../../../src/sync/match";
import type { Candidate, MatchResult, UnlinkedRow } from "../../../src/sync/match";

const row = (id: string, email: string | null): UnlinkedRow => ({
  recordType: "contact",
  id,
  email,
});
const person = (id: number, more: Partial<Candidate> = {}): Candidate => ({
  id,
  storedId: null,
  email: null,
  linked: false,
  ...more,
});

const byId = (personId: number): MatchResult => ({ kind: "found", by: "id", personId });
const byEmail = (personId: number): MatchResult => ({ kind: "found", by: "email", personId });
const none: MatchResult = { kind: "none" };
const ambiguous = (personIds: number[], rowIds: string[]): MatchResult => ({
  kind: "ambiguous",
  personIds,
  rowIds,
});

const ADA = "ada@x.test";

const CASES: readonly [
  name: string,
  rows: UnlinkedRow[],
  persons: Candidate[],
  expected: Record<string, MatchResult>,
][] = [
  ["nobody", [row("r", ADA)], [], { r: none }],
  ["no address on either side", [row("r", null)], [person(1)], { r: none }],
  ["an empty address is none", [row("r", " ")], [person(1, { email: " " })], { r: none }],
  ["by the stored id", [row("r", null)], [person(1, { storedId: "R" })], { r: byId(1) }],
  [
    "the id goes before the address",
    [row("r", ADA)],
    [person(1, { storedId: "r" }), person(2, { email: ADA })],
    { r: byId(1) },
  ],
  [
    "two persons with the id",
    [row("r", null)],
    [person(2, { storedId: "r" }), person(1, { storedId: "r" })],
    { r: ambiguous([1, 2], ["r"]) },
  ],
  [
    "the id on a person that another row holds",
    [row("r", ADA)],
    [person(1, { storedId: "r", linked: true }), person(2, { email: ADA })],
    { r: ambiguous([1], ["r"]) },
  ],
  [
    "by e-mail without case",
    [row("r", "Ada@X.test")],
    [person(1, { email: ADA })],
    { r: byEmail(1) },
  ],
  [
    "several free persons",
    [row("r", ADA)],
    [person(2, { email: ADA }), person(1, { email: ADA })],
    { r: ambiguous([1, 2], ["r"]) },
  ],
  [
    "one free among linked ones",
    [row("r", ADA)],
    [person(1, { email: ADA, linked: true }), person(2, { email: ADA })],
    { r: byEmail(2) },
  ],
  [
    "a second contact never gets the same person",
    [row("r", ADA)],
    [person(1, { email: ADA, linked: true })],
    { r: none },
  ],
  [
    "a person that carries another row's id is not free",
    [row("r", ADA)],
    [person(1, { email: ADA, storedId: "other" })],
    { r: none },
  ],
  [
    "two rows want one person",
    [row("s", ADA), row("r", ADA.toUpperCase())],
    [person(1, { email: ADA })],
    { s: ambiguous([1], ["r", "s"]), r: ambiguous([1], ["r", "s"]) },
  ],
  ["two rows, nobody there", [row("r", ADA), row("s", ADA)], [], { r: none, s: none }],
  [
    "a row with its own person does not want another one",
    [row("r", ADA), row("s", ADA)],
    [person(1, { storedId: "r", email: ADA }), person(2, { email: ADA })],
    { r: byId(1), s: byEmail(2) },
  ],
];

for (const [name, rows, persons, expected] of CASES) {
  test(`match: ${name}`, () => {
    const actual = matchRows(rows, persons, { matchByEmail: true });
    assert.deepEqual(Object.fromEntries(actual), expected);
  });
}

test("the policy can turn matching by e-mail off", () => {
  const actual = matchRows([row("r", ADA)], [person(1, { email: ADA })], { matchByEmail: false });
  assert.deepEqual(Object.fromEntries(actual), { r: none });
});

test("no person is ever given to two rows, no linked one at all, and no order counts", () => {
  const email = fc.constantFrom("a", "A", "b", null);
  const rows = fc.uniqueArray(fc.record({ id: fc.constantFrom("r", "s", "t", "u"), email }), {
    selector: ({ id }) => id,
  });
  const persons = fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 6 }),
      storedId: fc.constantFrom("r", "s", "gone", null),
      email,
      linked: fc.boolean(),
    }),
    { selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(rows, persons, (some, candidates) => {
      const all = some.map(({ id, email: address }) => row(id, address));
      const results = matchRows(all, candidates, { matchByEmail: true });
      const given = [...results.values()].flatMap((result) =>
        result.kind === "found" ? [result.personId] : [],
      );
      assert.equal(results.size, all.length);
      assert.equal(new Set(given).size, given.length);
      assert.ok(given.every((id) => candidates.some((one) => one.id === id && !one.linked)));
      const turned = matchRows(all.toReversed(), candidates.toReversed(), { matchByEmail: true });
      for (const [id, result] of results) assert.deepEqual(turned.get(id), result);
    }),
  );
});
