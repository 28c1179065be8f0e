import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { RequestPoll } from "../../../src/engine/requestPoll";

const EVERY_SECONDS = 30;
const PERIOD_MS = EVERY_SECONDS * 1000;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

/** A poll whose looks a test ends by hand. */
function openPoll() {
  const open: (() => void)[] = [];
  const poll = new RequestPoll(EVERY_SECONDS, () => new Promise<void>((end) => open.push(end)));
  return {
    poll,
    /** How many looks have begun so far. */
    looks: () => open.length,
    async endLook(): Promise<void> {
      open.at(-1)!();
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    },
    pass: (ms = PERIOD_MS) => mock.timers.tick(ms),
  };
}

test("looks once a period, counted from the end of the look before, and never two at once", async () => {
  const { poll, looks, endLook, pass } = openPoll();
  pass(PERIOD_MS - 1);
  assert.equal(looks(), 0);
  pass(1);
  assert.equal(looks(), 1);
  pass(3 * PERIOD_MS);
  assert.equal(looks(), 1, "the first look is still under way");
  await endLook();
  pass();
  assert.equal(looks(), 2);
  const stopped = poll.stop();
  await endLook();
  await stopped;
});

test("paused, nothing is looked for; resumed, the pace begins anew", async () => {
  const { poll, looks, endLook, pass } = openPoll();
  pass(PERIOD_MS / 2);
  poll.pause();
  pass(10 * PERIOD_MS);
  assert.equal(looks(), 0);
  poll.resume();
  poll.resume();
  pass(PERIOD_MS - 1);
  assert.equal(looks(), 0);
  pass(1);
  assert.equal(looks(), 1);
  await endLook();
  pass();
  assert.equal(looks(), 2);
  const stopped = poll.stop();
  await endLook();
  await stopped;
});

test("paused in the middle of a look: that one ends, and no further one begins", async () => {
  const { poll, looks, endLook, pass } = openPoll();
  pass();
  poll.pause();
  await endLook();
  pass(10 * PERIOD_MS);
  assert.equal(looks(), 1);
  await poll.stop();
});

test("paused and resumed within one look: one timer goes on, not two", async () => {
  const { poll, looks, endLook, pass } = openPoll();
  pass();
  poll.pause();
  poll.resume();
  pass(10 * PERIOD_MS);
  assert.equal(looks(), 1, "nothing begins beside the look that is under way");
  await endLook();
  pass();
  assert.equal(looks(), 2);
  const stopped = poll.stop();
  await endLook();
  await stopped;
});

test("stopped, it waits for the look that is under way and is over for good", async () => {
  const { poll, looks, endLook, pass } = openPoll();
  pass();
  let isOver = false;
  const stopped = poll.stop().then(() => (isOver = true));
  await Promise.resolve();
  assert.equal(isOver, false);
  await endLook();
  await stopped;
  pass(10 * PERIOD_MS);
  assert.equal(looks(), 1);
});
