import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../src/engine/explain";
import { withOwnerNames } from "../../src/engine/ownerNames";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

const OWNER = { column: "ownerid", field: "crmTopic", enabled: true } as const;

/** A pair with one contact, whose owner travels to Marketo. */
async function ownedContact(): Promise<SandboxPair & { contact: string }> {
  const pair = await openSandboxPair({
    sandbox: { leads: 0 },
    configure: ({ recordTypes }) => {
      delete recordTypes.lead;
      recordTypes.contact!.fields = [
        { column: "lastname", field: "lastName", direction: "both", enabled: true },
        { ...OWNER, direction: "toMarketo" },
      ];
    },
  });
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
