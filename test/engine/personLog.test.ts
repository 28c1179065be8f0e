import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { createPersonLogType, PERSON_LOG_TYPE } from "../../src/engine/personLog";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

let pair: SandboxPair;
afterEach(() => pair.close());

async function open(options: { type?: boolean } = {}): Promise<void> {
  pair = await openSandboxPair({
    configure: (config) => {
      config.marketo.activityLog = true;
      config.marketo.request = { listId: 1001, pollSeconds: 30, syncAs: "contact" };
    },
  });
  pair.sandbox.marketo.createList("Sync to CRM");
  if (options.type ?? true) {
    assert.equal(
      await createPersonLogType(pair.engine.connectors.marketo),
      PERSON_LOG_TYPE.apiName,
    );
  }
  assert.equal((await pair.run()).error, null);
}

/** The outcomes on a person, oldest first: what was told, and which attributes. */
function outcomes(id: number): Record<string, unknown>[] {
  return pair.sandbox.marketo
    .activities(id)
    .filter((row) => Number(row["activityTypeId"]) > 100_000)
    .map((row) => ({
      outcome: row["primaryAttributeValue"],
      ...Object.fromEntries(
        (row["attributes"] as { name: string; value: unknown }[]).map(({ name, value }) => [
          name,
          value,
        ]),
      ),
    }));
}

async function askFor(values: Record<string, unknown>): Promise<number> {
  const id = pair.sandbox.marketo.create(values);
  pair.sandbox.marketo.addToList(1001, [id]);
  await pair.engine.pollRequests();
  return id;
}

describe("the person's activity log", () => {
  it("tells a creation, a refusal and a conflict on the person", async () => {
    await open();
    const made = await askFor({ email: "ek@web.test", lastName: "Ek", title: "Buyer" });
    const refused = await askFor({ email: "berg@web.test", lastName: "x".repeat(51) });
    const [row] = [...pair.sandbox.dynamics.rows("contact")];
    const id = String(row?.["contactid"]);
    pair.clock.advance(300_000);
    await pair.run();
    const { dynamics, marketo, salesUserId } = pair.sandbox;
    dynamics.edit("contact", id, { jobtitle: "Chief Buyer" }, salesUserId);
    marketo.edit(made, { title: "Head of Buying" });
    pair.clock.advance(300_000);
    await pair.run();
    assert.deepEqual(
      outcomes(made).map(({ outcome, Record, Reason, Fields }) => [
        outcome,
        Record,
        Reason,
        Fields,
      ]),
      [
        [
          "Created in Dynamics",
          `contact ${id}`,
          "requested-by-marketo",
          "lastname, emailaddress1, jobtitle",
        ],
        ["Conflict", `contact ${id}`, "clash-dynamics-wins", "jobtitle"],
      ],
    );
    assert.match(
      String(outcomes(made)[1]?.["Message"]),
      /jobtitle: "Chief Buyer" stays, "Head of Buying" was lost/,
    );
    const [no] = outcomes(refused);
    assert.deepEqual([no?.["outcome"], no?.["Reason"]], ["Refused", "does-not-fit"]);
    assert.match(String(no?.["Message"]), /lastname/);
  });

  it("cuts a message that is too long for the API, and says so", async () => {
    await open();
    const id = await askFor({ email: "ek@web.test", lastName: "Ek" });
    pair.clock.advance(300_000);
    await pair.run();
    const { dynamics, marketo, salesUserId } = pair.sandbox;
    const [row] = [...dynamics.rows("contact")];
    dynamics.model.setColumn("contact", "description", { maxLength: 10_000 });
    pair.engine.forgetSchema();
    const long = "x".repeat(5000);
    const values = { description: `D${long}` };
    dynamics.edit("contact", String(row?.["contactid"]), values, salesUserId);
    marketo.edit(id, { personNotes: `M${long}` });
    pair.clock.advance(300_000);
    await pair.run();
    const conflict = outcomes(id).find(({ outcome }) => outcome === "Conflict");
    const message = String(conflict?.["Message"]);
    assert.deepEqual([message.length, message.at(-1)], [8000, "…"]);
    assert.deepEqual(
      [conflict?.["Fields"], conflict?.["Reason"]],
      ["description", "clash-dynamics-wins"],
    );
    // Our own log keeps both values whole.
    const [change] = pair.activities().at(-1)!.changes;
    assert.deepEqual([change?.after, change?.lost], [`D${long}`, `M${long}`]);
  });

  it("tells each outcome once, also after a restart, and costs an idle cycle nothing", async () => {
    await open();
    const id = await askFor({ email: "ek@web.test", lastName: "Ek" });
    await pair.restart();
    pair.clock.advance(300_000);
    await pair.run();
    await pair.engine.pollRequests();
    pair.clock.advance(300_000);
    const idle = await pair.run();
    assert.equal(outcomes(id).length, 1);
    assert.deepEqual(idle.calls, { dynamics: 2, marketo: 3 });
  });

  it("writes no row twice when the answer is lost", async () => {
    await open();
    pair.sandbox.faults.add({
      server: "marketo",
      path: "activities/external\\.json",
      times: 1,
      action: { kind: "resetAfterCommit" },
    });
    const id = await askFor({ email: "ek@web.test", lastName: "Ek" });
    pair.clock.advance(300_000);
    await pair.run();
    assert.equal(outcomes(id).length, 1);
  });

  it("writes the rows later when Marketo refuses the call for now", async () => {
    await open();
    pair.sandbox.faults.add({
      server: "marketo",
      path: "activities/external\\.json",
      times: 1,
      action: {
        kind: "respond",
        status: 200,
        body: JSON.stringify({
          requestId: "1",
          success: false,
          errors: [{ code: "607", message: "Daily quota '50000' reached" }],
        }),
      },
    });
    const id = await askFor({ email: "ek@web.test", lastName: "Ek" });
    assert.equal(outcomes(id).length, 0);
    pair.clock.advance(25 * 3_600_000);
    await pair.run();
    assert.equal(outcomes(id).length, 1);
  });

  for (const [name, prepare] of [
    ["without the permission", () => revoke("Read-Write Activity")],
    ["without the type", () => undefined],
  ] as const) {
    it(`works ${name}: the sync goes on, and one warning tells what is lost`, async () => {
      await open({ type: name !== "without the type" });
      prepare();
      await askFor({ email: "ek@web.test", lastName: "Ek" });
      await askFor({ email: "berg@web.test", lastName: "Berg" });
      pair.clock.advance(300_000);
      const cycle = await pair.run();
      assert.equal(cycle.error, null);
      assert.equal(pair.state.countLinks("contact"), 2);
      const warnings = pair.events.filter(
        (event) => event.type === "warning" && /activity log/.test(event.message),
      );
      assert.equal(warnings.length, 1);
    });
  }

  it("sends hundreds of outcomes in few calls, within the API's limits", async () => {
    await open();
    const { marketo } = pair.sandbox;
    const ids = Array.from({ length: 350 }, (_, n) =>
      marketo.create({ email: `p${n}@web.test`, lastName: `P${n}` }),
    );
    marketo.addToList(1001, ids);
    await pair.engine.pollRequests();
    pair.sandbox.log.reset();
    await pair.run();
    assert.equal(pair.sandbox.log.counts()["marketo POST /rest/v1/activities/external.json"], 2);
    assert.equal(ids.filter((id) => outcomes(id).length === 1).length, 350);
  });
});

function revoke(permission: string): void {
  pair.sandbox.marketo.permissions.revoke(pair.sandbox.ready.marketo.clientId, permission);
}
