import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { MemoryPair } from "../../support/enginePair";
import { lostIn, openLinked, run, titles } from "./meanwhile";

/** Leads are switched off, something happens in Marketo and its feeds are read, and leads are on again. */
async function switchedOff(t: TestContext, act: (pair: MemoryPair, person: number) => void) {
  const linked = await openLinked(t, "lead");
  const { pair, person } = linked;
  const turn = async (enabled: boolean) => {
    pair.config.recordTypes.lead!.enabled = enabled;
    await pair.restart();
  };
  await turn(false);
  await run(pair);
  act(pair, person);
  // The feeds tell of it, and nobody listens.
  for (let n = 0; n < 4; n++) await run(pair, 300_000);
  await turn(true);
  return linked;
}

test("what a person got while its record type was off reaches the row when it is on again", async (t) => {
  const { pair, id, person } = await switchedOff(t, (open, lee) =>
    open.marketo.store.edit(lee, { title: "theirs" }),
  );
  await run(pair);
  assert.deepEqual(titles(pair, { type: "lead", id, person }), ["theirs", "theirs"]);
});

test("a person's news from then is a clash with an edit of the row, and not overwritten", async (t) => {
  const { pair, rows, id, person } = await switchedOff(t, (open, lee) =>
    open.marketo.store.edit(lee, { title: "theirs" }),
  );
  rows.edit("lead", id, { jobtitle: "ours" });
  await run(pair);
  assert.deepEqual(
    [titles(pair, { type: "lead", id, person }), lostIn(pair)],
    [["theirs", "theirs"], ["ours"]],
  );
});

test("a person that was deleted while its record type was off is found, after a word", async (t) => {
  const { pair, id } = await switchedOff(t, (open, lee) => open.marketo.store.remove(lee));
  const stateOf = () => pair.state.linksByDynamicsId("lead", [id]).get(id)?.state;
  const { halted } = await pair.run();
  assert.deepEqual([halted?.reason, stateOf()], ["full-compare", "active"]);
  const { error } = await pair.run({ approved: halted!.planHash });
  assert.deepEqual([error, stateOf(), pair.state.failed()], [null, "marketoDeleted", []]);
  // From now on only a tombstone is a deletion again.
  await run(pair);
  assert.deepEqual([stateOf(), pair.state.failed()], ["marketoDeleted", []]);
});

test("a type that is on again is compared once, and then at rest", async (t) => {
  const { pair } = await switchedOff(t, () => undefined);
  const told = pair.activities().length;
  await run(pair);
  await run(pair, 300_000);
  pair.clock.advance(300_000);
  const { calls } = await pair.run();
  assert.deepEqual([calls, pair.activities().length], [{ dynamics: 2, marketo: 3 }, told]);
});
