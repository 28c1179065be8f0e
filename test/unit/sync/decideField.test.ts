import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValue, Side } from "../../../src/model/record";
import { other } from "../../../src/model/record";
import { FIELD_TABLE, decideField } from "../../../src/sync/decideField";
import type { FieldAction } from "../../../src/sync/decideField";
import { diffField } from "../../../src/sync/diff";
import type { FieldSituation } from "../../../src/sync/diff";
import type { Direction } from "../../../src/sync/fieldRule";
import { hashOf, textRule } from "./builders";

type Value = FieldValue | undefined;

/** One example of each situation: base, Dynamics, Marketo. */
const EXAMPLE: Readonly<Record<FieldSituation, readonly [Value, Value, Value]>> = {
  unchanged: ["a", "a", "a"],
  "changed-dynamics": ["a", "D", "a"],
  "changed-marketo": ["a", "a", "M"],
  "both-same": ["a", "S", "S"],
  clash: ["a", "D", "M"],
  "no-base-equal": [undefined, "S", "S"],
  "no-base-dynamics-only": [undefined, "D", null],
  "no-base-marketo-only": [undefined, null, "M"],
  "no-base-clash": [undefined, "D", "M"],
  "no-base-unread": [undefined, "D", undefined],
};

/**
 * What happens, with winners of a clash and of a first contact as given: `-` nothing, `=X` agree on X, `>X` X goes to
 * Marketo, `<X` X goes to Dynamics, `!` a clash with the lost value, `drift`, `?side` read first.
 */
const TABLE: Readonly<
  Record<Direction, Readonly<Record<FieldSituation, Readonly<Record<Side, string>>>>>
> = {
  both: {
    unchanged: { dynamics: "-", marketo: "-" },
    "changed-dynamics": { dynamics: ">D", marketo: ">D" },
    "changed-marketo": { dynamics: "<M", marketo: "<M" },
    "both-same": { dynamics: "=S", marketo: "=S" },
    clash: { dynamics: ">D!M", marketo: "<M!D" },
    "no-base-equal": { dynamics: "=S", marketo: "=S" },
    "no-base-dynamics-only": { dynamics: ">D", marketo: ">D" },
    "no-base-marketo-only": { dynamics: "<M", marketo: "<M" },
    "no-base-clash": { dynamics: ">D!M", marketo: "<M!D" },
    "no-base-unread": { dynamics: "?marketo", marketo: "?marketo" },
  },
  toMarketo: {
    unchanged: { dynamics: "-", marketo: "-" },
    "changed-dynamics": { dynamics: ">D", marketo: ">D" },
    "changed-marketo": { dynamics: "drift", marketo: "drift" },
    "both-same": { dynamics: "=S", marketo: "=S" },
    clash: { dynamics: ">D", marketo: ">D" },
    "no-base-equal": { dynamics: "=S", marketo: "=S" },
    "no-base-dynamics-only": { dynamics: ">D", marketo: ">D" },
    "no-base-marketo-only": { dynamics: "=null", marketo: "=null" },
    "no-base-clash": { dynamics: ">D", marketo: ">D" },
    "no-base-unread": { dynamics: "?marketo", marketo: "?marketo" },
  },
  toDynamics: {
    unchanged: { dynamics: "-", marketo: "-" },
    "changed-dynamics": { dynamics: "drift", marketo: "drift" },
    "changed-marketo": { dynamics: "<M", marketo: "<M" },
    "both-same": { dynamics: "=S", marketo: "=S" },
    clash: { dynamics: "<M", marketo: "<M" },
    "no-base-equal": { dynamics: "=S", marketo: "=S" },
    "no-base-dynamics-only": { dynamics: "=null", marketo: "=null" },
    "no-base-marketo-only": { dynamics: "<M", marketo: "<M" },
    "no-base-clash": { dynamics: "<M", marketo: "<M" },
    "no-base-unread": { dynamics: "?marketo", marketo: "?marketo" },
  },
};

function show(action: FieldAction): string {
  switch (action.kind) {
    case "nothing":
      return "-";
    case "agree":
      return `=${action.agreed.value}`;
    case "drift":
      return "drift";
    case "read":
      return `?${action.side}`;
    case "write": {
      const { to, after, lost, clash } = action.change;
      return `${to === "marketo" ? ">" : "<"}${after}${clash ? `!${lost}` : ""}`;
    }
  }
}

for (const direction of Object.keys(TABLE) as Direction[]) {
  for (const situation of Object.keys(EXAMPLE) as FieldSituation[]) {
    const expected = TABLE[direction][situation];
    test(`${direction}, ${situation}: ${JSON.stringify(expected)}`, () => {
      const rule = textRule("c", { direction });
      const [base, dynamics, marketo] = EXAMPLE[situation];
      const hash = base === undefined ? null : hashOf(rule, base);
      const diff = diffField(rule, hash, { dynamics, marketo });
      assert.equal(diff.situation, situation);
      // The two winners are opposite, so that a mix-up of clash and first contact shows.
      const first = situation.startsWith("no-base");
      const actual = (winner: Side) => {
        const loser = other(winner);
        const winners = first
          ? { clash: loser, firstContact: winner }
          : { clash: winner, firstContact: loser };
        return show(decideField(diff, winners));
      };
      assert.deepEqual({ dynamics: actual("dynamics"), marketo: actual("marketo") }, expected);
    });
  }
}

test("the table knows no other direction or situation than this test", () => {
  const keys = (table: object) => Object.keys(table).sort();
  assert.deepEqual(keys(FIELD_TABLE), keys(TABLE));
  for (const direction of Object.keys(TABLE) as Direction[]) {
    assert.deepEqual(keys(FIELD_TABLE[direction]), keys(TABLE[direction]));
  }
});

test("an emptied field travels like any other change, and its value before is told", () => {
  const rule = textRule("c");
  const diff = diffField(rule, hashOf(rule, "a"), { dynamics: null, marketo: "a" });
  assert.deepEqual(decideField(diff, { clash: "dynamics", firstContact: "dynamics" }), {
    kind: "write",
    change: { rule, to: "marketo", before: "a", after: null, clash: false },
  });
});
