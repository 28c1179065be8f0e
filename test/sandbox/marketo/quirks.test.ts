import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, statuses, type Bench, type Json } from "./support";

const CHANGES = "/rest/v1/activities/leadchanges.json";
const LEADS = "/rest/v1/leads.json";

const feed = (sandbox: Bench, nextPageToken: string, fields = "city") =>
  sandbox.get(CHANGES, { nextPageToken, fields });

const leadIds = (page: { result?: Json[] }) => (page.result ?? []).map((row) => row["leadId"]);

async function withPersons(count: number): Promise<Bench> {
  const sandbox = await bench();
  const persons = Array.from({ length: count }, (_, i) => ({ email: `p${i + 1}@x.org` }));
  sandbox.marketo.load(persons);
  return sandbox;
}

test("Q2: a late row is lost to who follows the tokens and found by an overlap", async () => {
  const sandbox = await withPersons(2);
  const start = await sandbox.tokenNow();
  sandbox.marketo.quirks.activityDelay = (row) => (row.leadId === 1 ? 60_000 : 0);
  sandbox.marketo.edit(1, { city: "late" });
  sandbox.clock.advance(5_000);
  sandbox.marketo.edit(2, { city: "prompt" });
  const first = await feed(sandbox, start);
  assert.deepEqual([leadIds(first), first.moreResult], [[2], false]);
  sandbox.clock.advance(60_000);
  assert.deepEqual(leadIds(await feed(sandbox, first.nextPageToken!)), []);
  assert.deepEqual(leadIds(await feed(sandbox, start)), [1, 2]);
});

test("Q2: an equal delay for all rows loses none; every N-th row can be delayed", async () => {
  const sandbox = await withPersons(3);
  const start = await sandbox.tokenNow();
  sandbox.marketo.quirks.activityDelayMs = 10_000;
  sandbox.marketo.edit(1, { city: "A" });
  const early = await feed(sandbox, start);
  assert.deepEqual([leadIds(early), early.moreResult], [[], false]);
  sandbox.clock.advance(10_000);
  assert.deepEqual(leadIds(await feed(sandbox, early.nextPageToken!)), [1]);
  sandbox.marketo.quirks.activityDelayEvery = 2;
  for (const id of [1, 2, 3]) sandbox.marketo.edit(id, { city: "B" });
  assert.deepEqual(leadIds(await feed(sandbox, early.nextPageToken!)), [1, 2]);
});

test("Q4: empty pages with moreResult, with and without result, and no row lost", async () => {
  const sandbox = await withPersons(1);
  const start = await sandbox.tokenNow();
  sandbox.marketo.edit(1, { city: "A" });
  sandbox.marketo.quirks.emptyPages = 2;
  const first = await feed(sandbox, start);
  assert.deepEqual([first.result, first.moreResult], [[], true]);
  sandbox.marketo.quirks.omitResult = true;
  const second = await feed(sandbox, first.nextPageToken!);
  assert.deepEqual(["result" in second, second.moreResult], [false, true]);
  const third = await feed(sandbox, second.nextPageToken!);
  assert.deepEqual([leadIds(third), third.moreResult], [[1], false]);
});

test("Q4: a page ends at the scan window even when nothing matched", async () => {
  const sandbox = await withPersons(1);
  const start = await sandbox.tokenNow();
  sandbox.marketo.quirks.scanWindow = 2;
  for (const state of ["a", "b", "c"]) sandbox.marketo.edit(1, { state });
  sandbox.marketo.edit(1, { city: "A" });
  const first = await feed(sandbox, start);
  assert.deepEqual([first.result, first.moreResult], [[], true]);
  const second = await feed(sandbox, first.nextPageToken!);
  assert.deepEqual([leadIds(second), second.moreResult], [[1], false]);
});

test("Q5: reads trail behind the writes, for new, changed and deleted persons", async () => {
  const sandbox = await withPersons(2);
  sandbox.marketo.quirks.readLagMs = 5_000;
  const read = async (filterValues: string) =>
    (await sandbox.get(LEADS, { filterType: "email", filterValues, fields: "id,city" })).result;
  const input = [{ email: "new@x.org" }, { email: "p1@x.org", city: "Oslo" }];
  assert.deepEqual(statuses(await sandbox.post(LEADS, { input })), ["created", "updated"]);
  sandbox.marketo.edit(2, { email: "other@x.org" });
  const all = "new@x.org,p1@x.org,p2@x.org,other@x.org";
  assert.deepEqual(await read(all), [
    { id: 1, city: null },
    { id: 2, city: null },
  ]);
  assert.deepEqual((await read("other@x.org"))!, []);
  sandbox.clock.advance(5_000);
  assert.deepEqual(await read("new@x.org,p1@x.org,other@x.org"), [
    { id: 1, city: "Oslo" },
    { id: 2, city: null },
    { id: 3, city: null },
  ]);
  sandbox.marketo.remove(1);
  assert.equal((await read("p1@x.org"))!.length, 1);
  sandbox.clock.advance(5_000);
  assert.deepEqual(await read("p1@x.org"), []);
});

test("Q6: two concurrent upserts of one new key create two persons, then it is 1007", async () => {
  const sandbox = await withPersons(0);
  const write = () => sandbox.post(LEADS, { input: [{ email: "a@x.org" }, { email: "a@x.org" }] });
  sandbox.marketo.quirks.raceMs = 50;
  const both = await Promise.all([write(), write()]);
  assert.deepEqual(both.map(statuses), [
    ["created", "updated"],
    ["created", "updated"],
  ]);
  assert.deepEqual(statuses(await write()), ["skipped 1007", "skipped 1007"]);
  sandbox.marketo.quirks.raceMs = 0;
  const calm = () => sandbox.post(LEADS, { input: [{ email: "b@x.org" }] });
  const orderly = await Promise.all([calm(), calm()]);
  assert.deepEqual(orderly.flatMap(statuses).sort(), ["created", "updated"]);
});

test("Q7: a blocked field keeps its value though the call says updated", async () => {
  const sandbox = await withPersons(2);
  const { marketo } = sandbox;
  const token = await sandbox.tokenNow();
  const write = async (email: string, city: string) =>
    statuses(await sandbox.post(LEADS, { input: [{ email, city }] }));
  marketo.fields.block("city");
  assert.deepEqual(await write("p1@x.org", "Oslo"), ["updated"]);
  assert.equal(marketo.person(1)!["city"], undefined);
  assert.deepEqual((await feed(sandbox, token)).result, []);
  marketo.edit(1, { city: "Rome" });
  assert.equal(marketo.person(1)!["city"], "Rome");
  marketo.fields.block("city", "whenFilled");
  await write("p1@x.org", "Oslo");
  await write("p2@x.org", "Oslo");
  assert.deepEqual([marketo.person(1)!["city"], marketo.person(2)!["city"]], ["Rome", "Oslo"]);
  marketo.fields.unblock("city");
  await write("p1@x.org", "Oslo");
  assert.equal(marketo.person(1)!["city"], "Oslo");
});

test("Q7: so does a field that the CRM manages", async () => {
  const sandbox = await withPersons(1);
  sandbox.marketo.fields.crmManaged("crmStatus");
  const input = [{ email: "p1@x.org", crmStatus: "x", city: "Oslo" }];
  assert.deepEqual(statuses(await sandbox.post(LEADS, { input })), ["updated"]);
  const { crmStatus, city } = sandbox.marketo.person(1)!;
  assert.deepEqual([crmStatus, city], [undefined, "Oslo"]);
});

test("Q9: the visible updatedAt moves for standard fields only", async () => {
  const sandbox = await withPersons(1);
  const { marketo, clock } = sandbox;
  const updatedAt = () => marketo.person(1)!["updatedAt"];
  clock.advance(1_000);
  marketo.edit(1, { crmStatus: "x" });
  assert.equal(updatedAt(), "2026-03-10T15:00:00Z");
  marketo.edit(1, { city: "x" });
  assert.equal(updatedAt(), "2026-03-10T15:00:01Z");
  clock.advance(1_000);
  marketo.quirks.updatedAtMovesForCustomFields = true;
  marketo.edit(1, { crmStatus: "y" });
  assert.equal(updatedAt(), "2026-03-10T15:00:02Z");
});

test("Q12: a merge loser can also show as deleted, and its id in a list", async () => {
  const sandbox = await withPersons(3);
  const nextPageToken = await sandbox.tokenNow();
  const deleted = async () =>
    leadIds(await sandbox.get("/rest/v1/activities/deletedleads.json", { nextPageToken }));
  sandbox.marketo.merge(1, [2]);
  assert.deepEqual(await deleted(), []);
  sandbox.marketo.quirks.mergeLoserInDeletedLeads = true;
  sandbox.marketo.quirks.mergeIdsAsList = true;
  sandbox.marketo.merge(1, [3]);
  assert.deepEqual(await deleted(), [3]);
  const merges = sandbox.marketo
    .activities(1)
    .map((row) => (row["attributes"] as Json[])[0]!["value"]);
  assert.deepEqual(merges, ["2", "[3]"]);
});

test("Q22: unsubscribing one unsubscribes all with the address, also later ones", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  marketo.quirks.sharedUnsubscribe = true;
  const ids = ["a@x.org", "A@x.org", "b@x.org"].map((email) => marketo.create({ email }));
  marketo.edit(ids[0]!, { unsubscribed: true });
  const state = () => [...marketo.persons()].map((person) => person["unsubscribed"] ?? null);
  assert.deepEqual(state(), [true, true, null]);
  marketo.create({ email: "a@x.org" });
  marketo.edit(ids[2]!, { email: "a@x.org" });
  assert.deepEqual(state(), [true, true, true, true]);
});

test("the looks of a row: no numeric id, and the old date style", async () => {
  const sandbox = await withPersons(1);
  const token = await sandbox.tokenNow();
  sandbox.marketo.edit(1, { city: "A" });
  sandbox.marketo.quirks.activityIds = false;
  sandbox.marketo.quirks.activityDateStyle = "+0000";
  const [row] = (await feed(sandbox, token)).result!;
  assert.deepEqual(
    [row!["id"], row!["marketoGUID"], row!["activityDate"]],
    [undefined, "1", "2026-03-10T15:00:00+0000"],
  );
});

test("the native flow action's row", async () => {
  const sandbox = await withPersons(1);
  sandbox.marketo.logSyncToMicrosoft(1, { assignTo: "Ana", syncAs: "Contact" });
  const [row] = sandbox.marketo.activities(1);
  assert.deepEqual(
    [row!["activityTypeId"], row!["attributes"]],
    [
      300,
      [
        { name: "Assign To", value: "Ana" },
        { name: "Sync As", value: "Contact" },
      ],
    ],
  );
});
