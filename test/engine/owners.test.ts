import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../src/engine/explain";
import { withOwnerNames } from "../../src/engine/ownerNames";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

const failures = ({ state }: SandboxPair) =>
  state.failed().map(({ dynamicsId, outcome, side, code }) => [dynamicsId, outcome, side, code]);

/** A pair of contacts, whose owners travel in this direction. */
function openOwnerPair(direction: "toMarketo" | "both"): Promise<SandboxPair> {
  return openSandboxPair({
    sandbox: { leads: 0 },
    configure: ({ recordTypes }) => {
      delete recordTypes.lead;
      recordTypes.contact!.fields = [
        { column: "lastname", field: "lastName", direction: "both", enabled: true },
        { column: "ownerid", field: "crmTopic", direction, enabled: true },
      ];
    },
  });
}

/** A pair with one contact, whose owner travels to Marketo. */
async function ownedContact(): Promise<SandboxPair & { contact: string }> {
  const pair = await openOwnerPair("toMarketo");
  const { dynamics, salesUserId } = pair.sandbox;
  const contact = dynamics.create("contact", { lastname: "Ann" }, salesUserId);
  return Object.assign(pair, { contact });
}

/** The owner column of the newest activity as people read it. */
function shownOwner({ state }: SandboxPair) {
  const [newest] = withOwnerNames(state, state.activities({ limit: 1 }));
  const change = newest?.changes.find(({ field }) => field === "ownerid");
  return change && [change.before, change.after];
}

test("owners are held by id and shown by name, also a disabled one, for one call and none at rest", async () => {
  const pair = await ownedContact();
  try {
    const { dynamics, salesUserId } = pair.sandbox;
    const other = dynamics.users.add({ name: "Olga Other" });
    assert.equal((await pair.run()).error, null);
    const fullName = String(dynamics.row("systemuser", salesUserId)!["fullname"]);
    const sales = `${fullName} (${salesUserId})`;
    assert.deepEqual(shownOwner(pair), [null, sales]);

    dynamics.edit("contact", pair.contact, { ownerid: other }, salesUserId);
    dynamics.users.setDisabled(other, true);
    pair.clock.advance(300_000);
    const { calls } = await pair.run();
    assert.deepEqual(shownOwner(pair), [sales, `Olga Other (${other})`]);
    assert.deepEqual(calls, { dynamics: 2, marketo: 4 }, "one call for the new name");

    const { context } = await pair.engine.prepare();
    const asked = { recordType: "contact", dynamicsId: pair.contact, field: "ownerid" } as const;
    const { current, history } = await explain(context, asked);
    const olga = `Olga Other (${other})`;
    assert.deepEqual([current, history[0]?.after], [{ dynamics: olga, marketo: olga }, olga]);
    const raw = pair.state.activities({ limit: 1 })[0]?.changes[0]?.after;
    assert.equal(raw, other, "what is stored stays the id");

    pair.clock.advance(15 * 60_000);
    await pair.run();
    pair.clock.advance(15 * 60_000);
    assert.deepEqual((await pair.run()).calls, { dynamics: 1, marketo: 3 });
  } finally {
    await pair.close();
  }
});

test("a change to a disabled owner fails for that record alone: its owner stays, and the next choice counts", async () => {
  const pair = await openOwnerPair("both");
  try {
    const { dynamics, marketo, salesUserId } = pair.sandbox;
    const gone = dynamics.users.add({ name: "Gus Gone" });
    dynamics.users.setDisabled(gone, true);
    const other = dynamics.users.add({ name: "Olga Other" });
    const ids = ["Ann", "Bob"].map((lastname) =>
      dynamics.create("contact", { lastname }, salesUserId),
    );
    assert.equal((await pair.run()).error, null);
    const [ann, bob] = ids as [string, string];
    const personOf = (id: string) =>
      pair.state.linksByDynamicsId("contact", [id]).get(id)!.personId;
    const ownerOf = (id: string) => dynamics.row("contact", id)!["_ownerid_value"];
    marketo.edit(personOf(ann), { crmTopic: gone });
    marketo.edit(personOf(bob), { crmTopic: other });
    pair.clock.advance(900_000);
    const { counts } = await pair.run();
    assert.deepEqual([counts.failed, counts.updated.dynamics], [1, 1]);
    assert.deepEqual([ownerOf(ann), ownerOf(bob)], [salesUserId, other]);
    assert.deepEqual(failures(pair), [[ann, "failed", "dynamics", "0x80040225"]]);

    marketo.edit(personOf(ann), { crmTopic: other });
    pair.clock.advance(900_000);
    assert.equal((await pair.run()).counts.updated.dynamics, 1);
    assert.deepEqual([ownerOf(ann), failures(pair)], [other, []]);
  } finally {
    await pair.close();
  }
});
