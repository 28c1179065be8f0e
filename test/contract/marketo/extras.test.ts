import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PERMISSIONS } from "../../../src/connectors/marketo/features";
import { calls, keyed, newPerson, range, tally, withWorld } from "./support";

const TYPE = {
  apiName: "contactSync_c",
  name: "Contact Sync",
  triggerName: "Is Synced",
  filterName: "Was Synced",
  description: "What the sync did to this person.",
  primaryAttribute: { apiName: "outcome", name: "Outcome", dataType: "string" },
  attributes: [{ apiName: "reason", name: "Reason", dataType: "string" }],
} as const;

describe("Marketo extras", () => {
  it(
    "permissions: names exactly what the role lacks, and changes nothing",
    withWorld(async ({ port, sandbox, count }) => {
      assert.deepEqual(await port.missingPermissions(PERMISSIONS), []);
      const lacking = ["Read-Write Lead", "Read-Write Activity", "Read-Write Schema Custom Field"];
      for (const name of lacking) sandbox.permissions.revoke("client", name);
      assert.deepEqual(await port.missingPermissions(PERMISSIONS), lacking);
      for (const name of PERMISSIONS) sandbox.permissions.revoke("client", name);
      assert.deepEqual(await port.missingPermissions(PERMISSIONS), PERMISSIONS);
      assert.equal(count(), 0);
    }),
  );

  it(
    "fields: created, told when they exist, each for itself",
    withWorld(async ({ port }) => {
      const spec = (name: string) =>
        ({ name, displayName: `The ${name}`, type: "string" }) as const;
      assert.deepEqual(await port.createFields([spec("crmOne"), spec("crmTwo")]), [
        { kind: "created", name: "crmOne" },
        { kind: "created", name: "crmTwo" },
      ]);
      const again = await port.createFields([spec("crmThree"), spec("crmOne"), spec("1bad")]);
      assert.deepEqual(
        again.map((result) => (result.kind === "created" ? "created" : result.failure.class)),
        ["created", "exists", "refused"],
      );
      const names = (await port.describe()).map(({ name }) => name);
      assert.deepEqual(
        ["crmOne", "crmTwo", "crmThree"].map((name) => names.includes(name)),
        [true, true, true],
      );
    }),
  );

  it(
    "custom activities: type made, approved, rows added, each with its outcome",
    withWorld(async ({ port, hands, sandbox, now }) => {
      const id = hands.create({ firstName: "Ann" });
      assert.equal(await port.findActivityType(TYPE.apiName), null);
      await port.createActivityType(TYPE);
      assert.equal((await port.findActivityType(TYPE.apiName))?.approved, false);
      await port.approveActivityType(TYPE.apiName);
      const type = await port.findActivityType("CONTACTSYNC_C");
      assert.deepEqual([type?.approved, type?.attributes], [true, ["reason"]]);
      const row = (personId: number, reason: string) => ({
        personId,
        at: now(),
        typeId: type!.id,
        primaryValue: "refused",
        attributes: { reason },
      });
      const rows = [row(id, "Too long"), row(999, "x"), row(id, "x".repeat(70_000))];
      assert.deepEqual(tally(await port.addActivities(rows)), {
        written: 1,
        "gone 1004": 1,
        "refused 1049": 1,
      });
      assert.deepEqual(
        sandbox.activities(id).filter(({ activityTypeId }) => activityTypeId === type!.id).length,
        1,
      );
    }),
  );

  it(
    "custom activities: 650 rows are three calls; a lost answer is not repeated",
    withWorld(async (world) => {
      const { port, hands, now, kernel } = world;
      const id = hands.create({ firstName: "Ann" });
      await port.createActivityType(TYPE);
      await port.approveActivityType(TYPE.apiName);
      const typeId = (await port.findActivityType(TYPE.apiName))!.id;
      const row = { personId: id, at: now(), typeId, primaryValue: "applied", attributes: {} };
      kernel.log.reset();
      kernel.faults.add({
        server: "marketo",
        path: "external\\.json",
        action: { kind: "resetAfterCommit" },
      });
      const results = await port.addActivities(range(650).map(() => row));
      assert.deepEqual([results.length, calls(world).length], [650, 3]);
      const added = world.sandbox.activities(id).filter((one) => one["activityTypeId"] === typeId);
      assert.equal(added.length, 650);
      const { unknown = 0, written = 0 } = tally(results);
      assert.ok(unknown > 0 && unknown + written === 650);
    }),
  );

  it(
    "lists: members page by page, added and removed, each with its outcome",
    withWorld(async ({ port, hands, sandbox }) => {
      const list = sandbox.createList("Sync test");
      const ids = range(310).map((n) => hands.create({ firstName: `P${n}` }));
      assert.deepEqual(tally(await port.addToList(list, [...ids, 9_999])), {
        written: 310,
        "gone 1004": 1,
      });
      const query = { listId: list, fields: ["firstName"] };
      const first = await port.listMembers({ ...query, page: null });
      const second = await port.listMembers({ ...query, page: first.nextPage });
      assert.deepEqual(
        [first.persons.length, second.persons.length, second.nextPage],
        [300, 10, null],
      );
      assert.deepEqual(first.persons[0], { id: ids[0], values: { firstName: "P0" } });
      assert.deepEqual(tally(await port.removeFromList(list, [ids[0]!])), { written: 1 });
      assert.deepEqual(tally(await port.removeFromList(list, [ids[0]!])), { "gone 1015": 1 });
    }),
  );

  it(
    "deletion, partitions, usage",
    withWorld(async ({ port, sandbox, count }) => {
      sandbox.addPartition("Europe");
      const results = await port.write([newPerson(1), newPerson(2)], keyed);
      const ids = results.map((result) => Number(result.kind === "written" && result.id));
      assert.deepEqual(tally(await port.deletePersons([ids[0]!, 999])), {
        written: 1,
        "gone 1004": 1,
      });
      assert.deepEqual(
        (await port.partitions()).map(({ name }) => name),
        ["Default", "Europe"],
      );
      assert.deepEqual([count(), await port.usage()], [1, { usedToday: port.calls - 1 }]);
    }),
  );
});
