import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelay } from "../../src/sync/record";
import { openMemoryPair } from "../support/enginePair";

const MINUTE = 60_000;

test("the delay of a passing failure is a minute, twice as long each time, a day at most", () => {
  const minutes = [1, 2, 3, 4, 11, 12, 100].map((attempts) => retryDelay(attempts) / MINUTE);
  assert.deepEqual(minutes, [1, 2, 4, 8, 1024, 1440, 1440]);
});

test("a record that failed is tried again after a growing delay, and at once when it changes", async (t) => {
  const pair = await openMemoryPair();
  t.after(() => pair.close());
  const { store } = pair.dynamics;
  const id = store.create("contact", { lastname: "Ann" });
  await pair.run();
  const { personId } = pair.state.linksByDynamicsId("contact", [id]).get(id)!;
  let isLocked = true;
  const failure = { class: "retry", code: "0x80040265", message: "The row is locked." } as const;
  pair.dynamics.refuse = () => (isLocked ? failure : undefined);
  pair.marketo.store.edit(personId, { title: "Buyer" });
  const attempts = () => pair.state.failed()[0]?.attempts ?? 0;
  const cycleAfter = async (minutes: number) => {
    pair.clock.advance(minutes * MINUTE);
    assert.equal((await pair.run()).error, null);
    return attempts();
  };
  assert.equal(await cycleAfter(5), 1);
  const seen: number[] = [];
  // A cycle a minute: due one minute after the first attempt, two after the second, four after the third.
  for (let minute = 1; minute <= 8; minute++) seen.push(await cycleAfter(1));
  assert.deepEqual(seen, [2, 2, 3, 3, 3, 3, 4, 4]);
  pair.marketo.store.edit(personId, { title: "Boss" });
  assert.equal(await cycleAfter(1), 5, "a change does not wait for the delay");
  isLocked = false;
  store.edit("contact", id, { telephone1: "1" });
  assert.equal(await cycleAfter(1), 0);
  assert.equal(store.value("contact", id, "jobtitle"), "Boss");
});
