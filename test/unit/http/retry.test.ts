import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decideRetry,
  parseRetryAfter,
  RETRY_DEFAULTS,
  type FailedAttempt,
  type RetryDecision,
  type RetryOptions,
} from "../../../src/http/retry";

const options: RetryOptions = {
  ...RETRY_DEFAULTS,
  jitter: 0.5,
  codes: {
    "606": { kind: "transient", done: "no", afterMs: 20_000 },
    "604": { kind: "transient", done: "maybe" },
    "611": { kind: "transient", done: "maybe", attempts: 2 },
    "607": { kind: "permanent" },
  },
};

const write = { method: "POST", idempotent: false };
const repeatable = { method: "PATCH", idempotent: true };
const read = { method: "GET", idempotent: false };

const cases: [string, Omit<FailedAttempt, "attempt"> & { attempt?: number }, RetryDecision][] = [
  [
    "429 is repeated after exactly Retry-After, whatever the method",
    { ...write, status: 429, code: "", retryAfterMs: 17_000 },
    { kind: "retry", afterMs: 17_000, reason: "throttled" },
  ],
  [
    "429 without Retry-After backs off",
    { ...write, status: 429, code: "" },
    { kind: "retry", afterMs: 750, reason: "throttled" },
  ],
  [
    "a pause that is too long waits for the next cycle",
    { ...read, status: 429, code: "", retryAfterMs: 3_600_000 },
    { kind: "stop", reason: "pause-too-long", done: "no" },
  ],
  [
    "no connection: nothing was done, so a write is repeated",
    { ...write, status: 0, code: "CS-NETWORK", sent: "no" },
    { kind: "retry", afterMs: 750, reason: "no-answer" },
  ],
  [
    "a lost answer of a write is not repeated",
    { ...write, status: 0, code: "CS-NETWORK", sent: "maybe" },
    { kind: "stop", reason: "maybe-done", done: "maybe" },
  ],
  [
    "no word about sending counts as perhaps sent",
    { ...write, status: 0, code: "CS-TIMEOUT" },
    { kind: "stop", reason: "maybe-done", done: "maybe" },
  ],
  [
    "a lost answer of a harmless write is repeated",
    { ...repeatable, status: 0, code: "CS-NETWORK", sent: "maybe" },
    { kind: "retry", afterMs: 750, reason: "no-answer" },
  ],
  [
    "a gateway error of a read is repeated",
    { ...read, status: 502, code: "" },
    { kind: "retry", afterMs: 750, reason: "transient" },
  ],
  [
    "a gateway error of a write may hide success",
    { ...write, status: 503, code: "" },
    { kind: "stop", reason: "maybe-done", done: "maybe" },
  ],
  [
    "400 is permanent",
    { ...read, status: 400, code: "0x80060888" },
    { kind: "stop", reason: "permanent", done: "no" },
  ],
  [
    "401 is permanent here",
    { ...read, status: 401, code: "" },
    { kind: "stop", reason: "permanent", done: "no" },
  ],
  [
    "500 without a code is permanent",
    { ...read, status: 500, code: "" },
    { kind: "stop", reason: "permanent", done: "no" },
  ],
  [
    "Marketo 606 in an HTTP 200 waits for its window",
    { ...write, status: 200, code: "606" },
    { kind: "retry", afterMs: 20_000, reason: "transient" },
  ],
  [
    "Marketo 604 of a write may have been applied",
    { ...write, status: 200, code: "604" },
    { kind: "stop", reason: "maybe-done", done: "maybe" },
  ],
  [
    "a code with few tries stops early",
    { ...read, status: 200, code: "611", attempt: 2 },
    { kind: "stop", reason: "attempts-used", done: "maybe" },
  ],
  [
    "the daily quota is permanent",
    { ...read, status: 200, code: "607" },
    { kind: "stop", reason: "permanent", done: "no" },
  ],
  [
    "a failure of a hopeless class is not tried again, but may have been carried out",
    { ...read, status: 0, code: "CS-TOO-LARGE", sent: "maybe", permanent: true },
    { kind: "stop", reason: "permanent", done: "maybe" },
  ],
  [
    "the third try waits four times as long",
    { ...read, status: 504, code: "", attempt: 3 },
    { kind: "retry", afterMs: 3_000, reason: "transient" },
  ],
  [
    "the fifth try is the last",
    { ...read, status: 504, code: "", attempt: 5 },
    { kind: "stop", reason: "attempts-used", done: "maybe" },
  ],
];

for (const [name, failed, expected] of cases) {
  test(`decideRetry: ${name}`, () => {
    assert.deepEqual(decideRetry({ attempt: 1, ...failed }, options), expected);
  });
}

test("decideRetry: the wait lies between half and all of the doubled base, and is capped", () => {
  const wait = (attempt: number, jitter: number) => {
    const decision = decideRetry(
      { ...read, status: 502, code: "", attempt },
      { ...options, attempts: 99, jitter },
    );
    return decision.kind === "retry" ? decision.afterMs : undefined;
  };
  assert.deepEqual(
    [wait(1, 0), wait(1, 0.999), wait(2, 0), wait(6, 0.999), wait(50, 0)],
    [500, 1_000, 1_000, 29_985, 15_000],
  );
});

test("parseRetryAfter", () => {
  const now = Date.parse("2026-11-24T08:00:00Z");
  const table: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ["17", 17_000],
    [" 0 ", 0],
    ["1.5", 1_500],
    ["Tue, 24 Nov 2026 08:00:30 GMT", 30_000],
    ["Tue, 24 Nov 2026 07:00:00 GMT", 0],
    ["soon", undefined],
  ];
  assert.deepEqual(
    table.map(([value]) => parseRetryAfter(value, now)),
    table.map(([, expected]) => expected),
  );
});
