import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { bench, outcome, type Bench, type Envelope, type Json } from "./support";

const EXPORT = "/bulk/v1/leads/export";
const ROWS = "/bulk/v1/activities/export";
const MINUTE = 60_000;
const today = { startAt: "2026-03-10T00:00:00Z", endAt: "2026-03-11T00:00:00Z" };

async function create(sandbox: Bench, request: Json, base = EXPORT): Promise<string> {
  const reply = await sandbox.post(`${base}/create.json`, request);
  assert.equal(outcome(reply), "success");
  return String(reply.result![0]!["exportId"]);
}

const enqueue = async (sandbox: Bench, id: string, base = EXPORT) =>
  outcome(await sandbox.post(`${base}/${id}/enqueue.json`));

const status = async (sandbox: Bench, id: string, base = EXPORT) =>
  (await sandbox.get(`${base}/${id}/status.json`)).result![0]!;

/** Creates, queues, waits two minutes and reads the file. */
async function extract(sandbox: Bench, request: Json, base = EXPORT): Promise<string> {
  const id = await create(sandbox, request, base);
  assert.equal(await enqueue(sandbox, id, base), "success");
  sandbox.clock.advance(2 * MINUTE);
  return (await sandbox.fetch(`${base}/${id}/file.json`)).text();
}

test("a job goes from Created to Completed in whole minutes of the clock", async () => {
  const sandbox = await bench();
  sandbox.marketo.create({ email: "a@x.org" });
  const request = { fields: ["id", "email"], filter: { createdAt: today } };
  const id = await create(sandbox, request);
  const exportId = { exportId: id, format: "CSV", createdAt: "2026-03-10T15:00:00Z" };
  assert.deepEqual(await status(sandbox, id), { ...exportId, status: "Created" });
  sandbox.clock.advance(30_000);
  assert.equal(await enqueue(sandbox, id), "success");
  const queued = { ...exportId, queuedAt: "2026-03-10T15:00:30Z" };
  assert.deepEqual(await status(sandbox, id), { ...queued, status: "Queued" });
  sandbox.clock.advance(29_000);
  assert.equal((await status(sandbox, id))["status"], "Queued");
  const early = await sandbox.fetch(`${EXPORT}/${id}/file.json`);
  assert.deepEqual([early.status, early.headers.get("content-type")], [404, "text/plain"]);
  sandbox.clock.advance(1_000);
  const running = { ...queued, startedAt: "2026-03-10T15:01:00Z" };
  assert.deepEqual(await status(sandbox, id), { ...running, status: "Processing" });
  sandbox.clock.advance(MINUTE);
  const file = "id,email\n1,a@x.org\n";
  assert.deepEqual(await status(sandbox, id), {
    ...running,
    status: "Completed",
    finishedAt: "2026-03-10T15:02:00Z",
    numberOfRecords: 1,
    fileSize: file.length,
    fileChecksum: `sha256:${createHash("sha256").update(file).digest("hex")}`,
  });
  const whole = await sandbox.fetch(`${EXPORT}/${id}/file.json`, {
    headers: { "Accept-Encoding": "gzip" },
  });
  assert.deepEqual([whole.headers.get("content-encoding"), await whole.text()], [null, file]);
  const part = (range: string) =>
    sandbox.fetch(`${EXPORT}/${id}/file.json`, { headers: { Range: range } });
  const middle = await part("bytes=3-7");
  assert.deepEqual(
    [middle.status, middle.headers.get("content-range"), await middle.text()],
    [206, `bytes 3-7/${file.length}`, "email"],
  );
  assert.equal(await (await part("bytes=9-")).text(), "1,a@x.org\n");
  assert.equal((await part("bytes=900-")).status, 416);
  sandbox.clock.advance(8 * 24 * 60 * MINUTE);
  await sandbox.signIn();
  assert.equal((await sandbox.fetch(`${EXPORT}/${id}/file.json`)).status, 404);
});

test("the file: null for empty, quotes where needed, headers and formats as asked", async () => {
  const sandbox = await bench();
  sandbox.marketo.load([
    { email: "a@x.org", city: 'O"slo, N', doNotCall: false, createdAt: "2026-03-10T10:00:00Z" },
  ]);
  const request = {
    fields: ["id", "email", "city", "doNotCall", "phone", "createdAt"],
    columnHeaderNames: { email: "Mail" },
    filter: { createdAt: today },
  };
  assert.equal(
    await extract(sandbox, request),
    'id,Mail,city,doNotCall,phone,createdAt\n1,a@x.org,"O""slo, N",false,null,2026-03-10T10:00:00Z\n',
  );
  assert.equal(
    (await extract(sandbox, { ...request, format: "SSV" })).split("\n")[1],
    '1;a@x.org;"O""slo, N";false;null;2026-03-10T10:00:00Z',
  );
  sandbox.marketo.quirks.bulkControlCharacters = true;
  assert.match(await extract(sandbox, request), /, \r\0N/);
});

test("a bulk file is never gzipped, and a clock that is set back does not stop the queue", async () => {
  const sandbox = await bench();
  sandbox.marketo.load(Array.from({ length: 300 }, (_, i) => ({ email: `p${i}@x.org` })));
  const list = sandbox.marketo.createList("All");
  sandbox.marketo.addToList(
    list,
    Array.from({ length: 300 }, (_, i) => i + 1),
  );
  sandbox.clock.freeze(sandbox.clock.now() - 24 * 60 * MINUTE);
  const id = await create(sandbox, { fields: ["email"], filter: { staticListId: list } });
  await enqueue(sandbox, id);
  sandbox.clock.advance(2 * MINUTE);
  const headers = { "Accept-Encoding": "gzip" };
  const file = await sandbox.fetch(`${EXPORT}/${id}/file.json`, { headers });
  assert.deepEqual([file.status, file.headers.get("content-encoding")], [200, null]);
  assert.equal((await file.text()).trim().split("\n").length, 301);
});

test("filters: by either stamp, static and smart list; updatedAt sees custom fields too", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  const old = { createdAt: "2026-01-01T00:00:00Z" };
  marketo.load([{ ...old }, { ...old }, { ...old, city: "Oslo" }, {}]);
  marketo.edit(2, { crmStatus: "moved" });
  const list = marketo.createList("Three");
  marketo.addToList(list, [3, 1]);
  const smart = marketo.createSmartList("In Oslo", (person) => person["city"] === "Oslo");
  const cases: [Json, string][] = [
    [{ createdAt: today }, "4"],
    [{ updatedAt: today }, "2,4"],
    [{ staticListId: list }, "1,3"],
    [{ staticListName: "Three" }, "1,3"],
    [{ smartListId: smart }, "3"],
    [{ smartListName: "In Oslo" }, "3"],
  ];
  for (const [filter, expected] of cases) {
    const text = await extract(sandbox, { fields: ["id"], filter });
    assert.equal(text.trim().split("\n").slice(1).join(","), expected, JSON.stringify(filter));
  }
  assert.equal(marketo.person(2)!["updatedAt"], old.createdAt);
});

test("refused extracts", async () => {
  const sandbox = await bench();
  sandbox.marketo.quirks.unsupportedBulkFilters = ["updatedAt"];
  const fields = ["id"];
  const kinds = "createdAt, updatedAt, staticListId, staticListName, smartListId, smartListName";
  const span = (startAt: string, endAt: string) => ({
    fields,
    filter: { createdAt: { startAt, endAt } },
  });
  const cases: [Json, string][] = [
    [{ filter: { createdAt: today } }, "1002 Missing value for the required parameter 'fields'"],
    [{ fields: ["nope"], filter: { createdAt: today } }, "1006 Field 'nope' not found"],
    [{ fields }, "1002 Missing value for the required parameter 'filter'"],
    [{ fields, filter: {} }, `1003 Exactly one filter is needed: ${kinds}`],
    [
      { fields, filter: { createdAt: today, staticListId: 1 } },
      `1003 Exactly one filter is needed: ${kinds}`,
    ],
    [
      { fields, filter: { updatedAt: today } },
      "1035 Unsupported filter type 'updatedAt' for target subscription",
    ],
    [{ fields, filter: { staticListId: 5 } }, "1013 Static list not found"],
    [{ fields, filter: { smartListName: "x" } }, "1013 Smart list not found"],
    [
      { fields, format: "XML", filter: { createdAt: today } },
      "1003 Invalid format; use CSV, TSV or SSV",
    ],
    [
      span("2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z"),
      "1003 Filter 'createdAt' spans more than 31 days",
    ],
    [
      span("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"),
      "1003 Filter 'createdAt' ends before it starts",
    ],
    [
      span("2026-01-02T00:00:00.5Z", "2026-01-03T00:00:00Z"),
      "704 Invalid date value '2026-01-02T00:00:00.5Z'",
    ],
  ];
  for (const [request, expected] of cases) {
    assert.equal(outcome(await sandbox.post(`${EXPORT}/create.json`, request)), expected);
  }
});

test("1029 has three meanings", async () => {
  const sandbox = await bench({ limits: "real" });
  sandbox.marketo.limits.callsPerWindow = 1_000;
  const request = { fields: ["id"], filter: { createdAt: today } };
  const ids: string[] = [];
  for (let i = 0; i < 11; i++) ids.push(await create(sandbox, request));
  assert.equal(await enqueue(sandbox, ids[0]!), "success");
  assert.equal(await enqueue(sandbox, ids[0]!), "1029 Job already queued");
  for (const id of ids.slice(1, 10)) assert.equal(await enqueue(sandbox, id), "success");
  assert.equal(await enqueue(sandbox, ids[10]!), "1029 Too many jobs in queue");
  sandbox.clock.advance(MINUTE);
  const all = (await sandbox.get(`${EXPORT}.json`, { status: "processing,queued" })).result!;
  const counts = ["Processing", "Queued"].map(
    (name) => all.filter((job) => job["status"] === name).length,
  );
  assert.deepEqual(counts, [2, 8]);
  sandbox.clock.advance(MINUTE);
  await sandbox.get(`${EXPORT}.json`);
  sandbox.marketo.limits.exportBytesPerDay = 4;
  assert.equal(await enqueue(sandbox, ids[10]!), "1029 Export daily quota 0MB exceeded");
});

test("cancel spells it with two l, the status with one; jobs are seen by their owner only", async () => {
  const sandbox = await bench();
  const id = await create(sandbox, { fields: ["id"], filter: { createdAt: today } });
  await enqueue(sandbox, id);
  const reply = await sandbox.post(`${EXPORT}/${id}/cancel.json`);
  assert.equal(reply.result![0]!["status"], "Cancelled");
  assert.equal((await status(sandbox, id))["status"], "Canceled");
  sandbox.clock.advance(5 * MINUTE);
  assert.equal((await status(sandbox, id))["status"], "Canceled");
  await sandbox.signIn("two", "s2");
  const other = await sandbox.get(`${EXPORT}/${id}/status.json`);
  assert.equal(outcome(other), "1013 Export job not found");
  assert.deepEqual((await sandbox.get(`${EXPORT}.json`)).result, []);
});

test("activities: all columns, by type and primary id, never deletions", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  marketo.load([{ id: 1, firstName: "A" }, { id: 2 }]);
  marketo.edit(1, { firstName: "B", city: "Oslo" });
  marketo.remove(2);
  const filter = { createdAt: today };
  const rows = (await extract(sandbox, { filter }, ROWS)).trim().split("\n");
  const attributes = (value: string, old: string) =>
    `"{""New Value"":""${value}"",""Old Value"":${old},""Reason"":""Changed by marketer in Lead Database"",""Source"":""User action""}"`;
  const date = "2026-03-10T15:00:00Z";
  assert.deepEqual(rows, [
    "marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,primaryAttributeValue,attributes",
    `1,1,${date},13,null,4,First Name,${attributes("B", '""A""')}`,
    `2,1,${date},13,null,24,City,${attributes("Oslo", "null")}`,
  ]);
  marketo.quirks.bulkAttributes = "array";
  const narrow = { ...filter, activityTypeIds: [13], primaryAttributeValueIds: [24] };
  const fields = ["leadId", "attributes", "actionResult"];
  const text = await extract(sandbox, { fields, filter: narrow }, ROWS);
  assert.match(
    text,
    /^leadId,attributes,actionResult\n1,"\[\{""name"":""New Value"",.*\]",succeeded\n$/,
  );
  const refused = await sandbox.post(`${ROWS}/create.json`, { filter: { activityTypeIds: [1] } });
  assert.equal(
    outcome(refused),
    "1002 Missing value for the required parameter 'filter.createdAt'",
  );
});

async function upload(
  sandbox: Bench,
  csv: string,
  query: Record<string, string> = {},
): Promise<Envelope> {
  const form = new FormData();
  form.append("file", new Blob([csv], { type: "text/csv" }), "leads.csv");
  const search = new URLSearchParams({ format: "csv", ...query });
  const reply = await sandbox.fetch(`/bulk/v1/leads.json?${search}`, {
    method: "POST",
    body: form,
  });
  return (await reply.json()) as Envelope;
}

test("import: queued, importing, complete, with failures as a file", async () => {
  const sandbox = await bench();
  sandbox.marketo.load([{ email: "a@x.org" }, { email: "t@x.org" }, { email: "t@x.org" }]);
  const list = sandbox.marketo.createList("L");
  const csv =
    'email,city\na@x.org,"Oslo, N"\nnew@x.org,Rome\nt@x.org,X\nzoë@x.org,Y\nshort@x.org\n';
  const started = await upload(sandbox, csv, { listId: String(list) });
  const job = { batchId: 1001, importId: "1001" };
  assert.deepEqual(started.result, [{ ...job, status: "Queued" }]);
  const batch = async () => (await sandbox.get("/bulk/v1/leads/batch/1001.json")).result![0];
  assert.deepEqual(await batch(), { ...job, status: "Queued" });
  sandbox.clock.advance(5_000);
  assert.deepEqual(await batch(), { ...job, status: "Importing" });
  assert.equal(sandbox.marketo.count(), 3);
  sandbox.clock.advance(5_000);
  assert.deepEqual(await batch(), {
    ...job,
    status: "Complete",
    numOfLeadsProcessed: 3,
    numOfRowsFailed: 2,
    numOfRowsWithWarning: 1,
    message: "Import completed with errors, 3 records imported, 2 failed",
  });
  const file = async (kind: string) =>
    (await sandbox.fetch(`/bulk/v1/leads/batch/1001/${kind}.json`)).text();
  assert.equal(
    await file("failures"),
    "email,city,Import Failure Reason\n" +
      "t@x.org,X,Multiple lead match lookup criteria\n" +
      "zoë@x.org,Y,Invalid email address 'zoë@x.org'\n",
  );
  assert.match(await file("warnings"), /^email,city,Import Warning Reason\nshort@x\.org,/);
  const members = await sandbox.get(`/rest/v1/lists/${list}/leads.json`, { fields: "email,city" });
  assert.deepEqual(members.result, [
    { email: "a@x.org", city: "Oslo, N" },
    { email: "new@x.org", city: "Rome" },
    { email: "short@x.org", city: null },
  ]);
});

test("import by id only updates; refused imports", async () => {
  const sandbox = await bench();
  sandbox.marketo.load([{ email: "a@x.org" }]);
  await upload(sandbox, "id,city\n1,Oslo\n9,Rome\n", { lookupField: "id" });
  sandbox.clock.advance(10_000);
  const batch = (await sandbox.get("/bulk/v1/leads/batch/1001.json")).result![0]!;
  assert.deepEqual([batch["numOfLeadsProcessed"], batch["numOfRowsFailed"]], [1, 1]);
  assert.deepEqual([sandbox.marketo.person(1)!["city"], sandbox.marketo.count()], ["Oslo", 1]);
  const cases: [string, Record<string, string>, string][] = [
    ["", {}, "1003 Empty file"],
    ["email\n", { format: "xml" }, "1003 Invalid format; use csv, tsv or ssv"],
    ["nope\n1\n", {}, "1006 Field 'nope' not found"],
    ["email\na@x.org\n", { lookupField: "city" }, "1011 Lookup field 'city' not supported"],
    ["email\na@x.org\n", { listId: "7" }, "1013 List not found"],
  ];
  for (const [csv, query, expected] of cases) {
    assert.equal(outcome(await upload(sandbox, csv, query)), expected);
  }
  for (let i = 0; i < 10; i++)
    assert.equal(outcome(await upload(sandbox, "email\na@x.org\n")), "success");
  assert.equal(
    outcome(await upload(sandbox, "email\na@x.org\n")),
    "1016 There are 10 imports currently being processed. Please try again later",
  );
});
