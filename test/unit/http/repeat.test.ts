import assert from "node:assert/strict";
import { test } from "node:test";
import { CallError, type Failure } from "../../../src/model/failure";
import { createPauseGate } from "../../../src/http/pause";
import { GivenUpError, repeat, type Try } from "../../../src/http/repeat";
import { RETRY_DEFAULTS } from "../../../src/http/retry";
import { createFakeTiming } from "./fakeTiming";

const throttled = (retryAfterMs: number): Try<string> => ({
  kind: "problem",
  status: 429,
  code: "0x80072322",
  failure: { class: "retry", code: "0x80072322", message: "slow down", retryAfterMs },
});

test("repeat: waits as told, tells of the wait, and ends with the result", async () => {
  const timing = createFakeTiming();
  const waits: [string, number][] = [];
  const tries = [throttled(3_000), throttled(5_000), { kind: "done", result: "row" } as const];
  const starts: number[] = [];
  const result = repeat(
    {
      timing,
      random: () => 0,
      retry: { ...RETRY_DEFAULTS, codes: {} },
      onWait: (failure, ms) => waits.push([failure.code, ms]),
    },
    { method: "POST", idempotent: false },
    async () => {
      starts.push(timing.now());
      const next = tries.shift();
      assert.ok(next);
      return next;
    },
  );
  await timing.advance(10_000);
  assert.deepEqual(
    { result: await result, starts, waits },
    {
      result: "row",
      starts: [0, 3_000, 8_000],
      waits: [
        ["0x80072322", 3_000],
        ["0x80072322", 5_000],
      ],
    },
  );
});

test("repeat: a stop throws the last failure as it is", async () => {
  const failure: Failure = { class: "refused", code: "0x80044331", message: "too long" };
  await assert.rejects(
    repeat(
      { timing: createFakeTiming(), random: () => 0, retry: { ...RETRY_DEFAULTS, codes: {} } },
      { method: "GET", idempotent: true },
      async () => ({ kind: "problem", status: 400, code: failure.code, failure }),
    ),
    (error) => error instanceof GivenUpError && error.failure === failure && error.done === "no",
  );
});

test("repeat: an abort ends the wait", async () => {
  const stop = new AbortController();
  const timing = createFakeTiming();
  const result = repeat(
    { timing, random: () => 0, retry: { ...RETRY_DEFAULTS, codes: {} }, signal: stop.signal },
    { method: "GET", idempotent: true },
    async () => throttled(60_000),
  );
  const rejected = assert.rejects(
    result,
    (error) => error instanceof CallError && error.failure.class === "canceled",
  );
  await timing.advance(1_000);
  stop.abort();
  await rejected;
});

test("pause gate: the longest pause counts, and a pause set during the wait too", async () => {
  const timing = createFakeTiming();
  const gate = createPauseGate(timing);
  const passed: number[] = [];
  const worker = async () => {
    await gate.pass();
    passed.push(timing.now());
  };
  await worker();
  gate.pause(17_000);
  gate.pause(2_000);
  void worker();
  await timing.advance(16_000);
  gate.pause(4_000);
  await timing.advance(10_000);
  assert.deepEqual(passed, [0, 20_000]);
});
