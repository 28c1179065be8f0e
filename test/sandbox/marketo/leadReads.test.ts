import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, body, outcome, type Bench } from "./support";

const LEADS = "/rest/v1/leads.json";

async function ids(sandbox: Bench, filterType: string, filterValues: string): Promise<unknown[]> {
  const reply = await sandbox.get(LEADS, { filterType, filterValues, fields: "id" });
  assert.equal(outcome(reply), "success");
  return reply.result!.map((row) => row["id"]);
}

test("by id: the six usual fields, or the asked ones with null for empty", async () => {
  const sandbox = await bench();
  const id = sandbox.marketo.create({ email: "a@x.org", firstName: "Ann", personNotes: "hi" });
  assert.deepEqual(body(await sandbox.get(`/rest/v1/lead/${id}.json`)), {
    success: true,
    result: [
      {
        id,
        email: "a@x.org",
        updatedAt: "2026-03-10T15:00:00Z",
        createdAt: "2026-03-10T15:00:00Z",
        firstName: "Ann",
        lastName: null,
      },
    ],
  });
  const fields = "id,personNotes,city";
  const asked = () => sandbox.get(`/rest/v1/lead/${id}.json`, { fields });
  assert.deepEqual((await asked()).result, [{ id, personNotes: "hi", city: null }]);
  sandbox.marketo.quirks.emptyFields = "absent";
  assert.deepEqual((await asked()).result, [{ id, personNotes: "hi" }]);
});

test("by filter: standard, custom, link and partition filters, without heed of case", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  marketo.fields.add({ name: "customerNo", displayName: "Customer No", dataType: "integer" });
  marketo.fields.add({ name: "secondMail", displayName: "Second Mail", dataType: "email" });
  const a = marketo.create({ email: "Ann@X.org", crmRecordId: "GUID-1", customerNo: 7 });
  const b = marketo.create({ email: "bob@x.org", secondMail: "b2@x.org" });
  const c = marketo.create({ email: "ann@x.org" });
  await sandbox.fetch(`/rest/v1/leads/${b}/associate.json?cookie=id%3A1%26token%3A_mch-x.org-1`, {
    method: "POST",
  });
  const cases: [string, string, number[]][] = [
    ["id", `${c},${a},99`, [a, c]],
    ["email", "ann@x.org", [a, c]],
    ["email", "ANN@x.org,bob@x.org", [a, b, c]],
    ["email", "nobody@x.org", []],
    ["crmRecordId", "guid-1", [a]],
    ["customerNo", "7", [a]],
    ["secondMail", "b2@x.org", [b]],
    ["cookies", "id:1&token:_mch-x.org-1", [b]],
    ["leadPartitionId", "1", [a, b, c]],
    ["twitterId", "x", []],
    ["sfdcLeadId", "x", []],
    ["externalSalesPersonId", "x", []],
  ];
  for (const [type, values, expected] of cases) {
    assert.deepEqual(await ids(sandbox, type, values), expected, `${type} ${values}`);
  }
});

test("an index follows later edits, deletes and merges", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  const a = marketo.create({ email: "a@x.org" });
  const b = marketo.create({ email: "b@x.org" });
  assert.deepEqual(await ids(sandbox, "email", "a@x.org,b@x.org,c@x.org"), [a, b]);
  marketo.edit(a, { email: "c@x.org" });
  assert.deepEqual(await ids(sandbox, "email", "a@x.org"), []);
  assert.deepEqual(await ids(sandbox, "email", "c@x.org"), [a]);
  marketo.merge(a, [b]);
  assert.deepEqual(await ids(sandbox, "email", "b@x.org"), []);
  marketo.remove(a);
  assert.deepEqual(await ids(sandbox, "email", "c@x.org"), []);
});

test("refused reads", async () => {
  const sandbox = await bench();
  const many = Array.from({ length: 301 }, (_, i) => i).join(",");
  const missing = (name: string) => `1002 Missing value for the required parameter '${name}'`;
  const cases: [Record<string, string | number>, string][] = [
    [{ filterValues: "x" }, missing("filterType")],
    [{ filterType: "email" }, missing("filterValues")],
    [{ filterType: "createdAt", filterValues: "x" }, "1011 Lookup field 'createdAt' not supported"],
    [{ filterType: "city", filterValues: "x" }, "1011 Lookup field 'city' not supported"],
    [{ filterType: "nope", filterValues: "x" }, "1006 Lookup field 'nope' not found"],
    [{ filterType: "id", filterValues: "1", fields: "id,nope" }, "1006 Field 'nope' not found"],
    [{ filterType: "id", filterValues: many }, "1003 filterValues exceeds the limit of 300 values"],
    [{ filterType: "id", filterValues: "1", batchSize: "x" }, "1003 Invalid batchSize 'x'"],
    [
      { filterType: "id", filterValues: "1", nextPageToken: "AAAA=" },
      "1003 Invalid nextPageToken 'AAAA='",
    ],
  ];
  for (const [query, expected] of cases) {
    assert.equal(outcome(await sandbox.get(LEADS, query)), expected);
  }
  assert.equal(outcome(await sandbox.get("/rest/v1/lead/x.json")), "1003 Invalid value for 'id'");
});

test("pages of a filter, with opaque tokens that belong to one question", async () => {
  const sandbox = await bench();
  sandbox.marketo.load(Array.from({ length: 700 }, () => ({ email: "shared@x.org" })));
  const query = { filterType: "email", filterValues: "shared@x.org", fields: "id" };
  const first = await sandbox.get(LEADS, query);
  assert.match(first.nextPageToken!, /^[A-Z2-7]+=+$/);
  assert.deepEqual([first.result!.length, first.moreResult], [300, true]);
  const next = { ...query, nextPageToken: first.nextPageToken! };
  const second = await sandbox.get(LEADS, next);
  const third = await sandbox.get(LEADS, { ...query, nextPageToken: second.nextPageToken! });
  assert.deepEqual(
    [third.result!.length, third.moreResult, third.nextPageToken],
    [100, false, undefined],
  );
  const seen = [first, second, third].flatMap((page) => page.result!.map((row) => row["id"]));
  assert.equal(new Set(seen).size, 700);
  assert.equal(
    outcome(await sandbox.get(LEADS, { ...next, filterValues: "other@x.org" })),
    "1003 nextPageToken belongs to another query",
  );
  sandbox.marketo.quirks.pagingTokenLifeMs = 1_000;
  sandbox.clock.advance(2_000);
  assert.equal(outcome(await sandbox.get(LEADS, next)), "1003 Paging token has expired");
});

test("more than 1,000 matches are refused, 1,000 are not", async () => {
  const sandbox = await bench();
  sandbox.marketo.load(Array.from({ length: 1_000 }, () => ({ email: "shared@x.org" })));
  const query = { filterType: "email", filterValues: "shared@x.org" };
  assert.equal(outcome(await sandbox.get(LEADS, query)), "success");
  sandbox.marketo.create({ email: "shared@x.org" });
  assert.equal(outcome(await sandbox.get(LEADS, query)), "1003 Too many results match the filter");
});

test("loaded persons keep id and stamps and write no activities; new ids come after them", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  const stamps = { createdAt: "2020-01-02T03:04:05Z", updatedAt: "2021-01-02T03:04:05Z" };
  marketo.load([{ id: 500, email: "a@x.org", leadScore: 3, dateOfBirth: "1980-02-29", ...stamps }]);
  assert.deepEqual(marketo.person(500), {
    id: 500,
    email: "a@x.org",
    leadScore: 3,
    dateOfBirth: "1980-02-29",
    leadPartitionId: 1,
    ...stamps,
  });
  assert.deepEqual(marketo.activities(500), []);
  assert.equal(marketo.create({}), 501);
  assert.deepEqual(
    [...marketo.persons()].map((person) => person["id"]),
    [500, 501],
  );
  assert.throws(() => marketo.load([{ nope: 1 }]), /There is no person field nope; add it first\./);
  marketo.reset();
  assert.equal(marketo.count(), 0);
});
