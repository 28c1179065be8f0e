import assert from "node:assert/strict";
import { test } from "node:test";
import { openSandboxPair } from "../../support/enginePair";

test("R6: a column that column security begins to hide empties no person, not even one", async () => {
  const pair = await openSandboxPair({ sandbox: { contacts: 5, leadTable: false } });
  try {
    const { dynamics, marketo, applicationUserId, salesUserId } = pair.sandbox;
    const [row] = [...dynamics.rows("contact", ["contactid"])];
    const id = String(row?.["contactid"]);
    dynamics.edit("contact", id, { jobtitle: "Seen", department: "One" }, salesUserId);
    await pair.run();
    const person = () => [...marketo.persons()].find((one) => one["crmRecordId"] === id);
    assert.equal(person()?.["title"], "Seen");

    dynamics.model.setColumn("contact", "jobtitle", { secured: true });
    dynamics.users.setColumnRights(applicationUserId, "contact.jobtitle", {});
    dynamics.edit("contact", id, { jobtitle: "Secret", lastname: "Renamed" }, salesUserId);
    pair.clock.advance(300_000);
    const hidden = await pair.run();
    assert.deepEqual([hidden.error, hidden.halted], [null, null]);
    assert.deepEqual([person()?.["title"], person()?.["lastName"]], ["Seen", "Renamed"]);
    const warnings = pair.events.filter((event) => event.type === "warning");
    assert.ok(warnings.some((event) => /jobtitle/.test(JSON.stringify(event))));

    dynamics.model.setColumn("contact", "jobtitle", { secured: false });
    pair.clock.advance(13 * 3_600_000);
    await pair.run();
    assert.equal(person()?.["title"], "Secret");
  } finally {
    await pair.close();
  }
});

test("R6: a value that column security has begun to hide is not replaced at a first contact", async () => {
  const pair = await openSandboxPair({ sandbox: { leadTable: false } });
  try {
    const { dynamics, marketo, applicationUserId, salesUserId } = pair.sandbox;
    const cycle = async () => {
      pair.clock.advance(300_000);
      const { error, halted } = await pair.run();
      assert.deepEqual([error, halted], [null, null]);
    };
    await cycle();
    dynamics.model.setColumn("contact", "jobtitle", { secured: true });
    const rights = { canRead: false, canCreate: true, canUpdate: true };
    dynamics.users.setColumnRights(applicationUserId, "contact.jobtitle", rights);
    const id = dynamics.create(
      "contact",
      { lastname: "Ek", emailaddress1: "ek@web.test", jobtitle: "Secret" },
      salesUserId,
    );
    const personId = marketo.create({ email: "ek@web.test", title: "Seen" });
    await cycle();
    const titles = () => [
      dynamics.row("contact", id)?.["jobtitle"],
      marketo.person(personId)?.["title"],
    ];
    assert.equal(pair.state.linksByPersonId([personId]).get(personId)?.dynamicsId, id);
    assert.deepEqual(titles(), ["Secret", "Seen"]);

    dynamics.model.setColumn("contact", "jobtitle", { secured: false });
    pair.clock.advance(13 * 3_600_000);
    await cycle();
    assert.deepEqual(titles(), ["Secret", "Secret"]);
  } finally {
    await pair.close();
  }
});

for (const [name, rivals] of [
  ["gets a person of its own", 0],
  ["is linked to the person that has its address", 1],
] as const) {
  test(`R6: a row that comes while a column is hidden, and ${name}, is compared when the column is back`, async () => {
    const pair = await openSandboxPair({ sandbox: { leadTable: false } });
    try {
      const { dynamics, marketo, applicationUserId, salesUserId } = pair.sandbox;
      const cycle = async (minutes = 5) => {
        pair.clock.advance(minutes * 60_000);
        const { error, halted, calls } = await pair.run();
        assert.deepEqual([error, halted], [null, null]);
        return calls;
      };
      dynamics.create("contact", { lastname: "Ortiz" }, salesUserId);
      await cycle();
      // The descriptions of the pair are from before; nobody tells it.
      dynamics.model.setColumn("contact", "jobtitle", { secured: true });
      dynamics.users.setColumnRights(applicationUserId, "contact.jobtitle", {});
      const values = { lastname: "Ek", emailaddress1: "ek@web.test", jobtitle: "Secret" };
      const id = dynamics.create("contact", values, salesUserId);
      for (let n = 0; n < rivals; n++) marketo.create({ email: "ek@web.test" });
      await cycle();
      const person = () => [...marketo.persons()].find((one) => one["crmRecordId"] === id);
      assert.equal(person()?.["title"] ?? null, null);
      // Shown again before the descriptions are read next; nobody touches the row.
      dynamics.model.setColumn("contact", "jobtitle", { secured: false });
      await cycle();
      await cycle(13 * 60);
      await cycle();
      assert.equal(person()?.["title"], "Secret");
      const conflicts = pair.activities().filter(({ outcome }) => outcome === "conflicted");
      assert.deepEqual(conflicts, []);
      await cycle();
      assert.deepEqual(await cycle(), { dynamics: 1, marketo: 3 });
    } finally {
      await pair.close();
    }
  });
}
