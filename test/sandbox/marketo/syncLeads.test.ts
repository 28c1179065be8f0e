import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, body, outcome, statuses, type Bench, type Json } from "./support";

const LEADS = "/rest/v1/leads.json";
const sync = (sandbox: Bench, input: Json[], options: Json = {}) =>
  sandbox.post(LEADS, { ...options, input });

/** A bench with one person per e-mail: 1 `a`, 2 and 3 `twin`. */
async function people(): Promise<Bench> {
  const sandbox = await bench();
  sandbox.marketo.load([{ email: "a@x.org" }, { email: "twin@x.org" }, { email: "twin@x.org" }]);
  return sandbox;
}

test("results come in input order, each with its id", async () => {
  const sandbox = await people();
  const input = [{ email: "new@x.org" }, { email: "A@X.org" }, { email: "twin@x.org" }];
  assert.deepEqual(body(await sync(sandbox, input)), {
    success: true,
    result: [
      { id: 4, status: "created" },
      { id: 1, status: "updated" },
      {
        status: "skipped",
        reasons: [{ code: "1007", message: "Multiple lead match lookup criteria" }],
      },
    ],
  });
});

const A = { email: "a@x.org" };
const NEW = { email: "new@x.org" };
const TWIN = { email: "twin@x.org" };
const outcomes: [name: string, options: Json, record: Json, expected: string][] = [
  ["createOrUpdate, new", {}, NEW, "created"],
  ["createOrUpdate, known", {}, A, "updated"],
  ["createOrUpdate, two matches", {}, TWIN, "skipped 1007"],
  ["createOnly, new", { action: "createOnly" }, NEW, "created"],
  ["createOnly, known", { action: "createOnly" }, A, "skipped 1005"],
  ["createOnly, two matches", { action: "createOnly" }, TWIN, "skipped 1005"],
  ["updateOnly, known", { action: "updateOnly" }, A, "updated"],
  ["updateOnly, unknown", { action: "updateOnly" }, NEW, "skipped 1004"],
  ["updateOnly, two matches", { action: "updateOnly" }, TWIN, "skipped 1007"],
  ["createDuplicate, known", { action: "createDuplicate" }, A, "created"],
  ["createDuplicate without a key", { action: "createDuplicate" }, { city: "Oslo" }, "created"],
  ["no key", {}, { city: "Oslo" }, "skipped 1003"],
  ["null key", {}, { email: null }, "skipped 1003"],
  ["custom key, new", { lookupField: "crmRecordId" }, { crmRecordId: "g" }, "created"],
  ["custom key missing", { lookupField: "crmRecordId" }, A, "skipped 1003"],
  ["by id", { action: "updateOnly", lookupField: "id" }, { id: 2 }, "updated"],
  ["by id as text", { action: "updateOnly", lookupField: "id" }, { id: "2" }, "updated"],
  ["by unknown id", { action: "updateOnly", lookupField: "id" }, { id: 99 }, "skipped 1004"],
  ["by a bad id", { action: "updateOnly", lookupField: "id" }, { id: "x" }, "skipped 1001"],
  ["id with a create action", {}, { ...A, id: 1 }, "skipped 1003"],
  ["unknown field", {}, { ...A, nope: 1 }, "skipped 1006"],
  ["read-only field", {}, { ...A, createdAt: "2020-01-01T00:00:00Z" }, "skipped 1003"],
  ["unknown company", {}, { ...A, externalCompanyId: "none" }, "skipped 1013"],
  ["unknown sales person", {}, { ...A, externalSalesPersonId: "none" }, "skipped 718"],
  ["default partition", { partitionName: "Default" }, A, "updated"],
];
for (const [name, options, record, expected] of outcomes) {
  test(`record outcome: ${name}`, async () => {
    assert.deepEqual(statuses(await sync(await people(), [record], options)), [expected]);
  });
}

const refusals: [name: string, body: Json, expected: string][] = [
  ["unknown action", { action: "upsert", input: [A] }, "1003 Invalid action 'upsert'"],
  ["unknown key", { lookupField: "nope", input: [A] }, "1006 Lookup field 'nope' not found"],
  [
    "key of a wrong kind",
    { lookupField: "city", input: [A] },
    "1011 Lookup field 'city' not supported",
  ],
  [
    "id as a key of creates",
    { lookupField: "id", input: [{ id: 1 }] },
    "1003 Lookup field 'id' is only allowed with action 'updateOnly'",
  ],
  [
    "unknown partition",
    { partitionName: "EU", input: [A] },
    "1008 Partition 'EU' not found or no permission to access it",
  ],
  [
    "partition with updateOnly",
    { action: "updateOnly", partitionName: "Default", input: [A] },
    "1003 partitionName is only allowed with createOnly and createOrUpdate",
  ],
  ["empty input", { input: [] }, "1003 Input must not be empty"],
  [
    "301 records",
    { input: Array.from({ length: 301 }, () => A) },
    "1003 Number of records in input exceeds the limit of 300",
  ],
];
for (const [name, request, expected] of refusals) {
  test(`call refused: ${name}`, async () => {
    const sandbox = await people();
    assert.equal(outcome(await sandbox.post(LEADS, request)), expected);
    assert.equal(sandbox.marketo.count(), 3);
  });
}

/** Field type, what is sent, what is stored or the code of the refusal. */
const values: [dataType: string, sent: unknown, stored: unknown][] = [
  ["string", "Zoë", "Zoë"],
  ["string", 12, "12"],
  ["string", "x".repeat(256), "skipped 1001"],
  ["string", { a: 1 }, "skipped 1001"],
  ["string", "NULL", "NULL"],
  ["string", null, undefined],
  ["string", "", undefined],
  ["text", "é".repeat(15_000), "é".repeat(15_000)],
  ["text", "é".repeat(15_001), "skipped 1001"],
  ["email", "a+b@x.org", "a+b@x.org"],
  ["email", "zoë@x.org", "skipped 1003"],
  ["email", "no at sign", "skipped 1003"],
  ["phone", "whatever", "whatever"],
  ["url", "https://x.org", "https://x.org"],
  ["integer", 5, 5],
  ["integer", "5", 5],
  ["integer", 5.5, "skipped 1001"],
  ["integer", "9223372036854775808", "skipped 1001"],
  ["score", "-3", -3],
  ["percent", 50, 50],
  ["float", "1.5", 1.5],
  ["currency", 10.25, 10.25],
  ["currency", "ten", "skipped 1001"],
  ["boolean", true, true],
  ["boolean", false, false],
  ["boolean", null, undefined],
  ["boolean", "maybe", "skipped 1001"],
  ["date", "2024-02-29", "2024-02-29"],
  ["date", "2023-02-29", "skipped 1001"],
  ["date", "2024-02-29T00:00:00Z", "skipped 1001"],
  ["datetime", "2024-02-29T10:00:00+02:00", "2024-02-29T08:00:00Z"],
  ["datetime", "2024-02-29T10:00:00.999Z", "2024-02-29T10:00:00Z"],
  ["datetime", "2024-02-29T10:00:00.9999Z", "skipped 1001"],
  ["datetime", "yesterday", "skipped 1001"],
];
test("values by data type", async () => {
  const sandbox = await people();
  for (const type of new Set(values.map(([dataType]) => dataType))) {
    sandbox.marketo.fields.add({ name: `my_${type}`, displayName: type, dataType: type as never });
  }
  for (const [type, sent, stored] of values) {
    const reply = await sync(sandbox, [{ email: "a@x.org", [`my_${type}`]: sent }]);
    const [status] = statuses(reply);
    const got = status === "updated" ? sandbox.marketo.person(1)![`my_${type}`] : status;
    assert.deepEqual(got, stored, `${type} ${String(sent).slice(0, 30)}`);
  }
  assert.deepEqual((await sync(sandbox, [{ ...A, my_integer: "x" }])).result![0]!["reasons"], [
    { code: "1001", message: "Invalid value 'x'. Required of type 'integer'" },
  ]);
});

test("null and empty text clear a field, an absent one stays", async () => {
  const sandbox = await people();
  await sync(sandbox, [{ ...A, city: "Oslo", state: "S", country: "Norway" }]);
  await sync(sandbox, [{ ...A, city: null, state: "" }]);
  const { city, state, country } = sandbox.marketo.person(1)!;
  assert.deepEqual([city, state, country], [undefined, undefined, "Norway"]);
});

test("the last of two records with one key wins, and only the first creates", async () => {
  const sandbox = await people();
  const input = [
    { ...NEW, city: "A" },
    { ...NEW, city: "B" },
  ];
  assert.deepEqual(statuses(await sync(sandbox, input)), ["created", "updated"]);
  assert.equal(sandbox.marketo.person(4)!["city"], "B");
});

test("partitions: a new person goes into the named one, a person of another is skipped", async () => {
  const sandbox = await people();
  sandbox.marketo.addPartition("EU");
  const reply = await sync(sandbox, [A, NEW], { partitionName: "EU" });
  assert.deepEqual(statuses(reply), ["skipped 1010", "created"]);
  assert.equal(sandbox.marketo.person(4)!["leadPartitionId"], 2);
});

test("asyncProcessing does the work and tells no outcome", async () => {
  const sandbox = await people();
  assert.deepEqual(body(await sync(sandbox, [NEW, TWIN], { asyncProcessing: true })), {
    success: true,
    result: [],
  });
  assert.equal(sandbox.marketo.count(), 4);
});

test("long texts and read-only fields follow their switches", async () => {
  const sandbox = await people();
  sandbox.marketo.quirks.longStrings = "truncate";
  sandbox.marketo.quirks.readOnlyFields = "ignore";
  const reply = await sync(sandbox, [
    { ...A, city: "x".repeat(300), createdAt: "2020-01-01T00:00:00Z" },
  ]);
  assert.deepEqual(statuses(reply), ["updated"]);
  const person = sandbox.marketo.person(1)!;
  assert.deepEqual(
    [String(person["city"]).length, person["createdAt"]],
    [255, "2026-03-10T15:00:00Z"],
  );
});

test("push writes the person and the triggerable activity 145", async () => {
  const sandbox = await people();
  const PUSH = "/rest/v1/leads/push.json";
  assert.equal(
    outcome(await sandbox.post(PUSH, { input: [NEW] })),
    "1002 Missing value for the required parameter 'programName'",
  );
  const request = { programName: "Web", source: "site", reason: "signed up", input: [NEW, TWIN] };
  assert.deepEqual(statuses(await sandbox.post(PUSH, request)), ["created", "skipped 1007"]);
  const push = sandbox.marketo.activities(4).find((row) => row["activityTypeId"] === 145)!;
  assert.equal(push["primaryAttributeValue"], "Web");
  assert.deepEqual(push["attributes"], [
    { name: "Source", value: "site" },
    { name: "Reason", value: "signed up" },
  ]);
});
