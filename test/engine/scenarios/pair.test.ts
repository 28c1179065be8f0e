import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryPair, openSandboxPair } from "../../support/enginePair";

test("a new contact reaches Marketo and a change of the person comes back, in memory", async () => {
  const pair = await openMemoryPair();
  try {
    const { store } = pair.dynamics;
    const id = store.create("contact", { lastname: "Ortiz", emailaddress1: "ortiz@contoso.com" });
    const first = await pair.run();
    assert.deepEqual([first.error, first.counts.created], [null, { dynamics: 0, marketo: 1 }]);
    const [person] = pair.marketo.store.persons.keys();
    pair.marketo.store.edit(person!, { title: "Buyer" });
    await pair.run();
    assert.equal(store.value("contact", id, "jobtitle"), "Buyer");
  } finally {
    await pair.close();
  }
});

test("the same over sockets", async () => {
  const pair = await openSandboxPair();
  try {
    const { dynamics, marketo, salesUserId } = pair.sandbox;
    const values = { lastname: "Ortiz", emailaddress1: "ortiz@contoso.com" };
    const id = dynamics.create("contact", values, salesUserId);
    const first = await pair.run();
    assert.deepEqual([first.error, first.counts.created], [null, { dynamics: 0, marketo: 1 }]);
    const [person] = marketo.persons();
    marketo.edit(Number(person!["id"]), { title: "Buyer" });
    pair.clock.advance(1000);
    await pair.run();
    assert.equal(dynamics.row("contact", id)?.["jobtitle"], "Buyer");
  } finally {
    await pair.close();
  }
});
