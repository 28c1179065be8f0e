import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, body, outcome, statuses, type Bench, type Json } from "./support";

const EXTERNAL = "/rest/v1/activities/external";
const definition = {
  apiName: "syncLog_c",
  name: "Sync Log",
  triggerName: "Sync Log Happens",
  filterName: "Had Sync Log",
  primaryAttribute: { apiName: "outcome", name: "Outcome", dataType: "string" },
};
const attribute = (apiName: string) => ({ apiName, name: `The ${apiName}`, dataType: "string" });

/** A bench with person 1 and the approved type `syncLog_c` that has a `detail`. */
async function withType(): Promise<Bench> {
  const sandbox = await bench();
  sandbox.marketo.load([{ email: "a@x.org" }]);
  await sandbox.post(`${EXTERNAL}/type.json`, definition);
  await sandbox.post(`${EXTERNAL}/type/syncLog_c/attributes/create.json`, {
    attributes: [attribute("detail")],
  });
  await sandbox.post(`${EXTERNAL}/type/syncLog_c/approve.json`);
  return sandbox;
}

const statusOf = async (sandbox: Bench) =>
  (await sandbox.get(`${EXTERNAL}/types.json`)).result!.map((type) => type["status"]);

test("a type is a draft, then approved, then approved with draft, then gone", async () => {
  const sandbox = await bench();
  const post = (path: string, request?: unknown) =>
    sandbox.post(`${EXTERNAL}/${path}.json`, request);
  const created = body(await post("type", definition));
  const { triggerName, filterName } = definition;
  assert.deepEqual(created, {
    success: true,
    result: [
      {
        id: 100001,
        apiName: "syncLog_c",
        name: "Sync Log",
        description: "",
        triggerName,
        filterName,
        status: "draft",
        createdAt: "2026-03-10T15:00:00Z",
        updatedAt: "2026-03-10T15:00:00Z",
        primaryAttribute: definition.primaryAttribute,
        attributes: [],
      },
    ],
  });
  await post("type/syncLog_c/approve");
  assert.deepEqual(await statusOf(sandbox), ["approved"]);
  await post("type/syncLog_c/attributes/create", { attributes: [attribute("a"), attribute("b")] });
  await post("type/syncLog_c/attributes/update", { attributes: [{ apiName: "a", name: "New A" }] });
  await post("type/syncLog_c/attributes/delete", { attributes: [{ apiName: "b" }] });
  assert.deepEqual(await statusOf(sandbox), ["approved with draft"]);
  const describe = async (draft: boolean) =>
    (await sandbox.get(`${EXTERNAL}/type/syncLog_c/describe.json`, { draft: String(draft) }))
      .result![0]!["attributes"];
  assert.deepEqual(await describe(true), [{ apiName: "a", name: "New A", dataType: "string" }]);
  assert.deepEqual(await describe(false), []);
  await post("type/syncLog_c/discardDraft");
  assert.deepEqual(await statusOf(sandbox), ["approved"]);
  await post("type/syncLog_c", { name: "Renamed" });
  await post("type/syncLog_c/approve");
  const types = (await sandbox.get("/rest/v1/activities/types.json")).result!;
  assert.equal(types.find((type) => type["id"] === 100001)!["name"], "Renamed");
  assert.equal((await post("type/syncLog_c/delete")).result![0]!["status"], "deleted");
  assert.deepEqual(await statusOf(sandbox), []);
});

test("refused types and attributes", async () => {
  const sandbox = await withType();
  const post = async (path: string, request: unknown) =>
    outcome(await sandbox.post(`${EXTERNAL}/${path}.json`, request));
  const { primaryAttribute: _, ...noPrimary } = definition;
  const attributes = Array.from({ length: 20 }, (_, i) => attribute(`x${i}`));
  const cases: [string, unknown, string][] = [
    ["type", definition, "1017 Custom activity type 'syncLog_c' already exists"],
    ["type", noPrimary, "1002 Missing value for the required parameter 'primaryAttribute'"],
    ["type", { ...definition, apiName: "a b" }, "1003 Invalid apiName 'a b'"],
    ["type/nope", { name: "x" }, "1013 Custom activity type 'nope' not found"],
    ["type/syncLog_c/approve", {}, "709 The custom activity type has no draft to approve"],
    [
      "type/syncLog_c/attributes/create",
      { attributes },
      "1028 No more than 20 attributes are allowed",
    ],
    [
      "type/syncLog_c/attributes/delete",
      { attributes: [{ apiName: "outcome" }] },
      "709 The primary attribute cannot be deleted",
    ],
  ];
  for (const [path, request, expected] of cases) assert.equal(await post(path, request), expected);
  assert.deepEqual(await statusOf(sandbox), ["approved"]);
  for (let i = 1; i < 10; i++) {
    assert.equal(await post("type", { ...definition, apiName: `type${i}` }), "success");
  }
  assert.equal(
    await post("type", { ...definition, apiName: "type10" }),
    "1027 No more than 10 custom activity types are allowed",
  );
});

test("activities are added and read back; refusals are named errors", async () => {
  const sandbox = await withType();
  const nextPageToken = await sandbox.tokenNow();
  const good = {
    leadId: 1,
    activityDate: "2026-03-10T15:00:05Z",
    activityTypeId: 100001,
    primaryAttributeValue: "refused",
    attributes: [{ apiName: "detail", value: "too long" }],
  };
  const input: Json[] = [
    good,
    { ...good, attributes: [{ name: "The detail", value: null }] },
    { ...good, leadId: 99 },
    { ...good, activityTypeId: 100002 },
    { ...good, activityDate: "today" },
    { ...good, primaryAttributeValue: "" },
    { ...good, attributes: [{ apiName: "nope", value: 1 }] },
    { ...good, attributes: [{ apiName: "detail", value: "x".repeat(65_537) }] },
  ];
  const reply = await sandbox.post(`${EXTERNAL}.json`, { input });
  assert.deepEqual(statuses(reply), [
    "added",
    "added",
    "skipped 1004",
    "skipped 1013",
    "skipped 704",
    "skipped 1003",
    "skipped 1006",
    "skipped 1049",
  ]);
  assert.deepEqual(reply.result!.slice(0, 3), [
    { id: 1, marketoGUID: "1", status: "added" },
    { id: 2, marketoGUID: "2", status: "added" },
    { status: "skipped", errors: [{ code: "1004", message: "Lead not found" }] },
  ]);
  const rows = await sandbox.get("/rest/v1/activities.json", {
    nextPageToken,
    activityTypeIds: 100001,
  });
  assert.deepEqual(rows.result![0], {
    id: 1,
    marketoGUID: "1",
    leadId: 1,
    activityDate: "2026-03-10T15:00:05Z",
    activityTypeId: 100001,
    primaryAttributeValue: "refused",
    attributes: [{ name: "The detail", value: "too long" }],
  });
});
