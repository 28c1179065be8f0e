import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordType, Side } from "../../../src/model/record";
import { RECORD_TYPES } from "../../../src/model/record";
import { decide } from "../../../src/sync/decide";
import type { Decision, SideReading } from "../../../src/sync/decision";
import { LINK_TABLE } from "../../../src/sync/linkTable";
import type { SideCondition } from "../../../src/sync/linkTable";
import { changesOf } from "../../../src/sync/plan";
import { DEFAULT_POLICIES } from "../../../src/sync/policy";
import type { Policies } from "../../../src/sync/policy";
import type { LinkState } from "../../../src/sync/statePort";
import { agreedOn, textRule } from "./builders";

const RULES = [textRule("a"), textRule("b")];
const { positions, base } = agreedOn(RULES, { a: "1", b: "2" });

/** In these examples the sides change different fields, so that no cell is a clash. */
const READING: Readonly<Record<Side, Readonly<Record<SideCondition, SideReading>>>> = {
  dynamics: {
    unread: { kind: "unread" },
    unchanged: { kind: "read", values: { a: "1", b: "2" } },
    changed: { kind: "read", values: { a: "D", b: "2" } },
    deleted: { kind: "deleted" },
  },
  marketo: {
    unread: { kind: "unread" },
    unchanged: { kind: "read", values: { a: "1", b: "2" } },
    changed: { kind: "read", values: { a: "1", b: "M" } },
    deleted: { kind: "deleted" },
  },
};

function decideLinked(
  sides: { dynamics: SideReading; marketo: SideReading },
  more: { state?: LinkState; recordType?: RecordType; policies?: Partial<Policies> } = {},
): Decision {
  const { state = "active", recordType = "contact", policies = {} } = more;
  return decide(
    { kind: "linked", state, base, sides },
    { recordType, rules: RULES, positions, policies: { ...DEFAULT_POLICIES, ...policies } },
  );
}

function show(decision: Decision): string {
  const changes = changesOf(decision)
    .map(({ to, rule, after, lost, clash }) => {
      return `${to === "marketo" ? ">" : "<"}${rule.key}=${after}${clash ? `!${lost}` : ""}`;
    })
    .join(" ");
  const tail = changes ? ` ${changes}` : "";
  if (decision.kind === "read") return `read ${decision.side}`;
  const revived = "revive" in decision && decision.revive ? " revived" : "";
  return `${decision.kind} ${decision.reason}${revived}${tail}`;
}

const QUIET = "skip no-difference";
const FROM_DYNAMICS = "write changed-in-dynamics >a=D";
const FROM_MARKETO = "write changed-in-marketo <b=M";
const FROM_BOTH = "write changed-on-both-sides <b=M >a=D";
const FLAG = "flagDeleted deleted-in-dynamics";
const UNLINK = "unlinkPerson deleted-in-marketo";
const RECREATE = "recreatePerson recreated-after-delete >a=D >b=2";
const RECREATE_AS_WAS = "recreatePerson recreated-after-delete >a=1 >b=2";
const REST_DYNAMICS = "skip deleted-in-dynamics";
const REST_MARKETO = "skip deleted-in-marketo";
const FROZEN = "skip left-filter";
const HELD = "skip merge-held";
const GONE_DYNAMICS = "dissolve deleted-in-dynamics";
const GONE_MARKETO = "dissolve deleted-in-marketo";
const REVIVED = "agree recreated-after-delete revived";
const REVIVED_DYNAMICS = "write changed-in-dynamics revived >a=D";
const REVIVED_MARKETO = "write changed-in-marketo revived <b=M";
const ENTERED = "agree entered-filter revived";
const ENTERED_DYNAMICS = "write entered-filter revived >a=D";
const ENTERED_MARKETO = "write entered-filter revived <b=M";
const ENTERED_BOTH = "write entered-filter revived <b=M >a=D";
const REVIVED_BOTH = "write changed-on-both-sides revived <b=M >a=D";

/** Link state -> Dynamics side -> what happens when Marketo is unread, unchanged, changed, deleted. */
type Row = readonly [unread: string, unchanged: string, changed: string, deleted: string];
const TABLE: Readonly<Record<LinkState, Readonly<Record<SideCondition, Row>>>> = {
  active: {
    unread: [QUIET, QUIET, FROM_MARKETO, UNLINK],
    unchanged: [QUIET, QUIET, FROM_MARKETO, UNLINK],
    changed: [FROM_DYNAMICS, FROM_DYNAMICS, FROM_BOTH, RECREATE],
    deleted: [FLAG, FLAG, FLAG, GONE_DYNAMICS],
  },
  dynamicsDeleted: {
    unread: [REST_DYNAMICS, REST_DYNAMICS, REST_DYNAMICS, GONE_MARKETO],
    unchanged: ["read marketo", REVIVED, REVIVED_MARKETO, RECREATE_AS_WAS],
    changed: ["read marketo", REVIVED_DYNAMICS, REVIVED_BOTH, RECREATE],
    deleted: [REST_DYNAMICS, REST_DYNAMICS, REST_DYNAMICS, GONE_MARKETO],
  },
  marketoDeleted: {
    unread: [REST_MARKETO, "read dynamics", "read dynamics", REST_MARKETO],
    unchanged: [REST_MARKETO, REVIVED, REVIVED_MARKETO, REST_MARKETO],
    changed: [RECREATE, REVIVED_DYNAMICS, REVIVED_BOTH, RECREATE],
    deleted: [GONE_DYNAMICS, FLAG, FLAG, GONE_DYNAMICS],
  },
  frozen: {
    unread: [FROZEN, FROZEN, FROZEN, GONE_MARKETO],
    unchanged: ["read marketo", ENTERED, ENTERED_MARKETO, RECREATE_AS_WAS],
    changed: ["read marketo", ENTERED_DYNAMICS, ENTERED_BOTH, RECREATE],
    deleted: [FLAG, FLAG, FLAG, GONE_MARKETO],
  },
  held: {
    unread: [HELD, HELD, HELD, HELD],
    unchanged: [HELD, HELD, HELD, HELD],
    changed: [HELD, HELD, HELD, HELD],
    deleted: [GONE_DYNAMICS, GONE_DYNAMICS, GONE_DYNAMICS, GONE_DYNAMICS],
  },
};

const CONDITIONS: readonly SideCondition[] = ["unread", "unchanged", "changed", "deleted"];

for (const state of Object.keys(TABLE) as LinkState[]) {
  for (const recordType of RECORD_TYPES) {
    test(`every cell of a linked ${recordType}, link ${state}`, () => {
      const actual = CONDITIONS.map((dynamics) =>
        CONDITIONS.map((marketo) =>
          show(
            decideLinked(
              { dynamics: READING.dynamics[dynamics], marketo: READING.marketo[marketo] },
              { state, recordType },
            ),
          ),
        ),
      );
      assert.deepEqual(
        actual,
        CONDITIONS.map((dynamics) => [...TABLE[state][dynamics]]),
      );
    });
  }
}

test("the table knows no other link state than this test", () => {
  assert.deepEqual(Object.keys(LINK_TABLE).sort(), Object.keys(TABLE).sort());
});

const read = (a: string | null, b: string | null): SideReading => ({
  kind: "read",
  values: { a, b },
});

/** R3 by record type, and what the policy can turn. */
const CLASHES: readonly [RecordType, Partial<Policies>, string][] = [
  ["contact", {}, "write clash-dynamics-wins >a=D!M"],
  ["lead", {}, "write clash-marketo-wins <a=M!D"],
  [
    "contact",
    { winner: { contact: "marketo", lead: "marketo" } },
    "write clash-marketo-wins <a=M!D",
  ],
  [
    "lead",
    { winner: { contact: "dynamics", lead: "dynamics" } },
    "write clash-dynamics-wins >a=D!M",
  ],
  ["lead", { firstContact: "dynamics" }, "write clash-marketo-wins <a=M!D"],
];

for (const [recordType, policies, expected] of CLASHES) {
  test(`R3: ${recordType} with ${JSON.stringify(policies)}: ${expected}`, () => {
    const sides = { dynamics: read("D", "2"), marketo: read("M", "2") };
    assert.equal(show(decideLinked(sides, { recordType, policies })), expected);
  });
}

const FIELD_BY_FIELD: readonly [string, SideReading, SideReading, string][] = [
  ["R2: different fields", read("D", "2"), read("1", "M"), FROM_BOTH],
  ["R3: the same new value", read("S", "2"), read("S", "2"), "agree same-change-on-both-sides"],
  [
    "R3: a clash beside a change",
    read("D", "2"),
    read("M", "N"),
    "write clash-dynamics-wins <b=N >a=D!M",
  ],
  [
    "an emptied field travels",
    read(null, "2"),
    read("1", "2"),
    "write changed-in-dynamics >a=null",
  ],
  [
    "emptied here, changed there",
    read(null, "2"),
    read("M", "2"),
    "write clash-dynamics-wins >a=null!M",
  ],
  ["our own write came back", read("1", "2"), { kind: "unread" }, QUIET],
];

for (const [name, dynamics, marketo, expected] of FIELD_BY_FIELD) {
  test(`field by field: ${name}: ${expected}`, () => {
    assert.equal(show(decideLinked({ dynamics, marketo })), expected);
  });
}

const DELETE_POLICIES: readonly [Partial<Policies>, LinkState, SideReading, SideReading, string][] =
  [
    [{ dynamicsDelete: "keep" }, "active", { kind: "deleted" }, read("1", "2"), GONE_DYNAMICS],
    [{ marketoDelete: "stop" }, "active", read("D", "2"), { kind: "deleted" }, UNLINK],
    [{ marketoDelete: "stop" }, "marketoDeleted", read("D", "2"), { kind: "unread" }, REST_MARKETO],
  ];

for (const [policies, state, dynamics, marketo, expected] of DELETE_POLICIES) {
  test(`deletes with ${JSON.stringify(policies)}, link ${state}: ${expected}`, () => {
    assert.equal(show(decideLinked({ dynamics, marketo }, { state, policies })), expected);
  });
}

test("R7: one value that does not fit holds that side back, the other side's change still travels", () => {
  const tooLong = "M longer than ten";
  const decision = decideLinked({
    dynamics: read("1", "D"),
    marketo: read(tooLong, "2"),
  });
  assert.equal(show(decision), "write changed-in-dynamics >b=D");
  assert.ok(decision.kind === "write");
  assert.deepEqual(
    decision.refusals.map(({ side, problems, changes }) => [
      side,
      problems.map(({ rule, problem }) => [rule.key, problem.code]),
      changes.map(({ rule, after }) => [rule.key, after]),
    ]),
    [["dynamics", [["a", "too-long"]], [["a", tooLong]]]],
  );
});

test("R7: nothing else to write is a refusal, with what was agreed on kept", () => {
  const decision = decideLinked({
    dynamics: read("1", "S"),
    marketo: read("longer than ten", "S"),
  });
  assert.equal(show(decision), "refused does-not-fit");
  assert.ok(decision.kind === "refused");
  assert.deepEqual(decision.agreed, [{ rule: RULES[1], value: "S" }]);
});

test("what a write replaces is told from the other side, or from what the caller knows", () => {
  const before = (marketo: SideReading) => {
    const decision = decideLinked({ dynamics: read("D", "2"), marketo });
    return changesOf(decision).map((change) => change.before);
  };
  assert.deepEqual(
    [
      before(read("1", "2")),
      before({ kind: "unread" }),
      before({ kind: "unread", known: { a: "k" } }),
    ],
    [["1"], [undefined], ["k"]],
  );
});

test("an edit of a one-way copy in the row is no news that brings a deleted person back", () => {
  const rules = [textRule("in", { direction: "toDynamics" })];
  const agreed = agreedOn(rules, { in: "1" });
  const dynamics: SideReading = { kind: "read", values: { in: "D" } };
  const decision = decide(
    {
      kind: "linked",
      state: "marketoDeleted",
      base: agreed.base,
      sides: { dynamics, marketo: { kind: "unread" } },
    },
    { recordType: "contact", rules, positions: agreed.positions, policies: DEFAULT_POLICIES },
  );
  assert.equal(show(decision), REST_MARKETO);
});
