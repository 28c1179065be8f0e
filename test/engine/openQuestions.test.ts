import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

let pair: SandboxPair;
afterEach(() => pair.close());

const EMAIL = { email: "ek@web.test" };
const ROW = { lastname: "Ek", emailaddress1: "ek@web.test" };
/** One look at each table, three at Marketo's feeds. */
const IDLE = { dynamics: 2, marketo: 3 };

async function run() {
  pair.clock.advance(300_000);
  const { error, halted, calls, counts } = await pair.run();
  assert.deepEqual([error, halted], [null, null]);
  return { calls, counts };
}

async function cycle() {
  return (await run()).calls;
}

/** Nobody can tell who is who; a linked record besides, so that the feeds are read. */
async function open(persons: number, rows: number) {
  pair = await openSandboxPair();
  const { dynamics, marketo, salesUserId } = pair.sandbox;
  dynamics.create("contact", { lastname: "Ortiz" }, salesUserId);
  const personIds = Array.from({ length: persons }, () => marketo.create(EMAIL));
  const rowIds = Array.from({ length: rows }, () => dynamics.create("contact", ROW, salesUserId));
  await cycle();
  assert.equal(pair.state.failed().length, rows);
  // The feeds' overlap is over, and the question was asked a second time.
  pair.clock.advance(2 * 3_600_000);
  await cycle();
  await cycle();
  return { personIds, rowIds };
}

const linkOf = (id: string) => pair.state.linksByDynamicsId("contact", [id]).get(id)?.personId;

describe("an open question", () => {
  it("costs no call while nothing happens, and is asked again now and then", async () => {
    await open(2, 1);
    assert.deepEqual(await cycle(), IDLE);
    assert.deepEqual(await cycle(), IDLE);
    pair.clock.advance(2 * 3_600_000);
    // Its row is read, and persons are looked for by the id and by the address.
    assert.equal((await cycle()).marketo, 5);
  });

  it("is not asked again because of a row that wants another person, and is no new conflict", async () => {
    await open(2, 1);
    const { dynamics, salesUserId } = pair.sandbox;
    dynamics.create("contact", { lastname: "Lund", emailaddress1: "lund@web.test" }, salesUserId);
    const { calls, counts } = await run();
    // Dynamics: a look for accounts with another name, as once in an hour with news, and the table's description before a
    // row gets a person (R6). Marketo: two searches and a write.
    assert.deepEqual(calls, { dynamics: IDLE.dynamics + 3, marketo: IDLE.marketo + 3 });
    assert.deepEqual([counts.created.marketo, counts.conflicts], [1, 0]);
  });

  for (const [name, persons, rows] of [
    ["two persons and a row", 2, 1],
    ["two rows and a person", 1, 2],
  ] as const) {
    it(`about ${name} is seen together with a new row of that address`, async () => {
      await open(persons, rows);
      const { dynamics, salesUserId } = pair.sandbox;
      const late = dynamics.create("contact", ROW, salesUserId);
      const { counts } = await run();
      // One is new; the others were told before.
      assert.deepEqual([counts.created.marketo, counts.conflicts], [0, 1]);
      assert.deepEqual([linkOf(late), pair.state.failed().length], [undefined, rows + 1]);
    });
  }

  for (const [name, persons, rows, happen] of [
    ["two persons are merged", 2, 1, ({ personIds: [one, two] }) => merge(one!, two!)],
    ["a person is deleted", 2, 1, ({ personIds: [, two] }) => pair.sandbox.marketo.remove(two!)],
    [
      "a person gets another address",
      2,
      1,
      ({ personIds: [, two] }) => pair.sandbox.marketo.edit(two!, { email: "berg@web.test" }),
    ],
    ["the rival row is deleted", 1, 2, ({ rowIds: [, two] }) => removeRow(two!)],
  ] as readonly [string, number, number, (who: Awaited<ReturnType<typeof open>>) => unknown][]) {
    it(`is settled by the next cycle after ${name}`, async () => {
      const who = await open(persons, rows);
      happen(who);
      await cycle();
      assert.deepEqual([linkOf(who.rowIds[0]!), pair.state.failed().length], [who.personIds[0], 0]);
    });
  }
});

function merge(winner: number, loser: number): void {
  pair.sandbox.marketo.merge(winner, [loser]);
}

function removeRow(id: string): void {
  pair.sandbox.dynamics.remove("contact", id, pair.sandbox.salesUserId);
}
