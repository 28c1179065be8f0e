import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyCounts } from "../../../src/model/activity";
import type { HaltReason } from "../../../src/model/activity";
import type { FieldValue, Side } from "../../../src/model/record";
import type { FieldChange } from "../../../src/sync/decideField";
import type { Decision } from "../../../src/sync/decision";
import type { LinkFields } from "../../../src/sync/cycleContext";
import { effectiveLimit, guard } from "../../../src/sync/guard";
import type { GuardContext } from "../../../src/sync/guard";
import { writesOf } from "../../../src/sync/jobs";
import { PlanTally, planHash } from "../../../src/sync/plan";
import type { PlanTotals, PlannedAction } from "../../../src/sync/plan";
import { DEFAULT_POLICIES, FEW } from "../../../src/sync/policy";
import type { Link } from "../../../src/sync/statePort";
import { newSubject } from "../../../src/sync/subject";
import { textRule } from "./builders";

const A = textRule("a");
const B = textRule("b");

function change(
  to: Side,
  after: FieldValue,
  before: FieldValue | undefined = "x",
  rule = A,
): FieldChange {
  return { rule, to, before, after, clash: false };
}

function write(
  changes: readonly FieldChange[],
  more: { conflict?: boolean; refused?: boolean } = {},
): Decision {
  return {
    kind: "write",
    revive: false,
    reason: "changed-in-dynamics",
    toDynamics: changes.filter(({ to }) => to === "dynamics"),
    toMarketo: changes.filter(({ to }) => to === "marketo"),
    agreed: [],
    drift: [],
    refusals: more.refused ? [{ side: "dynamics", problems: [], changes: [] }] : [],
    conflict: more.conflict ?? false,
  };
}

function action(decision: Decision, more: Partial<PlannedAction> = {}): PlannedAction {
  return { recordType: "contact", dynamicsId: "r", personId: 1, decision, ...more };
}

const NOTHING: Pick<PlanTotals, "counts" | "empties" | "fills" | "deletes"> = {
  counts: emptyCounts(),
  empties: 0,
  fills: 0,
  deletes: 0,
};
const counts = (more: Partial<PlanTotals["counts"]>) => ({ ...emptyCounts(), ...more });
const created = (side: Side) => counts({ created: { dynamics: 0, marketo: 0, [side]: 1 } });
const updated = (dynamics: number, marketo: number) => ({ updated: { dynamics, marketo } });
const nothingDecided = { toDynamics: [], toMarketo: [], agreed: [], drift: [], conflict: false };

const AGREEMENT: Extract<Decision, { kind: "agree" }> = {
  ...{ kind: "agree", revive: false, reason: "first-contact", refusals: [] },
  ...nothingDecided,
};

/** What one decision adds to the totals. */
const TOTALS: readonly [string, Decision, Partial<typeof NOTHING>][] = [
  ["a write to Marketo", write([change("marketo", "n")]), { counts: counts(updated(0, 1)) }],
  [
    "a write to both",
    write([change("marketo", "n"), change("dynamics", "n", "x", B)]),
    { counts: counts(updated(1, 1)) },
  ],
  [
    "a clash",
    write([change("marketo", "n")], { conflict: true }),
    { counts: counts({ ...updated(0, 1), conflicts: 1 }) },
  ],
  [
    "half a refusal",
    write([change("marketo", "n")], { refused: true }),
    { counts: counts({ ...updated(0, 1), refused: 1 }) },
  ],
  [
    "an emptied value",
    write([change("marketo", null)]),
    { counts: counts(updated(0, 1)), empties: 1 },
  ],
  [
    "an emptied value not read before",
    write([{ ...change("marketo", null), before: undefined }]),
    { counts: counts(updated(0, 1)), empties: 1 },
  ],
  [
    "an empty value of a row that is filled in a clash",
    write([{ ...change("dynamics", "n", null), clash: true }]),
    { counts: counts(updated(1, 0)), fills: 1 },
  ],
  ["empty stays empty", write([change("marketo", null, null)]), { counts: counts(updated(0, 1)) }],
  [
    "a new person",
    { kind: "createPerson", changes: [], agreed: [], reason: "created-from-dynamics" },
    { counts: created("marketo") },
  ],
  [
    "a person again",
    { kind: "recreatePerson", changes: [], agreed: [], reason: "recreated-after-delete" },
    { counts: created("marketo") },
  ],
  [
    "a new row",
    { kind: "createRow", changes: [], agreed: [], reason: "requested-by-command" },
    { counts: created("dynamics") },
  ],
  [
    "a flag",
    { kind: "flagDeleted", reason: "deleted-in-dynamics" },
    { counts: counts(updated(0, 1)), deletes: 1 },
  ],
  ["a deleted person", { kind: "unlinkPerson", reason: "deleted-in-marketo" }, { deletes: 1 }],
  ["an ended link", { kind: "dissolve", reason: "deleted-in-marketo" }, { deletes: 1 }],
  [
    "a question",
    { kind: "ambiguous", personIds: [1, 2], rowIds: ["r"], reason: "ambiguous-match" },
    { counts: counts({ conflicts: 1 }) },
  ],
  [
    "a refusal",
    { kind: "refused", revive: false, reason: "does-not-fit", refusals: [], ...nothingDecided },
    { counts: counts({ refused: 1 }) },
  ],
  [
    "a skip",
    { kind: "skip", reason: "no-difference", drift: [] },
    { counts: counts({ skipped: 1 }) },
  ],
  ["an agreement", AGREEMENT, {}],
  [
    "an agreement that takes the person's flag away",
    { ...AGREEMENT, revive: true },
    { counts: counts(updated(0, 1)) },
  ],
  [
    "a link, which is the id that the person gets, whatever else it lacks",
    { ...AGREEMENT, kind: "link", personId: 1, by: "email" },
    { counts: counts(updated(0, 1)) },
  ],
  [
    "a row that left the filter and is flagged",
    { kind: "leave", onLeave: "flag", reason: "left-filter" },
    { counts: counts(updated(0, 1)), deletes: 1 },
  ],
  ["one that is frozen", { kind: "leave", onLeave: "freeze", reason: "left-filter" }, {}],
];

const LINK: Link = {
  ...{ recordType: "contact", dynamicsId: "r", personId: 1, version: "1", state: "active" },
  base: new Uint8Array(8).fill(1),
};
const subjectOf = (link: Link) =>
  newSubject(
    { recordType: "contact", rules: [A, B], positions: new Map(), columns: [], filter: null },
    { dynamicsId: "r", personId: 1, link },
  );
const SUBJECT = subjectOf(LINK);
const LINK_FIELDS: LinkFields = { id: "crmId", type: "crmType", deleted: "crmDeleted" };

function addTo(tally: PlanTally, decision: Decision, linkFields = LINK_FIELDS): void {
  tally.add(decision, writesOf(SUBJECT, decision, { linkFields }));
}

function totalsOf(...decisions: Decision[]): PlanTotals {
  const tally = new PlanTally();
  for (const decision of decisions) addTo(tally, decision);
  return tally.totals();
}

for (const [name, decision, expected] of TOTALS) {
  test(`totals: ${name}`, () => {
    assert.deepEqual(totalsOf(decision), { ...NOTHING, ...expected });
  });
}

test("totals: where Marketo has no field for the flag, nothing is written", () => {
  const tally = new PlanTally();
  const none = { ...LINK_FIELDS, deleted: null };
  addTo(tally, { kind: "flagDeleted", reason: "deleted-in-dynamics" }, none);
  addTo(tally, { kind: "leave", onLeave: "flag", reason: "left-filter" }, none);
  addTo(tally, { ...AGREEMENT, revive: true }, none);
  assert.deepEqual(tally.totals(), { ...NOTHING, deletes: 2 });
});

test("totals: a link without a base, which rested while its record was merged, gives the person the id", () => {
  const decision: Decision = { ...AGREEMENT, revive: true };
  const merged = subjectOf({ ...LINK, base: new Uint8Array() });
  const tally = new PlanTally();
  tally.add(
    decision,
    writesOf(merged, decision, { linkFields: { ...LINK_FIELDS, deleted: null } }),
  );
  assert.deepEqual(tally.totals(), { ...NOTHING, counts: counts(updated(0, 1)) });
});

const first = action(write([change("marketo", "n"), change("marketo", "m", "x", B)]));
const second = action(write([change("dynamics", "n")]), { dynamicsId: "s", personId: 2 });
const hashOf = (...actions: PlannedAction[]) => planHash(actions);

test("a plan's hash does not know the order of records and fields", () => {
  const turned = action(write([change("marketo", "m", "x", B), change("marketo", "n")]));
  assert.match(hashOf(first, second), /^[0-9a-f]{64}$/);
  assert.equal(hashOf(first, second), hashOf(second, turned));
});

/** Each is another plan than the one of `first` and `second`. */
const OTHER_PLANS: readonly [string, PlannedAction[]][] = [
  ["nothing", []],
  ["less", [first]],
  ["twice the same", [first, first]],
  ["more", [first, second, second]],
  ["another record", [first, { ...second, personId: 3 }]],
  ["another type", [first, { ...second, recordType: "lead" }]],
  ["another side", [first, { ...second, decision: write([change("marketo", "n")]) }]],
  ["another field", [first, { ...second, decision: write([change("dynamics", "n", "x", B)]) }]],
  ["another value", [first, { ...second, decision: write([change("dynamics", "o")]) }]],
  ["an emptied value", [first, { ...second, decision: write([change("dynamics", null)]) }]],
];

for (const [name, actions] of OTHER_PLANS) {
  test(`a plan's hash tells: ${name}`, () => {
    assert.notEqual(hashOf(...actions), hashOf(first, second));
  });
}

test("a tally added up bit by bit gives the plan's own totals, and goes on after being asked", () => {
  const tally = new PlanTally();
  addTo(tally, first.decision);
  assert.deepEqual(tally.totals(), totalsOf(first.decision));
  addTo(tally, second.decision);
  assert.deepEqual(tally.totals(), totalsOf(first.decision, second.decision));
});

const LIMITS: readonly [absolute: number, percent: number, linked: number, expected: number][] = [
  [1000, 10, 100_000, 1000],
  [1000, 10, 5_000, 500],
  [1000, 10, 50, FEW],
  [5, 10, 50, 5],
  [1000, 10, 0, 1000],
];

for (const [absolute, percent, linked, expected] of LIMITS) {
  test(`limit: ${absolute} or ${percent} % of ${linked} is ${expected}`, () => {
    assert.equal(effectiveLimit({ absolute, percent }, linked), expected);
  });
}

const { brakes } = DEFAULT_POLICIES;
const CALM: GuardContext = {
  linked: 1000,
  firstSync: false,
  mapChanged: false,
  fullCompare: false,
  emptySide: null,
  approved: null,
  hash: () => "H",
};
const totals = (more: Partial<PlanTotals>): PlanTotals => ({ ...NOTHING, ...more });
const creates = (marketo: number) =>
  totals({ counts: counts({ created: { dynamics: 0, marketo } }) });
const updates = (marketo: number) => totals({ counts: counts(updated(0, marketo)) });

/** Expected: reason, limit, planned; null passes. With 1000 links the limits are 500, 500, 100 and 50. */
const GUARDED: readonly [
  string,
  PlanTotals,
  Partial<GuardContext>,
  [HaltReason, number, number] | null,
][] = [
  ["nothing to do", totals({}), { firstSync: true, mapChanged: true, fullCompare: true }, null],
  ["everyday work", updates(500), {}, null],
  ["too many updates", updates(501), {}, ["too-many-updates", 500, 501]],
  [
    "both sides' updates count",
    totals({ counts: counts(updated(300, 300)) }),
    {},
    ["too-many-updates", 500, 600],
  ],
  ["many creates", creates(500), {}, null],
  ["too many creates", creates(501), {}, ["too-many-creates", 500, 501]],
  ["many empties", totals({ empties: 100, counts: counts(updated(0, 1)) }), {}, null],
  [
    "too many empties",
    totals({ empties: 101, counts: counts(updated(0, 1)) }),
    {},
    ["too-many-empties", 100, 101],
  ],
  ["many deletes", totals({ deletes: 50 }), {}, null],
  ["too many deletes", totals({ deletes: 51 }), {}, ["too-many-deletes", 50, 51]],
  [
    "the gravest first",
    totals({ deletes: 51, empties: 101, counts: counts(updated(0, 501)) }),
    {},
    ["too-many-deletes", 50, 51],
  ],
  ["few in a small database", updates(FEW), { linked: 3 }, null],
  ["a first sync", creates(1), { firstSync: true, linked: 0 }, ["first-sync", 0, 1]],
  ["a first sync without asking", creates(10_000), { linked: 0 }, null],
  ["the map changed", updates(1), { mapChanged: true }, ["map-changed", 0, 1]],
  ["a full compare", updates(1), { fullCompare: true }, ["full-compare", 0, 1]],
  [
    "a full compare that only ends links",
    totals({ deletes: 2 }),
    { fullCompare: true },
    ["full-compare", 0, 2],
  ],
  ["an empty side", totals({}), { emptySide: "dynamics" }, ["empty-side", 0, 0]],
  ["approved", updates(501), { approved: "H", fullCompare: true, emptySide: "marketo" }, null],
  ["another plan approved", updates(501), { approved: "G" }, ["too-many-updates", 500, 501]],
];

for (const [name, planned, context, expected] of GUARDED) {
  test(`guard: ${name}`, () => {
    const halt = guard(planned, brakes, { ...CALM, ...context });
    const [reason, limit, count] = expected ?? [];
    assert.deepEqual(halt, expected && { reason, limit, planned: count, planHash: "H" });
  });
}

test("a plan that passes without an approval is not hashed", () => {
  const hash = () => assert.fail("hashed");
  assert.equal(guard(updates(1), brakes, { ...CALM, hash }), null);
});
