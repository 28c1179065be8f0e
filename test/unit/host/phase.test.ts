import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeOf } from "../../../src/host/pairs/notice";
import {
  advance,
  lookAgainIn,
  nextStep,
  phaseAfter,
  type Phase,
  type Step,
} from "../../../src/host/pairs/phase";
import { summaryOf } from "./samples";

const NOW = Date.parse("2026-03-02T10:00:00.000Z");
const INTERVAL = 300_000;
const waiting = (nextAt: number) => ({ kind: "waiting", nextAt, problem: null }) as const;
const problem = { code: "CS-NETWORK", message: "No answer." };

const steps: readonly [why: string, phase: Phase, automatic: boolean, step: Step][] = [
  ["not due yet", waiting(NOW + 1), true, "nothing"],
  ["due to the millisecond", waiting(NOW), true, "run"],
  ["long overdue after a sleep", waiting(NOW - 9_000_000), true, "run"],
  ["due, but only by command", waiting(NOW), false, "nothing"],
  ["the clock was set back by more than the interval", waiting(NOW + INTERVAL + 1), true, "run"],
  ["exactly one interval ahead", waiting(NOW + INTERVAL), true, "nothing"],
  ["another window runs it", { kind: "reader", owner: "x" }, true, "takeOver"],
  ["looking on goes on without the timer", { kind: "reader", owner: "x" }, false, "takeOver"],
  ["opening", { kind: "opening" }, true, "nothing"],
  ["paused", { kind: "paused" }, true, "nothing"],
  ["sign-in trouble waits for a human", { kind: "signIn", problem }, true, "nothing"],
  ["broken waits for a human", { kind: "broken", problem }, true, "nothing"],
  [
    "a halt waits for a human",
    { kind: "halted", halt: { reason: "first-sync", limit: 0, planned: 3, planHash: "h" } },
    true,
    "nothing",
  ],
  [
    "never two at once",
    {
      kind: "running",
      run: { cycle: 1, startedAt: NOW, stage: "reading", done: 0, total: null },
    },
    true,
    "nothing",
  ],
];

for (const [why, phase, automatic, step] of steps) {
  test(`the timer, ${why}: ${step}`, () => {
    assert.equal(nextStep(phase, { now: NOW, intervalMs: INTERVAL, automatic }), step);
  });
}

const ended = "2026-03-02T10:00:00.000Z";
const halted = { reason: "too-many-creates", limit: 10, planned: 20, planHash: "h" } as const;
const failed = (code: string, kind: "retry" | "signIn" | "configuration" | "canceled") => ({
  code,
  message: "Why.",
  class: kind,
});

const ends: readonly [string, Parameters<typeof summaryOf>[0], Phase][] = [
  ["a good cycle", {}, waiting(NOW + INTERVAL)],
  ["a halt", { halted }, { kind: "halted", halt: halted }],
  [
    "a network failure",
    { error: failed("CS-NETWORK", "retry") },
    { kind: "waiting", nextAt: NOW + INTERVAL, problem: { code: "CS-NETWORK", message: "Why." } },
  ],
  ["the user's cancel", { error: failed("CS-CANCELED", "canceled") }, waiting(NOW + INTERVAL)],
  [
    "a refused sign-in",
    { error: failed("AADSTS7000215", "signIn") },
    { kind: "signIn", problem: { code: "AADSTS7000215", message: "Why." } },
  ],
  [
    "another organization",
    { error: failed("CS-ORG-CHANGED", "configuration") },
    { kind: "broken", problem: { code: "CS-ORG-CHANGED", message: "Why." } },
  ],
  [
    "a damaged state",
    { error: failed("CS-STATE-DAMAGED", "configuration") },
    { kind: "broken", problem: { code: "CS-STATE-DAMAGED", message: "Why." } },
  ],
  [
    "a replaced writer, who opens again",
    { error: failed("CS-STATE-FENCED", "configuration") },
    {
      kind: "waiting",
      nextAt: NOW + INTERVAL,
      problem: { code: "CS-STATE-FENCED", message: "Why." },
    },
  ],
];

for (const [what, summary, phase] of ends) {
  test(`after ${what} the pair is ${phase.kind}`, () => {
    assert.deepEqual(phaseAfter(summaryOf({ endedAt: ended, ...summary }), INTERVAL), phase);
  });
}

test("the timer looks again when the next pair is due, within its bounds", () => {
  const bounds = { least: 200, most: 5000 };
  assert.equal(lookAgainIn([waiting(NOW + 1200), waiting(NOW + 900)], NOW, bounds), 900);
  assert.equal(lookAgainIn([waiting(NOW + 60_000)], NOW, bounds), 5000);
  assert.equal(lookAgainIn([waiting(NOW + 1)], NOW, bounds), 200);
  assert.equal(lookAgainIn([waiting(NOW - 60_000), { kind: "paused" }], NOW, bounds), 5000);
  assert.equal(lookAgainIn([], NOW, bounds), 5000);
});

test("progress moves a running cycle on, other events leave it", () => {
  const run = { cycle: 3, startedAt: NOW, stage: "opening", done: 0, total: null } as const;
  const moved = advance(run, { type: "progress", pair: "p", stage: "writing", done: 4, total: 9 });
  assert.deepEqual(moved, { cycle: 3, startedAt: NOW, stage: "writing", done: 4, total: 9 });
  assert.equal(advance(run, { type: "logged", pair: "p", count: 3 }), run);
});

test("a notice names pair, reason and numbers; quiet phases have none", () => {
  assert.deepEqual(noticeOf("Contoso", { kind: "halted", halt: halted }), {
    key: "halted too-many-creates",
    kind: "halted",
    text: "Contoso: The plan creates more records than the limit allows. (20 planned, limit 10) Nothing was written.",
  });
  assert.equal(noticeOf("Contoso", { kind: "signIn", problem })?.key, "signIn CS-NETWORK");
  const changed = { code: "CS-ORG-CHANGED", message: "Another one answers." };
  assert.equal(noticeOf("Contoso", { kind: "broken", problem: changed })?.kind, "orgChanged");
  assert.equal(noticeOf("Contoso", { kind: "broken", problem })?.kind, "broken");
  assert.equal(noticeOf("Contoso", { ...waiting(NOW), problem })?.kind, "failed");
  assert.equal(noticeOf("Contoso", waiting(NOW)), null);
  assert.equal(noticeOf("Contoso", { kind: "paused" }), null);
});
