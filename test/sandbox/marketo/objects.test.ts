import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, body, outcome, statuses, type Bench, type Json } from "./support";

const COMPANIES = "/rest/v1/companies.json";
const SALES = "/rest/v1/salespersons.json";
const LEADS = "/rest/v1/leads.json";

const sync = (sandbox: Bench, path: string, input: Json[], options: Json = {}) =>
  sandbox.post(path, { ...options, input });

test("companies: upsert by key and by id, with seq", async () => {
  const sandbox = await bench();
  const input = [{ externalCompanyId: "C1", company: "Acme" }, { externalCompanyId: "C2" }];
  assert.deepEqual(body(await sync(sandbox, COMPANIES, input)), {
    success: true,
    result: [
      { seq: 0, id: 1, status: "created" },
      { seq: 1, id: 2, status: "created" },
    ],
  });
  const cases: [Json, Json, string][] = [
    [{}, { externalCompanyId: "c1", company: "Acme 2" }, "updated"],
    [{ action: "createOnly" }, { externalCompanyId: "C1" }, "skipped 1017"],
    [{ action: "updateOnly" }, { externalCompanyId: "C9" }, "skipped 1013"],
    [{ dedupeBy: "idField" }, { id: 1, company: "Acme 3" }, "updated"],
    [{ dedupeBy: "idField" }, { id: 9 }, "skipped 1013"],
    [{ dedupeBy: "idField" }, { id: 1, externalCompanyId: "C7" }, "skipped 1003"],
    [{}, { company: "No key" }, "skipped 1003"],
    [{}, { externalCompanyId: "C1", nope: 1 }, "skipped 1006"],
    [{}, { externalCompanyId: "C1", annualRevenue: "lots" }, "skipped 1001"],
    [{}, { externalCompanyId: "C".repeat(101) }, "skipped 1001"],
  ];
  for (const [options, record, expected] of cases) {
    assert.deepEqual(statuses(await sync(sandbox, COMPANIES, [record], options)), [expected]);
  }
  const query = { filterType: "company", filterValues: "acme 3", fields: "id,externalCompanyId" };
  assert.deepEqual((await sandbox.get(COMPANIES, query)).result, [
    { seq: 0, id: 1, externalCompanyId: "C1" },
  ]);
  const byKey = { filterType: "dedupeFields", filterValues: "c2,c1", fields: "company" };
  assert.deepEqual((await sandbox.get(COMPANIES, byKey)).result, [
    { seq: 0, company: "Acme 3" },
    { seq: 1, company: null },
  ]);
});

test("refused object calls", async () => {
  const sandbox = await bench();
  const one = { externalCompanyId: "C1" };
  const cases: [Json[], Json, string][] = [
    [[one, { externalCompanyId: "c1" }], {}, "1036 Duplicate object with key 'c1' found in input"],
    [[one], { action: "createDuplicate" }, "1003 Invalid action 'createDuplicate'"],
    [[one], { dedupeBy: "name" }, "1003 Invalid dedupeBy 'name'"],
    [
      [{ id: 1 }],
      { dedupeBy: "idField", action: "createOnly" },
      "1003 dedupeBy 'idField' is not allowed with action 'createOnly'",
    ],
  ];
  for (const [input, options, expected] of cases) {
    assert.equal(outcome(await sync(sandbox, COMPANIES, input, options)), expected);
  }
  const get = await sandbox.get(COMPANIES, { filterType: "industry", filterValues: "x" });
  assert.equal(outcome(get), "1011 Lookup field 'industry' not supported");
});

test("under a native sync objects can be read, not written", async () => {
  const sandbox = await bench();
  await sync(sandbox, COMPANIES, [{ externalCompanyId: "C1" }]);
  sandbox.marketo.quirks.nativeSync = true;
  const refused = "1018 CRM Enabled: this call is not allowed while a native CRM sync is on";
  for (const path of [COMPANIES, SALES, "/rest/v1/companies/delete.json"]) {
    assert.equal(outcome(await sync(sandbox, path, [{ externalCompanyId: "C1" }])), refused);
  }
  const read = await sandbox.get(COMPANIES, { filterType: "id", filterValues: "1" });
  assert.equal(read.result!.length, 1);
});

test("a person in a company takes its fields over and refuses its own", async () => {
  const sandbox = await bench();
  await sync(sandbox, COMPANIES, [{ externalCompanyId: "C1", company: "Acme", industry: "Steel" }]);
  const write = async (values: Json) =>
    statuses(await sync(sandbox, LEADS, [{ email: "a@x.org", ...values }]));
  assert.deepEqual(await write({ company: "Own" }), ["created"]);
  assert.deepEqual(await write({ externalCompanyId: "C1" }), ["updated"]);
  const fields = () => {
    const { company, industry, externalCompanyId } = sandbox.marketo.person(1)!;
    return [company, industry, externalCompanyId];
  };
  assert.deepEqual(fields(), ["Acme", "Steel", "C1"]);
  assert.deepEqual(await write({ company: "Own" }), ["skipped 1021"]);
  assert.deepEqual(await write({ externalCompanyId: null }), ["updated"]);
  sandbox.marketo.quirks.companyFields = "ignore";
  assert.deepEqual(await write({ company: "Own", city: "Oslo" }), ["updated"]);
  assert.deepEqual(
    [fields(), sandbox.marketo.person(1)!["city"]],
    [["Acme", "Steel", "C1"], "Oslo"],
  );
});

test("under a native sync an existing person refuses company fields", async () => {
  const sandbox = await bench();
  sandbox.marketo.quirks.nativeSync = true;
  const write = async () =>
    statuses(await sync(sandbox, LEADS, [{ email: "a@x.org", company: "Acme" }]));
  assert.deepEqual([await write(), await write()], [["created"], ["skipped 1021"]]);
});

test("Q11: a company change writes a row for each person, or none when they are too many", async () => {
  const sandbox = await bench();
  await sync(sandbox, COMPANIES, [{ externalCompanyId: "C1" }]);
  const people = ["a@x.org", "b@x.org"].map((email) => ({ email, externalCompanyId: "C1" }));
  await sync(sandbox, LEADS, people);
  const rename = (company: string) =>
    sync(sandbox, COMPANIES, [{ externalCompanyId: "C1", company }]);
  const nextPageToken = await sandbox.tokenNow();
  const rows = async () =>
    (
      await sandbox.get("/rest/v1/activities/leadchanges.json", {
        nextPageToken,
        fields: "company",
      })
    )
      .result!.filter((row) => row["activityTypeId"] === 13)
      .map((row) => row["leadId"]);
  await rename("Acme");
  assert.deepEqual(await rows(), [1, 2]);
  assert.equal(sandbox.marketo.person(2)!["company"], "Acme");
  sandbox.marketo.quirks.nativeSync = true;
  sandbox.marketo.editCompany("C1", { company: "Acme 2" });
  assert.deepEqual(await rows(), [1, 2, 1, 2]);
  sandbox.marketo.quirks.companyFanOutLimit = 1;
  sandbox.marketo.editCompany("C1", { company: "Acme 3" });
  assert.deepEqual(await rows(), [1, 2, 1, 2]);
  assert.equal(sandbox.marketo.person(2)!["company"], "Acme 3");
});

test("sales persons: described, linked, and not deleted while in use", async () => {
  const sandbox = await bench();
  const DELETE = "/rest/v1/salespersons/delete.json";
  const record = { externalSalesPersonId: "S1", email: "s@x.org", lastName: "Sales" };
  assert.deepEqual(statuses(await sync(sandbox, SALES, [record])), ["created"]);
  const [shape] = (await sandbox.get("/rest/v1/salespersons/describe.json")).result!;
  assert.deepEqual(
    [shape!["idField"], shape!["dedupeFields"], shape!["searchableFields"]],
    ["id", ["externalSalesPersonId"], [["externalSalesPersonId"], ["id"], ["email"]]],
  );
  await sync(sandbox, LEADS, [{ email: "a@x.org", externalSalesPersonId: "S1" }]);
  const remove = async () =>
    statuses(await sync(sandbox, DELETE, [{ externalSalesPersonId: "S1" }]));
  assert.deepEqual(await remove(), ["skipped 1022"]);
  await sync(sandbox, LEADS, [{ email: "a@x.org", externalSalesPersonId: null }]);
  assert.deepEqual(await remove(), ["deleted"]);
  assert.deepEqual(await remove(), ["skipped 1013"]);
});
