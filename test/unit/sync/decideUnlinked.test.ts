import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValues, RecordType } from "../../../src/model/record";
import { decide } from "../../../src/sync/decide";
import type { Decision, Situation } from "../../../src/sync/decision";
import type { FieldRule } from "../../../src/sync/fieldRule";
import { changesOf } from "../../../src/sync/plan";
import { DEFAULT_POLICIES } from "../../../src/sync/policy";
import type { Policies } from "../../../src/sync/policy";
import { refusalMessage } from "../../../src/sync/refusal";
import { OPTIONS, agreedOn, column, field, rule, textRule } from "./builders";

const RULES = [textRule("a"), textRule("b")];

function decideOne(
  situation: Situation,
  more: { rules?: FieldRule[]; recordType?: RecordType; policies?: Partial<Policies> } = {},
): Decision {
  const { rules = RULES, recordType = "contact", policies = {} } = more;
  const { positions } = agreedOn(rules, {});
  return decide(situation, {
    recordType,
    rules,
    positions,
    policies: { ...DEFAULT_POLICIES, ...policies },
  });
}

function show(decision: Decision): readonly unknown[] {
  const changes = changesOf(decision).map(({ to, rule: { key }, after, lost, clash }) => {
    return `${to === "marketo" ? ">" : "<"}${key}=${after}${clash ? `!${lost}` : ""}`;
  });
  const agreed =
    "agreed" in decision
      ? decision.agreed.map(({ rule: { key }, value }) => `${key}=${value}`)
      : [];
  return [decision.kind, "reason" in decision ? decision.reason : decision.side, changes, agreed];
}

const found = { kind: "found", by: "email", personId: 7 } as const;
const meet = (row: FieldValues, person: FieldValues): Situation => ({
  kind: "unlinked",
  row,
  match: found,
  person,
  base: new Uint8Array(),
});

const FIRST_CONTACT: readonly [
  string,
  Situation,
  RecordType,
  Partial<Policies>,
  readonly unknown[],
][] = [
  [
    "equal",
    meet({ a: "1", b: null }, { a: "1", b: null }),
    "contact",
    {},
    ["link", "linked-by-email", [], ["a=1", "b=null"]],
  ],
  [
    "each side fills the other",
    meet({ a: "1", b: null }, { a: null, b: "2" }),
    "contact",
    {},
    ["link", "linked-by-email", ["<b=2", ">a=1"], []],
  ],
  [
    "R3: both filled, contact",
    meet({ a: "D", b: "2" }, { a: "M", b: "2" }),
    "contact",
    {},
    ["link", "clash-dynamics-wins", [">a=D!M"], ["b=2"]],
  ],
  [
    "R3: both filled, lead",
    meet({ a: "D", b: "2" }, { a: "M", b: "2" }),
    "lead",
    {},
    ["link", "clash-marketo-wins", ["<a=M!D"], ["b=2"]],
  ],
  [
    "a policy of its own",
    meet({ a: "D", b: "2" }, { a: "M", b: "2" }),
    "lead",
    { firstContact: "dynamics" },
    ["link", "clash-dynamics-wins", [">a=D!M"], ["b=2"]],
  ],
];

for (const [name, situation, recordType, policies, expected] of FIRST_CONTACT) {
  test(`first contact: ${name}`, () => {
    assert.deepEqual(show(decideOne(situation, { recordType, policies })), expected);
  });
}

test("a link whose values do not fit is made all the same, and the refusal is told", () => {
  const decision = decideOne(meet({ a: null, b: "2" }, { a: "longer than ten", b: null }));
  assert.deepEqual(show(decision), ["link", "linked-by-email", [">b=2"], []]);
  assert.ok(decision.kind === "link");
  assert.match(refusalMessage(decision.refusals), /^a: The text is 15 long, at most 10/);
});

const UNLINKED: readonly [string, Situation, readonly unknown[]][] = [
  [
    "nobody found: the person is created, empty fields are agreed on",
    { kind: "unlinked", row: { a: "1", b: null }, match: { kind: "none" } },
    ["createPerson", "created-from-dynamics", [">a=1"], ["b=null"]],
  ],
  [
    "several candidates: nothing is written",
    {
      kind: "unlinked",
      row: { a: "1", b: null },
      match: { kind: "ambiguous", personIds: [1, 2], rowIds: ["r"] },
    },
    ["ambiguous", "ambiguous-match", [], []],
  ],
  [
    "a value that does not fit: nothing is created",
    { kind: "unlinked", row: { a: "x".repeat(21), b: "2" }, match: { kind: "none" } },
    ["refused", "does-not-fit", [], []],
  ],
  [
    "R4: asked for by the command",
    { kind: "requested", person: { a: "1", b: null }, linked: false, by: "command" },
    ["createRow", "requested-by-command", ["<a=1"], ["b=null"]],
  ],
  [
    "R4: asked for by a campaign",
    { kind: "requested", person: { a: "1", b: null }, linked: false, by: "marketo" },
    ["createRow", "requested-by-marketo", ["<a=1"], ["b=null"]],
  ],
  [
    "R4: already there",
    { kind: "requested", person: { a: "1", b: null }, linked: true, by: "command" },
    ["skip", "already-in-dynamics", [], []],
  ],
];

for (const [name, situation, expected] of UNLINKED) {
  test(`without a link: ${name}`, () => {
    assert.deepEqual(show(decideOne(situation)), expected);
  });
}

const WAYS = [
  textRule("out", { direction: "toMarketo" }),
  textRule("in", { direction: "toDynamics" }),
  rule(column("later", "text", { creatable: false }), field("m_later", "string")),
];
const ALL = { out: "1", in: "2", later: "3" };

test("a new person gets no one-way value of Marketo's own; such a field is agreed on as empty", () => {
  const situation: Situation = { kind: "unlinked", row: ALL, match: { kind: "none" } };
  assert.deepEqual(show(decideOne(situation, { rules: WAYS })), [
    "createPerson",
    "created-from-dynamics",
    [">out=1", ">later=3"],
    ["in=null"],
  ]);
});

test("a new row gets only what may be set on creation; the rest has no base yet and follows", () => {
  const situation: Situation = { kind: "requested", person: ALL, linked: false, by: "command" };
  assert.deepEqual(show(decideOne(situation, { rules: WAYS })), [
    "createRow",
    "requested-by-command",
    ["<in=2"],
    ["out=null"],
  ]);
});

test("an option that Dynamics does not know is an unmapped value, with a remedy and without the value", () => {
  const rules = [rule(column("p", "picklist", { options: OPTIONS }), field("m_p", "string"))];
  const situation: Situation = {
    kind: "requested",
    person: { p: "Tepid" },
    linked: false,
    by: "command",
  };
  const decision = decideOne(situation, { rules });
  assert.ok(decision.kind === "refused");
  assert.equal(decision.reason, "unmapped-value");
  assert.match(refusalMessage(decision.refusals), /^p: Marketo's value is none of .*value map/);
  assert.doesNotMatch(refusalMessage(decision.refusals), /Tepid/);
});

test("one-way drift is told and left alone, and a field without a base asks for the unread side", () => {
  const [out] = WAYS;
  assert.ok(out);
  const { positions, base } = agreedOn([out], { out: "1" });
  const context = { recordType: "contact" as const, rules: [out], policies: DEFAULT_POLICIES };
  const sides = {
    dynamics: { kind: "unread" as const },
    marketo: { kind: "read" as const, values: { out: "M" } },
  };
  const linked = { kind: "linked" as const, state: "active" as const, sides };
  const drifted = decide({ ...linked, base }, { ...context, positions });
  assert.deepEqual(
    drifted.kind === "skip" && [drifted.reason, drifted.drift.map((diff) => diff.rule.key)],
    ["direction-off", ["out"]],
  );
  const unknown = decide({ ...linked, base: new Uint8Array() }, { ...context, positions });
  assert.deepEqual(unknown, { kind: "read", side: "dynamics" });
});
