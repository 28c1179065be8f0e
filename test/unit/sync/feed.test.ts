import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValue, RecordType } from "../../../src/model/record";
import type { FeedContext } from "../../../src/sync/feed";
import { decideOverwritten, evaluateFeed } from "../../../src/sync/feed";
import { DEFAULT_POLICIES } from "../../../src/sync/policy";
import type { EventField, MarketoEvent } from "../../../src/sync/ports";
import type { PendingEcho } from "../../../src/sync/statePort";
import { agreedOn, column, field, hashOf, rule, textRule } from "./builders";

const A = textRule("a");
const OUT = textRule("out", { direction: "toMarketo" });
const TIME = rule(column("t", "datetime"), field("m_t", "datetime"));
const OUT_TIME = rule(column("ot", "datetime"), field("m_ot", "datetime"), {
  direction: "toMarketo",
});
const RULES = [A, OUT, TIME, OUT_TIME];
const MOMENT = "2026-11-24T08:00:00Z";
/** Our write of S has moved the base from 1 to S already. */
const { positions, base } = agreedOn(RULES, { a: "S", out: "S", t: MOMENT, ot: MOMENT });

function echo(
  ruleOfEcho: typeof A,
  prior: FieldValue | undefined,
  sent: FieldValue,
  activityId = 9,
): PendingEcho {
  return {
    personId: 1,
    position: positions.get(ruleOfEcho.key) ?? -1,
    field: ruleOfEcho.field,
    priorHash: prior === undefined ? new Uint8Array(8) : hashOf(ruleOfEcho, prior),
    sentHash: hashOf(ruleOfEcho, sent),
    activityId,
    cycle: 1,
    sentAt: 0,
  };
}

type Edit = [field: string, oldValue: string | null, newValue: string | null];

function changed(...edits: Edit[]): MarketoEvent[] {
  return edits.map(([name, oldValue, newValue], at) => {
    const fields: EventField[] = [{ name, oldValue, newValue }];
    return {
      kind: "changed",
      guid: String(at),
      personId: 1,
      at: MOMENT,
      fields,
      source: "Web service API",
    };
  });
}

function evaluate(
  events: readonly MarketoEvent[],
  echoes: readonly PendingEcho[],
  more: Partial<FeedContext> = {},
) {
  const verdict = evaluateFeed(events, { rules: RULES, positions, base, echoes, ...more });
  return {
    read: verdict.needsRead,
    changed: verdict.changed,
    drift: verdict.drift,
    confirmed: verdict.confirmed.map(({ activityId }) => activityId),
    before: verdict.before.map(({ activityId, key, before }) => [activityId, key, before]),
    lost: verdict.overwritten.map(({ rule: { key }, lostValue }) => [key, lostValue]),
  };
}

const QUIET = { read: false, changed: [], drift: [], confirmed: [], before: [], lost: [] };
const FOREIGN = { ...QUIET, read: true, changed: ["a"] };
const ECHO = { ...QUIET, confirmed: [9], before: [[9, "a", "1"]] };
const CLASH = { ...QUIET, confirmed: [9], before: [[9, "a", "X"]], lost: [["a", "X"]] };
const SENT = [echo(A, "1", "S")];

const CASES: readonly [string, MarketoEvent[], readonly PendingEcho[], object][] = [
  ["nothing", [], [], QUIET],
  [
    "somebody wrote the same value before us and is told late: nothing was overwritten",
    changed(["m_a", "0", "S"]),
    [{ ...echo(A, "1", "S"), sentAt: Date.parse(MOMENT) + 300_000 }],
    QUIET,
  ],
  [
    "the same, told together with our own write",
    changed(["m_a", "0", "S"], ["m_a", "1", "S"]),
    SENT,
    ECHO,
  ],
  ["a field outside the map", changed(["other", "1", "2"]), SENT, QUIET],
  ["our own write comes back: no read", changed(["m_a", "1", "S"]), SENT, ECHO],
  ["the echo was seen before", changed(["m_a", "1", "S"]), [], QUIET],
  ["somebody else's change", changed(["m_a", "S", "M"]), [], FOREIGN],
  ["emptied by somebody else", changed(["m_a", "S", null]), [], FOREIGN],
  [
    "somebody else's change after ours",
    changed(["m_a", "1", "S"], ["m_a", "S", "M"]),
    SENT,
    { ...ECHO, read: true, changed: ["a"] },
  ],
  [
    "we overwrote a newer value, told with both events",
    changed(["m_a", "1", "X"], ["m_a", "X", "S"]),
    SENT,
    CLASH,
  ],
  [
    "we overwrote a newer value, told by our own event alone",
    changed(["m_a", "X", "S"]),
    SENT,
    CLASH,
  ],
  [
    "overwritten, then set again by hand",
    changed(["m_a", "1", "X"], ["m_a", "X", "S"], ["m_a", "S", "X"]),
    SENT,
    { ...CLASH, read: true, changed: ["a"] },
  ],
  [
    "undone by hand, told in the wrong order",
    changed(["m_a", "S", "1"], ["m_a", "1", "S"]),
    SENT,
    { ...ECHO, read: true, changed: ["a"] },
  ],
  [
    "a write without a base replaced nothing newer",
    changed(["m_a", "X", "S"]),
    [echo(A, undefined, "S")],
    { ...CLASH, lost: [] },
  ],
  [
    "two writes of ours in a row",
    changed(["m_a", "1", "R"], ["m_a", "R", "S"]),
    [echo(A, "1", "R", 8), echo(A, "R", "S")],
    {
      ...QUIET,
      confirmed: [8, 9],
      before: [
        [8, "a", "1"],
        [9, "a", "R"],
      ],
    },
  ],
  [
    "two writes of ours in a row of which the first replaced a newer value",
    changed(["m_a", "1", "X"], ["m_a", "X", "R"], ["m_a", "R", "S"]),
    [echo(A, "1", "R", 8), echo(A, "R", "S")],
    {
      ...QUIET,
      confirmed: [8, 9],
      before: [
        [8, "a", "X"],
        [9, "a", "R"],
      ],
      lost: [["a", "X"]],
    },
  ],
  [
    "the same value sent twice: each write finds its own change",
    changed(["m_a", "1", "X"], ["m_a", "X", "S"], ["m_a", "S", "R"], ["m_a", "R", "S"]),
    [echo(A, "1", "S", 7), echo(A, "S", "R", 8), echo(A, "R", "S")],
    {
      ...QUIET,
      confirmed: [7, 8, 9],
      before: [
        [7, "a", "X"],
        [8, "a", "S"],
        [9, "a", "R"],
      ],
      lost: [["a", "X"]],
    },
  ],
  [
    "two writes of ours of which only the later is remembered",
    changed(["m_a", "1", "R"], ["m_a", "R", "S"]),
    [echo(A, "R", "S")],
    { ...QUIET, confirmed: [9], before: [[9, "a", "R"]] },
  ],
  [
    "drift of a one-way copy: no read",
    changed(["m_out", "S", "M"]),
    [],
    { ...QUIET, drift: ["out"] },
  ],
  [
    "a one-way copy was overwritten unseen",
    changed(["m_out", "X", "S"]),
    [echo(OUT, "1", "S")],
    { ...QUIET, confirmed: [9], before: [[9, "out", "X"]], lost: [["out", "X"]] },
  ],
  [
    "a time with its zone",
    changed(["m_t", null, "2026-11-24T02:00:00-06:00"]),
    [echo(TIME, null, MOMENT)],
    { ...QUIET, confirmed: [9], before: [[9, "t", null]] },
  ],
  [
    "a time without its zone: arrived, but read",
    changed(["m_t", "2026-11-24 01:00:00", "2026-11-24 02:00:00"]),
    [echo(TIME, null, MOMENT)],
    { ...QUIET, read: true, changed: ["t"], confirmed: [9] },
  ],
  [
    "a time without its zone in a one-way copy: arrived, and nothing to read",
    changed(["m_ot", null, "2026-11-24 02:00:00"]),
    [echo(OUT_TIME, null, MOMENT)],
    { ...QUIET, confirmed: [9], before: [[9, "ot", null]] },
  ],
  [
    "a time without its zone in a one-way copy, by another hand",
    changed(["m_ot", null, "2026-11-24 02:00:00"]),
    [],
    { ...QUIET, drift: ["ot"] },
  ],
  [
    "other kinds of events are not judged here",
    [{ kind: "created", guid: "g", personId: 1, at: MOMENT, source: null }],
    SENT,
    QUIET,
  ],
];

for (const [name, events, echoes, expected] of CASES) {
  test(`feed: ${name}`, () => {
    assert.deepEqual(evaluate(events, echoes), expected);
  });
}

test("a field without a base, or a person without a link, is read", () => {
  const event = changed(["m_a", "1", "S"]);
  assert.deepEqual(evaluate(event, [], { base: new Uint8Array() }), FOREIGN);
  assert.deepEqual(evaluate(event, [], { base: null }), FOREIGN);
});

const BOTH_WAYS = ["dynamics=M!S", "marketo=M!S"];
const RESTORED: readonly [string, RecordType, typeof A, FieldValue, string[], string[]][] = [
  ["R3: contact, our value stays and the lost one is told", "contact", A, "M", [], []],
  ["R3: lead, Marketo's value comes back on both sides", "lead", A, "M", BOTH_WAYS, []],
  ["a one-way field belongs to its source", "lead", OUT, "M", [], []],
  [
    "what Dynamics cannot hold comes back in Marketo only",
    "lead",
    A,
    "longer than ten",
    ["marketo=longer than ten!S"],
    ["dynamics"],
  ],
];

for (const [name, recordType, lostRule, lostValue, restored, refused] of RESTORED) {
  test(`overwritten: ${name}`, () => {
    const overwritten = { rule: lostRule, lostValue, echo: echo(lostRule, "1", "S") };
    const decided = decideOverwritten(overwritten, "S", { recordType, policies: DEFAULT_POLICIES });
    assert.deepEqual(
      {
        reason: decided.reason,
        restored: decided.restore.map(({ to, after, lost }) => `${to}=${after}!${lost}`),
        refused: decided.refusals.map(({ side }) => side),
      },
      { reason: "overwrote-newer-value", restored, refused },
    );
  });
}
