import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, outcome, statuses } from "./support";

test("a marketer's edits write rows whose source is not the web service", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  marketo.load([{ id: 1, email: "a@x.org" }]);
  marketo.edit(1, { city: "Oslo" });
  marketo.setField(1, "state", "Viken");
  marketo.setRequest(1);
  const list = marketo.createList("L");
  marketo.addToList(list, [1, 1]);
  marketo.removeFromList(list, [1, 1]);
  const user = { name: "Source", value: "User action" };
  assert.deepEqual(
    marketo
      .activities(1)
      .map((row) => [
        row["activityTypeId"],
        row["primaryAttributeValue"],
        (row["attributes"] as unknown[]).at(-1),
      ]),
    [
      [13, "City", user],
      [13, "State", user],
      [13, "Sync to Dynamics", user],
      [24, "L", user],
      [25, "L", user],
    ],
  );
  assert.equal(marketo.person(1)!["syncToDynamics"], true);
});

test("a hand that reaches for what is not there gets one clear sentence", async () => {
  const { marketo } = await bench();
  const cases: [() => void, RegExp][] = [
    [() => marketo.edit(9, { city: "x" }), /^Error: There is no person 9\.$/],
    [() => marketo.remove(9), /^Error: There is no person 9\.$/],
    [() => marketo.merge(9, [1]), /^Error: There is no person 9\.$/],
    [() => marketo.create({ nope: 1 }), /^Error: There is no person field nope; add it first\.$/],
    [
      () => marketo.create({ leadScore: "x" }),
      /^Error: The field leadScore cannot be loaded: Invalid/,
    ],
    [() => marketo.addToList(9, [1]), /^Error: There is no list 9\.$/],
    [() => marketo.editCompany("C", {}), /^Error: There is no company C\.$/],
    [() => marketo.fields.block("nope"), /^Error: There is no person field nope; add it first\.$/],
    [() => marketo.permissions.revoke("nope", "x"), /^Error: There is no Marketo client nope\.$/],
    [
      () => marketo.fields.add({ name: "city", displayName: "City", dataType: "string" }),
      /^Error: The field city exists already; choose another name\.$/,
    ],
  ];
  for (const [act, message] of cases) assert.throws(act, (error) => message.test(String(error)));
  assert.equal(marketo.count(), 0);
});

test("an admin's changes to fields reach the API", async () => {
  const sandbox = await bench();
  const { fields } = sandbox.marketo;
  const write = async (values: Record<string, unknown>) =>
    statuses(
      await sandbox.post("/rest/v1/leads.json", { input: [{ email: "a@x.org", ...values }] }),
    );
  fields.setLength("city", 3);
  assert.deepEqual(await write({ city: "Oslo" }), ["skipped 1001"]);
  fields.setReadOnly("crmTopic");
  assert.deepEqual(await write({ crmTopic: "x" }), ["skipped 1003"]);
  fields.remove("crmStatus");
  assert.deepEqual(await write({ crmStatus: "x" }), ["skipped 1006"]);
  assert.deepEqual(await write({ city: "Ulm", phone: "1" }), ["created"]);
  const nextPageToken = await sandbox.tokenNow();
  fields.rename("city", "Town");
  await write({ city: "Bie" });
  const rows = await sandbox.get("/rest/v1/activities.json", {
    nextPageToken,
    activityTypeIds: 13,
  });
  assert.deepEqual(
    rows.result!.map((row) => row["primaryAttributeValue"]),
    ["Town"],
  );
});

test("reset empties the instance and gives it its defaults back; the same seed gives the same ids", async () => {
  const sandbox = await bench();
  const first = await sandbox.signIn();
  const exportId = async () =>
    (
      await sandbox.post("/bulk/v1/leads/export/create.json", {
        fields: ["id"],
        filter: { createdAt: { startAt: "2026-03-10T00:00:00Z", endAt: "2026-03-10T01:00:00Z" } },
      })
    ).result![0]!["exportId"];
  const id = await exportId();
  sandbox.marketo.create({});
  sandbox.marketo.createList("L");
  sandbox.marketo.quirks.emptyPages = 5;
  sandbox.marketo.quirks.tokenLifeMs = 10;
  sandbox.marketo.limits.daily = 1;
  sandbox.marketo.fields.remove("crmStatus");
  sandbox.marketo.reset();
  assert.equal(outcome(await sandbox.get("/rest/v1/lists.json")), "601 Access token invalid");
  assert.equal(await sandbox.signIn(), first);
  assert.equal(await exportId(), id);
  const { quirks, limits, fields } = sandbox.marketo;
  assert.deepEqual(
    [sandbox.marketo.count(), quirks.emptyPages, quirks.tokenLifeMs, limits.daily],
    [0, 0, 3_600_000, 50_000],
  );
  assert.ok(fields.list().some((field) => field.name === "crmStatus"));
  assert.deepEqual((await sandbox.get("/rest/v1/lists.json")).result, []);
});

test("the memory of the feeds and the life of tokens can be set", async () => {
  const sandbox = await bench();
  const { marketo, clock } = sandbox;
  const nextPageToken = await sandbox.tokenNow();
  marketo.quirks.activityDays = 2;
  marketo.quirks.deletedLeadsDays = 1;
  marketo.load([{ id: 1 }, { id: 2 }]);
  marketo.edit(1, { city: "Oslo" });
  marketo.remove(2);
  const count = async (path: string, query: Record<string, string> = {}) =>
    (await sandbox.get(`/rest/v1/activities/${path}.json`, { nextPageToken, ...query })).result!
      .length;
  const both = async () => {
    await sandbox.signIn();
    return [await count("leadchanges", { fields: "city" }), await count("deletedleads")];
  };
  assert.deepEqual(await both(), [1, 1]);
  clock.advance(86_401_000);
  assert.deepEqual(await both(), [1, 0]);
  clock.advance(86_400_000);
  assert.deepEqual(await both(), [0, 0]);
  marketo.quirks.tokenLifeMs = 60_000;
  clock.advance(3_600_000);
  await sandbox.signIn();
  clock.advance(60_000);
  assert.equal(outcome(await sandbox.get("/rest/v1/lists.json")), "602 Access token expired");
});
