import assert from "node:assert/strict";
import { before, after, describe, test } from "node:test";
import type { NewActivity } from "../../src/model/activity";
import type { State } from "../../src/state/state";
import type { ActivityQuery } from "../../src/sync/statePort";
import { openTestState } from "./openTestState";
import { activity, change, guid } from "./samples";

const ROWS: NewActivity[] = [
  activity(1),
  activity(2, {
    cycle: 2,
    outcome: "refused",
    error: { code: "0x80044331", message: "Too 100% long" },
  }),
  activity(3, {
    cycle: 2,
    reason: "clash-dynamics-wins",
    changes: [change({ field: "lastname", before: 'Müller "x"', after: "Maier", lost: "MEIER" })],
  }),
  activity(4, { cycle: 3, outcome: "conflicted", reason: "ambiguous-match", changes: [] }),
  activity(5, {
    cycle: 3,
    changes: [change({ to: "dynamics", field: "age", before: 1, after: 42 })],
  }),
  activity(6, {
    cycle: 3,
    outcome: "skipped",
    dynamicsId: null,
    personId: 77,
    changes: [],
    requestId: "req-9",
  }),
];

/** Newest first unless said otherwise; the ids are those of the rows above. */
const QUERIES: { query: ActivityQuery; ids: number[] }[] = [
  { query: {}, ids: [6, 5, 4, 3, 2, 1] },
  { query: { limit: 2 }, ids: [6, 5] },
  { query: { limit: 2, offset: 3 }, ids: [3, 2] },
  { query: { record: "77" }, ids: [6] },
  { query: { record: "3" }, ids: [3] },
  { query: { record: ` ${guid(3).toUpperCase()} ` }, ids: [3] },
  { query: { record: "'; DROP TABLE activity; --" }, ids: [] },
  { query: { outcomes: ["refused"] }, ids: [2] },
  { query: { outcomes: ["refused", "skipped"] }, ids: [6, 2] },
  { query: { outcomes: [] }, ids: [] },
  { query: { side: "dynamics" }, ids: [5] },
  { query: { side: "marketo" }, ids: [3, 2, 1] },
  { query: { field: "lastname" }, ids: [3] },
  { query: { field: "unknown" }, ids: [] },
  { query: { cycle: 2 }, ids: [3, 2] },
  { query: { conflictsOnly: true }, ids: [4, 3] },
  { query: { conflictsOnly: false, cycle: 3, side: "dynamics" }, ids: [5] },
  { query: { text: "meier" }, ids: [3] },
  { query: { text: "MÜLLER" }, ids: [3] },
  { query: { text: "Müller" }, ids: [3] },
  { query: { text: '"x"' }, ids: [3] },
  { query: { text: "100%" }, ids: [2] },
  { query: { text: "1%0" }, ids: [] },
  { query: { text: "80044331" }, ids: [2] },
  { query: { text: "ambiguous" }, ids: [4] },
  { query: { text: "req-9" }, ids: [6] },
  { query: { text: "42" }, ids: [5] },
  { query: { text: "before" }, ids: [] },
  { query: { text: guid(4).slice(20) }, ids: [4] },
  { query: { text: "maier", cycle: 3 }, ids: [] },
  { query: { sort: { by: "time", descending: false }, limit: 3 }, ids: [1, 2, 3] },
  { query: { sort: { by: "cycle", descending: false } }, ids: [1, 2, 3, 4, 5, 6] },
  { query: { sort: { by: "outcome", descending: false } }, ids: [1, 3, 5, 4, 2, 6] },
  { query: { sort: { by: "record", descending: true } }, ids: [5, 4, 3, 2, 1, 6] },
];

test("activities are filtered, searched, sorted, paged and counted", async (context) => {
  const state = await openTestState(context);
  await state.commit((writer) => ROWS.forEach((row) => writer.addActivity(row)));
  for (const { query, ids } of QUERIES) {
    const found = state.activities(query);
    assert.deepEqual(
      found.map(({ id }) => id),
      ids,
      JSON.stringify(query),
    );
    for (const { id, ...row } of found) assert.deepEqual(row, ROWS[id - 1]);
    const { limit: _limit, offset: _offset, ...all } = query;
    const total = state.activities({ ...all, limit: 100 }).length;
    assert.equal(state.countActivities(query), total, `count of ${JSON.stringify(query)}`);
  }
});

test("a search that meets the names of thousands of fields finds their activities", async (context) => {
  const state = await openTestState(context);
  await state.commit((writer) => {
    for (let number = 0; number < 2000; number += 1)
      writer.addActivity(activity(number, { changes: [change({ field: `Custom_${number}` })] }));
    writer.addActivity(activity(2000));
  });
  assert.equal(state.countActivities({ text: "custom_" }), 2000);
  assert.equal(state.countActivities({ field: "Custom_1999" }), 1);
  assert.equal(state.countActivities({ field: "Custom_" }), 0);
});

const DAY = 86_400_000;

test("old activities leave in portions, and never too many stay", async (context) => {
  let now = Date.UTC(2026, 0, 1);
  const retention = { days: 10, rows: 1000 };
  const state = await openTestState(context, { now: () => now, retention });
  const add = (count: number): Promise<void> =>
    state.commit((writer) => {
      const time = new Date(now).toISOString();
      for (let number = 0; number < count; number += 1)
        writer.addActivity(activity(number, { time, changes: [change({ field: `f${count}` })] }));
    });
  const range = (): [number, number | undefined, number | undefined] => {
    const rows = state.activities({ limit: 5000, sort: { by: "time", descending: false } });
    return [rows.length, rows[0]?.id, rows.at(-1)?.id];
  };
  await add(900);
  assert.deepEqual(range(), [900, 1, 900]);
  await add(300);
  assert.deepEqual(range(), [1000, 201, 1200], "too many: the oldest 200 went");
  now += 11 * DAY;
  await add(10);
  assert.deepEqual(range(), [510, 701, 1210], "too old: one portion of 500 went");
  await state.commit((writer) => writer.putCycle("idle", 1));
  assert.deepEqual(range(), [10, 1201, 1210], "the rest went with the next commit");
  assert.equal(state.countActivities({ field: "f900" }), 0);
  assert.equal(state.countActivities({ field: "f10" }), 10);
  now += 11 * DAY;
  await state.commit((writer) => writer.putCycle("idle", 2));
  assert.deepEqual(range(), [0, undefined, undefined]);
  await add(1);
  assert.deepEqual(range(), [1, 1211, 1211], "ids are never used twice");
});

describe("with 100,000 activities", () => {
  let state: State;
  const cleanups: (() => unknown)[] = [];
  const COUNT = 100_000;
  before(async () => {
    const context = { after: (cleanup: () => unknown) => cleanups.push(cleanup) };
    state = await openTestState(context);
    for (let first = 0; first < COUNT; first += 5000)
      await state.commit((writer) => {
        for (let number = first; number < first + 5000; number += 1)
          writer.addActivity(sampleRow(number));
      });
  });
  after(async () => {
    for (const cleanup of cleanups) await cleanup();
  });

  /** Milliseconds of computing, the best of a few tries, so that a busy machine does not matter. */
  function cost(work: () => void): number {
    const durations = Array.from({ length: 5 }, () => {
      const start = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    return Math.min(...durations);
  }

  const PAGES: ActivityQuery[] = [
    {},
    { offset: 50_000 },
    { sort: { by: "outcome", descending: false } },
    { sort: { by: "record", descending: false } },
    { sort: { by: "cycle", descending: true } },
    { outcomes: ["refused"] },
    { outcomes: ["refused", "failed"] },
    { outcomes: ["applied", "skipped"] },
    { conflictsOnly: true },
    { side: "dynamics" },
    { record: guid(500) },
    { record: "500" },
    { cycle: 77 },
    { field: "rare" },
    { field: "firstname" },
    { text: "Anne" },
  ];

  for (const query of PAGES)
    test(`a page of ${JSON.stringify(query)} costs less than one look at every text`, (context) => {
      const page = cost(() => state.activities({ limit: 100, ...query }));
      const everything = cost(() => state.countActivities({ text: "nowhere" }));
      context.diagnostic(`${page.toFixed(1)} ms of ${everything.toFixed(1)}`);
      assert.ok(page < everything, `${page.toFixed(1)} ms of ${everything.toFixed(1)}`);
    });
});

function sampleRow(number: number): NewActivity {
  const rare = number % 5000 === 0;
  return activity(number, {
    time: new Date(Date.UTC(2026, 0, 1) + number * 10).toISOString(),
    cycle: Math.floor(number / 300),
    outcome: rare ? "refused" : number % 10 === 0 ? "skipped" : "applied",
    changes: [
      change({ to: number % 3 === 0 ? "dynamics" : "marketo" }),
      change({ field: rare ? "rare" : "lastname", ...(rare ? { lost: "x" } : {}) }),
    ],
  });
}
