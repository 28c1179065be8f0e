import assert from "node:assert/strict";
import { test } from "node:test";
import { CallError } from "../../../src/model/failure";
import { createLimiter, type CallLedger } from "../../../src/http/limiter";
import { createFakeTiming } from "./fakeTiming";

function memoryLedger(): CallLedger {
  const days = new Map<number, number>();
  return {
    used: (day) => days.get(day) ?? 0,
    add: (day, calls) => days.set(day, (days.get(day) ?? 0) + calls),
  };
}

const code = (error: unknown) => (error instanceof CallError ? error.failure.code : String(error));

test("never more calls in any window than allowed, and none is late", async () => {
  const timing = createFakeTiming();
  const limiter = createLimiter({ calls: 3, windowMs: 20_000, concurrent: 10, timing });
  const starts: number[] = [];
  for (let i = 0; i < 8; i++) void limiter.run(async () => void starts.push(timing.now()));
  await timing.advance(60_000);
  assert.deepEqual(starts, [0, 0, 0, 20_000, 20_000, 20_000, 40_000, 40_000]);
});

test("a long call fills its place until a window after its end", async () => {
  const timing = createFakeTiming();
  const limiter = createLimiter({ calls: 1, windowMs: 20_000, concurrent: 5, timing });
  const starts: number[] = [];
  const call = async () => {
    starts.push(timing.now());
    await timing.sleep(5_000);
  };
  void limiter.run(call);
  void limiter.run(call);
  await timing.advance(60_000);
  assert.deepEqual(starts, [0, 25_000]);
});

test("never more at once than allowed", async () => {
  const timing = createFakeTiming();
  const limiter = createLimiter({ calls: 100, windowMs: 20_000, concurrent: 2, timing });
  let running = 0;
  let most = 0;
  const all = Array.from({ length: 7 }, () =>
    limiter.run(async () => {
      most = Math.max(most, ++running);
      await timing.sleep(1_000);
      running--;
    }),
  );
  await timing.advance(4_000);
  await Promise.all(all);
  assert.deepEqual({ most, now: timing.now() }, { most: 2, now: 4_000 });
});

test("an urgent call goes before those that wait", async () => {
  const timing = createFakeTiming();
  const limiter = createLimiter({ calls: 1, windowMs: 1_000, concurrent: 1, timing });
  const order: string[] = [];
  const named = (name: string) => async () => void order.push(name);
  void limiter.run(named("first"));
  void limiter.run(named("cycle"));
  void limiter.run(named("command"), { urgent: true });
  await timing.advance(5_000);
  assert.deepEqual(order, ["first", "command", "cycle"]);
});

test("an aborted wait leaves the queue and calls nothing", async () => {
  const timing = createFakeTiming();
  const limiter = createLimiter({ calls: 1, windowMs: 1_000, concurrent: 1, timing });
  const order: string[] = [];
  const stop = new AbortController();
  void limiter.run(async () => void order.push("first"));
  const dropped = limiter.run(async () => void order.push("dropped"), { signal: stop.signal });
  void limiter.run(async () => void order.push("last"));
  stop.abort();
  await assert.rejects(dropped, (error) => code(error) === "CS-CANCELED");
  await timing.advance(5_000);
  assert.deepEqual(order, ["first", "last"]);
});

test("a failed call frees its place and tells its own error", async () => {
  const timing = createFakeTiming();
  const limiter = createLimiter({ calls: 10, windowMs: 1_000, concurrent: 1, timing });
  await assert.rejects(
    limiter.run(() => Promise.reject(new Error("boom"))),
    /boom/,
  );
  assert.equal(await limiter.run(async () => "next"), "next");
});

test("the daily cap refuses further calls until the day is over", async () => {
  const timing = createFakeTiming();
  const ledger = memoryLedger();
  const limiter = createLimiter({
    calls: 100,
    windowMs: 1_000,
    concurrent: 5,
    timing,
    daily: { cap: 2, ledger, dayOf: (now) => Math.floor(now / 86_400_000) },
  });
  const results: string[] = [];
  const call = () =>
    limiter
      .run(async () => "made")
      .then(
        (made) => void results.push(made),
        (error) => void results.push(code(error)),
      );
  await call();
  await call();
  await call();
  await timing.advance(86_400_000);
  await call();
  assert.deepEqual(
    { results, used: [ledger.used(0), ledger.used(1)] },
    { results: ["made", "made", "CS-DAILY-CAP", "made"], used: [2, 1] },
  );
});

test("a pause holds back every call, also those that come later", async () => {
  const timing = createFakeTiming();
  const limiter = createLimiter({ calls: 100, windowMs: 1_000, concurrent: 5, timing });
  const starts: number[] = [];
  limiter.pause(20_000);
  void limiter.run(async () => void starts.push(timing.now()));
  await timing.advance(10_000);
  limiter.pause(15_000);
  void limiter.run(async () => void starts.push(timing.now()), { urgent: true });
  await timing.advance(30_000);
  assert.deepEqual(starts, [25_000, 25_000]);
});
