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
