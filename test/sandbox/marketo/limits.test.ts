import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, outcome, START, type Bench } from "./support";

const call = (sandbox: Bench) => sandbox.get("/rest/v1/leads/partitions.json").then(outcome);

/** How each of so many calls ended, counted. */
async function tally(sandbox: Bench, times: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const text = await call(sandbox);
    counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
}

test("606: 100 calls in any 20 seconds, for all services together", async () => {
  const sandbox = await bench({ limits: "real" });
  const over = "606 Max rate limit '100' exceeded with in '20' secs";
  assert.deepEqual(await tally(sandbox, 60), { success: 60 });
  sandbox.clock.advance(15_000);
  await sandbox.signIn("two", "s2");
  assert.deepEqual(await tally(sandbox, 42), { success: 40, [over]: 2 });
  sandbox.clock.advance(5_000);
  assert.deepEqual(await tally(sandbox, 61), { success: 60, [over]: 1 });
});

test("607: the daily quota starts anew at midnight in the instance's zone", async () => {
  const sandbox = await bench({ limits: "real" });
  sandbox.marketo.limits.daily = 5;
  assert.deepEqual(await tally(sandbox, 6), { success: 5, "607 Daily quota '5' reached": 1 });
  // 2026-03-10 is in daylight time there: midnight is 05:00 UTC.
  sandbox.clock.advance(Date.parse("2026-03-11T04:59:59Z") - START);
  await sandbox.signIn();
  assert.equal(await call(sandbox), "607 Daily quota '5' reached");
  sandbox.clock.advance(1_000);
  assert.equal(await call(sandbox), "success");
});

test("615: ten calls at a time", async () => {
  const sandbox = await bench({ limits: "real" });
  sandbox.marketo.quirks.latencyMs = 200;
  const all = await Promise.all(Array.from({ length: 12 }, () => call(sandbox)));
  const refused = all.filter((text) => text === "615 Concurrent access limit '10' reached");
  assert.deepEqual([refused.length, all.length], [2, 12]);
  assert.equal(await call(sandbox), "success");
});

test("without limits nothing is refused, yet all is counted", async () => {
  const sandbox = await bench();
  assert.deepEqual(await tally(sandbox, 120), { success: 120 });
  assert.deepEqual(sandbox.marketo.usage().today, {
    date: "2026-03-10",
    total: 120,
    users: [{ userId: "one@example.com", count: 120 }],
  });
});

test("usage and errors by day and user; identity and uncounted codes stay out", async () => {
  const sandbox = await bench({ limits: "real" });
  await call(sandbox);
  await sandbox.get("/rest/v1/lead/5.json");
  await sandbox.fetch("/rest/v1/lists.json", { method: "PUT" });
  sandbox.clock.advance(86_400_000);
  await sandbox.signIn("two", "s2");
  await call(sandbox);
  const two = { userId: "two@example.com" };
  const stats = async (path: string) => (await sandbox.get(`/rest/v1/stats/${path}`)).result;
  assert.deepEqual(await stats("usage.json"), [
    { date: "2026-03-11", total: 1, users: [{ ...two, count: 1 }] },
  ]);
  const week = (await stats("usage/last7days.json"))!;
  assert.equal(week.length, 7);
  assert.deepEqual(week.slice(0, 3), [
    { date: "2026-03-11", total: 2, users: [{ ...two, count: 2 }] },
    { date: "2026-03-10", total: 2, users: [{ userId: "one@example.com", count: 2 }] },
    { date: "2026-03-09", total: 0, users: [] },
  ]);
  assert.deepEqual(await stats("errors.json"), [{ date: "2026-03-11", total: 0, errors: [] }]);
  assert.deepEqual((await stats("errors/last7days.json"))![1], {
    date: "2026-03-10",
    total: 2,
    errors: [
      { errorCode: "1004", count: 1 },
      { errorCode: "605", count: 1 },
    ],
  });
});
