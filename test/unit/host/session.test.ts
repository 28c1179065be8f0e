import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { EngineRequest } from "../../../src/host/engine/client";
import { rememberedSchema } from "../../../src/host/pairs/rememberedSchema";
import { PairSession } from "../../../src/host/pairs/session";
import type { CycleSummary } from "../../../src/model/activity";
import type { PairSchema } from "../../../src/protocol/engine";
import type { OpenResult } from "../../../src/protocol/engineContract";
import { RpcError } from "../../../src/protocol/rpc";
import { configOf, mappedOf, schemaOf, summaryOf } from "./samples";

const NOW = Date.parse("2026-03-02T12:00:00.000Z");
const INTERVAL = 300_000;

interface FakeEngine {
  calls: string[];
  opened: OpenResult | Error;
  past: CycleSummary[];
  next: CycleSummary | Error;
  takeOver: OpenResult;
  status: null | Error;
}

function sessionOn(
  change: Partial<FakeEngine> = {},
  isPaused = false,
  config = configOf(),
  remembered: PairSchema | null = null,
) {
  const fake: FakeEngine = {
    calls: [],
    opened: { kind: "writer" },
    past: [],
    next: summaryOf({ endedAt: new Date(NOW).toISOString() }),
    takeOver: { kind: "writer" },
    status: null,
    ...change,
  };
  const answers: Record<string, () => unknown> = {
    open: () => fake.opened,
    takeOver: () => fake.takeOver,
    startAnew: () => ({ aside: "/state/aside", opened: { kind: "writer" } }),
    runCycle: () => fake.next,
    status: () => fake.status,
    cycles: () => fake.past,
    activities: () => [],
    failed: () => [],
    close: () => null,
    cancelCycle: () => null,
    describe: () => schemaOf(),
  };
  const request = (async (type: string) => {
    fake.calls.push(type);
    const answer = answers[type]?.();
    if (answer instanceof Error) throw answer;
    return answer;
  }) as EngineRequest;
  let paused = isPaused;
  const kept: PairSchema[] = [];
  const session = new PairSession(config, {
    request,
    stateFolder: "/state",
    owner: "this window",
    now: () => NOW,
    paused: { get: () => paused, set: (value) => (paused = value) },
    remembered: { get: async () => remembered, set: async (schema) => void kept.push(schema) },
    onError: (error) => assert.fail(String(error)),
  });
  return { session, fake, kept };
}

const halted = { reason: "first-sync", limit: 0, planned: 3, planHash: "h" } as const;

const openings: readonly [string, Partial<FakeEngine>, boolean, object][] = [
  ["a fresh pair is due at once", {}, false, { kind: "waiting", nextAt: NOW, problem: null }],
  [
    "a known pair goes on from the end of its last cycle",
    { past: [summaryOf({ endedAt: new Date(NOW - 1000).toISOString() })] },
    false,
    { kind: "waiting", nextAt: NOW - 1000 + INTERVAL, problem: null },
  ],
  [
    "a halt is still a halt after a restart",
    { past: [summaryOf({ halted })] },
    false,
    { kind: "halted", halt: halted },
  ],
  [
    "old sign-in trouble is tried again",
    { past: [summaryOf({ error: { code: "x", message: "y", class: "signIn" } })] },
    false,
    { kind: "waiting", nextAt: NOW, problem: null },
  ],
  ["a pause lasts over restarts", {}, true, { kind: "paused" }],
  [
    "another window's pair is read only",
    { opened: { kind: "reader", owner: "the other", version: 1 } },
    false,
    { kind: "reader", owner: "the other" },
  ],
  [
    "a state that cannot be opened",
    { opened: new RpcError({ code: "CS-STATE-NEWER", message: "Too new." }) },
    false,
    { kind: "broken", problem: { code: "CS-STATE-NEWER", message: "Too new." } },
  ],
];

for (const [title, fake, isPaused, phase] of openings) {
  test(`opening: ${title}`, async () => {
    const { session } = sessionOn(fake, isPaused);
    await session.open();
    assert.deepEqual(session.phase, phase);
  });
}

const runs: readonly [string, CycleSummary | Error, object][] = [
  [
    "counts the interval from the end",
    summaryOf({ endedAt: new Date(NOW).toISOString() }),
    { kind: "waiting", nextAt: NOW + INTERVAL, problem: null },
  ],
  ["stops on a halt", summaryOf({ halted }), { kind: "halted", halt: halted }],
  [
    "stops when nobody is signed in",
    new RpcError({ code: "SIGN-IN no_account_found", message: "Sign in." }),
    { kind: "signIn", problem: { code: "no_account_found", message: "Sign in." } },
  ],
  [
    "goes on after an unexpected failure",
    new RpcError({ code: "CS-UNEXPECTED", message: "Oh." }),
    {
      kind: "waiting",
      nextAt: NOW + INTERVAL,
      problem: { code: "CS-UNEXPECTED", message: "Oh." },
    },
  ],
];

for (const [title, next, phase] of runs) {
  test(`a cycle ${title}`, async () => {
    const { session } = sessionOn({ next });
    await session.open();
    await session.step(NOW, true);
    assert.deepEqual(session.phase, phase);
  });
}

test("two looks of the timer start one cycle", async () => {
  const { session, fake } = sessionOn();
  await session.open();
  await Promise.all([session.step(NOW, true), session.step(NOW, true)]);
  assert.equal(fake.calls.filter((call) => call === "runCycle").length, 1);
});

test("a cycle that is asked for while the pair is being opened runs after that", async () => {
  const { session, fake } = sessionOn();
  const run = session.run(null);
  await session.open();
  await run;
  const order = fake.calls.filter((call) => call === "open" || call === "runCycle");
  assert.deepEqual(order, ["open", "runCycle"]);
});

test("while a pair is reopened the trees go on saying what it did", async () => {
  const { session: before } = sessionOn({}, true);
  await before.open();
  const { session } = sessionOn();
  session.inherit(before);
  assert.deepEqual([session.phase.kind, session.shownPhase.kind], ["opening", "paused"]);
  await session.open();
  assert.equal(session.shownPhase, session.phase);
});

test("a running cycle is asked about once at a time, and again after the answer or its failure", async () => {
  const { session, fake } = sessionOn();
  await session.open();
  session.onEvent({ type: "started", pair: "contoso", cycle: 1, at: new Date(NOW).toISOString() });
  const asked = () => fake.calls.filter((call) => call === "status").length;
  const before = asked();
  await Promise.all([session.watch(), session.watch(), session.watch()]);
  assert.equal(asked(), before + 1);
  fake.status = new Error("Busy.");
  await assert.rejects(session.watch());
  fake.status = null;
  await session.watch();
  assert.equal(asked(), before + 3);
});

test("a pause during a cycle counts from its end", async () => {
  const { session } = sessionOn();
  await session.open();
  session.onEvent({ type: "started", pair: "contoso", cycle: 1, at: new Date(NOW).toISOString() });
  session.pause();
  assert.equal(session.phase.kind, "running");
  await session.run(null);
  assert.deepEqual(session.phase, { kind: "paused" });
  session.resume();
  assert.deepEqual(session.phase, { kind: "waiting", nextAt: NOW, problem: null });
});

test("a reader takes over when the other window is gone", async () => {
  const { session, fake } = sessionOn({
    opened: { kind: "reader", owner: "the other", version: 1 },
    takeOver: { kind: "reader", owner: "the other", version: 2 },
  });
  await session.open();
  assert.equal(session.version, 1);
  await session.step(NOW, true);
  assert.equal(session.version, 2);
  assert.deepEqual(session.phase, { kind: "reader", owner: "the other" });
  fake.takeOver = { kind: "writer" };
  await session.step(NOW, true);
  assert.deepEqual(session.phase, { kind: "waiting", nextAt: NOW, problem: null });
});

test("a pair that stopped for another organization starts anew with an empty past, and is due at once", async () => {
  const error = { code: "CS-ORG-CHANGED", message: "Why.", class: "configuration" } as const;
  const { session, fake } = sessionOn({ next: summaryOf({ error }), past: [summaryOf({ error })] });
  await session.open();
  await session.step(NOW, true);
  assert.equal(session.phase.kind, "broken");
  fake.past = [];
  assert.equal(await session.startAnew(), "/state/aside");
  assert.deepEqual(session.phase, { kind: "waiting", nextAt: NOW, problem: null });
  assert.deepEqual(session.known.cycles, []);
});

test("a closed session tells nothing any more", async () => {
  const { session } = sessionOn();
  await session.open();
  let told = 0;
  session.changed.listen(() => told++);
  await session.close();
  session.pause();
  await session.run(null);
  assert.equal(told, 0);
});

test("a reopened pair shows what is known of it, with the switches of its new settings", async () => {
  const { session: before } = sessionOn({ past: [summaryOf()] });
  await before.open();
  before.schema = schemaOf();
  const config = configOf();
  const fields = [
    { column: "jobtitle", field: "title", direction: "both" as const, enabled: false },
  ];
  config.recordTypes.contact = { ...config.recordTypes.contact!, fields };
  const { session, fake } = sessionOn({ past: [summaryOf()] }, false, config);
  session.inherit(before);
  assert.equal(session.phase.kind, "opening");
  assert.deepEqual(session.known.cycles, [summaryOf()]);
  assert.deepEqual(session.schema?.maps, {
    contact: [mappedOf("jobtitle", { field: "title", enabled: false })],
  });
  await session.open();
  assert.ok(fake.calls.includes("describe"), "what was inherited is described anew");
});

test("what is being described is not asked for twice", async () => {
  const { session, fake } = sessionOn();
  await session.open();
  await Promise.all([session.describe(), session.describe()]);
  assert.deepEqual(
    fake.calls.filter((call) => call === "describe"),
    ["describe"],
  );
});

const owners: readonly OpenResult[] = [
  { kind: "writer" },
  { kind: "reader", owner: "the other", version: 1 },
];
for (const opened of owners) {
  test(`a ${opened.kind} shows the remembered fields at once, without a call`, async () => {
    const { session, fake } = sessionOn({ opened }, false, configOf(), schemaOf());
    await session.open();
    assert.deepEqual(session.schema, schemaOf());
    assert.deepEqual([session.isDescribed, fake.calls.includes("describe")], [false, false]);
  });
}

test("what is described is remembered", async () => {
  const { session, kept } = sessionOn();
  await session.open();
  await session.describe();
  assert.deepEqual([session.isDescribed, kept], [true, [schemaOf()]]);
});

test("fields are remembered for exactly the settings that they were described for", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-schemas-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "schemas", "contoso.json");
  assert.equal(await rememberedSchema(file, configOf()).get(), null);
  await rememberedSchema(file, configOf()).set(schemaOf());
  const found = await rememberedSchema(file, configOf()).get();
  assert.equal(JSON.stringify(found), JSON.stringify(schemaOf()));
  assert.equal(await rememberedSchema(file, configOf({ environment: "production" })).get(), null);
  writeFileSync(file, '{"config": ');
  assert.equal(await rememberedSchema(file, configOf()).get(), null);
});
