import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, body, outcome, type Bench, type Json } from "./support";

const FIELDS = "/rest/v1/leads/schema/fields.json";

async function described(sandbox: Bench, name: string): Promise<Json | undefined> {
  const reply = await sandbox.get("/rest/v1/leads/describe.json");
  return reply.result!.find((field) => (field["rest"] as Json)["name"] === name);
}

async function described2(sandbox: Bench): Promise<{ searchable: string[]; fields: Json[] }> {
  const { result } = await sandbox.get("/rest/v1/leads/describe2.json");
  const [object] = result!;
  assert.equal(object!["name"], "API Lead");
  const searchable = (object!["searchableFields"] as string[][]).map(([name]) => name!);
  return { searchable, fields: object!["fields"] as Json[] };
}

test("describe: numeric ids, types, lengths and the writable ones", async () => {
  const sandbox = await bench();
  assert.deepEqual(await described(sandbox, "email"), {
    id: 2,
    displayName: "Email Address",
    dataType: "email",
    length: 255,
    rest: { name: "email", readOnly: false },
    soap: { name: "Email", readOnly: false },
  });
  assert.deepEqual(await described(sandbox, "createdAt"), {
    id: 48,
    displayName: "Created At",
    dataType: "datetime",
    rest: { name: "createdAt", readOnly: true },
    soap: { name: "CreatedAt", readOnly: true },
  });
  assert.equal((await described(sandbox, "homePhone"))!["id"], 1001);
  assert.equal(await described(await bench({ crmFields: false }), "homePhone"), undefined);
});

test("describe2: searchable fields, updateable and crmManaged", async () => {
  const sandbox = await bench();
  const { searchable, fields } = await described2(sandbox);
  assert.deepEqual(
    [
      "email",
      "id",
      "leadPartitionId",
      "crmRecordId",
      "personNotes",
      "homePhone",
      "createdAt",
    ].filter((name) => searchable.includes(name)),
    ["email", "id", "leadPartitionId", "crmRecordId"],
  );
  assert.deepEqual(
    fields.find((field) => field["name"] === "leadScore"),
    {
      name: "leadScore",
      displayName: "Person Score",
      dataType: "score",
      updateable: true,
      crmManaged: false,
    },
  );
  assert.equal(fields.find((field) => field["name"] === "updatedAt")!["updateable"], false);
});

test("a native sync shows its fields, manages them and drops writes to them", async () => {
  const sandbox = await bench();
  assert.equal(await described(sandbox, "microsoftType"), undefined);
  sandbox.marketo.quirks.nativeSync = true;
  assert.equal((await described(sandbox, "microsoftType"))!["displayName"], "Microsoft Type");
  const managed = (await described2(sandbox)).fields.filter((field) => field["crmManaged"]);
  assert.equal(managed.length, 5);
  const id = sandbox.marketo.create({ email: "a@x.org", microsoftType: "Lead" });
  const input = [{ email: "a@x.org", microsoftType: "Contact", city: "Oslo" }];
  assert.equal(outcome(await sandbox.post("/rest/v1/leads.json", { input })), "success");
  const { microsoftType, city } = sandbox.marketo.person(id)!;
  assert.deepEqual([microsoftType, city], ["Lead", "Oslo"]);
});

test("schema fields: one, all in pages, unknown", async () => {
  const sandbox = await bench();
  const one = (await sandbox.get("/rest/v1/leads/schema/fields/crmTopic.json")).result;
  assert.deepEqual(one, [
    {
      displayName: "CRM Topic",
      name: "crmTopic",
      description: null,
      dataType: "string",
      length: 255,
      isHidden: false,
      isHtmlEncodingInEmail: true,
      isSensitive: false,
      isCustom: true,
      isApiCreated: false,
    },
  ]);
  const names: unknown[] = [];
  let query: Record<string, string> = { batchSize: "40" };
  for (let more = true; more;) {
    const page = await sandbox.get(FIELDS, query);
    names.push(...page.result!.map((field) => field["name"]));
    query = { batchSize: "40", nextPageToken: page.nextPageToken ?? "" };
    more = page.moreResult!;
  }
  assert.deepEqual(
    names,
    sandbox.marketo.fields.list().map((field) => field.name),
  );
  assert.equal(
    outcome(await sandbox.get("/rest/v1/leads/schema/fields/nope.json")),
    "1006 Field 'nope' not found",
  );
});

test("create fields over REST, use and update them", async () => {
  const sandbox = await bench({ crmFields: false });
  const input = [
    { name: "crmRecordId", displayName: "CRM Record Id", dataType: "string", description: "guid" },
    { name: "budget", displayName: "Budget", dataType: "currency", isHidden: true },
  ];
  assert.deepEqual(body(await sandbox.post(FIELDS, { input })), {
    success: true,
    result: [
      { name: "crmRecordId", status: "created" },
      { name: "budget", status: "created" },
    ],
  });
  const leads = { lookupField: "crmRecordId", input: [{ crmRecordId: "g-1", budget: "10.5" }] };
  assert.equal(outcome(await sandbox.post("/rest/v1/leads.json", leads)), "success");
  assert.equal(sandbox.marketo.person(1)!["budget"], 10.5);
  const update = (change: Json) =>
    sandbox.post("/rest/v1/leads/schema/fields/budget.json", { input: [change] });
  assert.deepEqual((await update({ displayName: "Money" })).result, [
    { name: "budget", status: "updated" },
  ]);
  assert.equal((await described(sandbox, "budget"))!["displayName"], "Money");
  assert.equal(outcome(await update({ dataType: "string" })), "1003 'dataType' cannot be changed");
});

test("refused fields leave nothing behind", async () => {
  const sandbox = await bench();
  const field = { name: "x1", displayName: "X1", dataType: "string" };
  const cases: [Json, string][] = [
    [{ ...field, name: "" }, "1002 Missing value for the required parameter 'name'"],
    [{ ...field, dataType: "text" }, "1003 Invalid dataType 'text'"],
    [{ ...field, name: "a b" }, "1003 Invalid field name 'a b'"],
    [{ ...field, name: "email" }, "1017 Field 'email' already exists"],
    [{ ...field, name: "ok1" }, "1036 Duplicate object with key 'ok1' found in input"],
  ];
  for (const [bad, expected] of cases) {
    const input = [{ ...field, name: "ok1" }, bad];
    assert.equal(outcome(await sandbox.post(FIELDS, { input })), expected);
  }
  assert.equal(await described(sandbox, "ok1"), undefined);
  const many = Array.from({ length: 101 }, (_, i) => ({ ...field, name: `f${i}` }));
  assert.equal(
    outcome(await sandbox.post(FIELDS, { input: many })),
    "1003 No more than 100 fields can be created by API",
  );
});

test("a new field can lag behind", async () => {
  const sandbox = await bench();
  sandbox.marketo.quirks.displayLag = 60_000;
  const input = [{ name: "late", displayName: "Late", dataType: "string" }];
  await sandbox.post(FIELDS, { input });
  const write = () =>
    sandbox.post("/rest/v1/leads.json", { input: [{ email: "a@x.org", late: "x" }] });
  assert.equal(await described(sandbox, "late"), undefined);
  assert.deepEqual((await write()).result![0]!["reasons"], [
    { code: "1006", message: "Field 'late' not found" },
  ]);
  sandbox.clock.advance(60_000);
  assert.equal((await described(sandbox, "late"))!["displayName"], "Late");
  assert.equal((await write()).result![0]!["status"], "created");
});

test("activity types and the searchable standard ids", async () => {
  const sandbox = await bench();
  const types = (await sandbox.get("/rest/v1/activities/types.json")).result!;
  assert.deepEqual(
    [12, 13, 22, 32, 37, 300].map((id) => types.find((type) => type["id"] === id)!["name"]),
    [
      "New Lead",
      "Change Data Value",
      "Change Score",
      "Merge Leads",
      "Delete Lead",
      "Sync Lead to Microsoft",
    ],
  );
  assert.deepEqual(
    types.find((type) => type["id"] === 300),
    {
      id: 300,
      name: "Sync Lead to Microsoft",
      description: "Person synced to Microsoft",
      primaryAttribute: { name: "Lead ID", dataType: "string" },
      attributes: [
        { name: "Assign To", dataType: "string" },
        { name: "Sync As", dataType: "string" },
      ],
    },
  );
});
