import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, body, outcome, type Bench, type Json } from "./support";

const CHANGES = "/rest/v1/activities/leadchanges.json";
const ACTIVITIES = "/rest/v1/activities.json";
const DELETED = "/rest/v1/activities/deletedleads.json";

type Query = Record<string, string | number>;

async function changes(sandbox: Bench, nextPageToken: string, query: Query = {}) {
  return sandbox.get(CHANGES, { nextPageToken, fields: "firstName,city,crmStatus", ...query });
}

/** `leadId field new<-old` for each row of a change page, `leadId new` for a New Lead. */
function brief(rows: Json[] | undefined): string[] {
  return (rows ?? []).map((row) => {
    const [field] = (row["fields"] ?? []) as Json[];
    if (!field) return `${row["leadId"]} new`;
    return `${row["leadId"]} ${field["name"]} ${field["newValue"]}<-${field["oldValue"]}`;
  });
}

test("a type 13 row in both feeds: REST name here, display name and id there", async () => {
  const sandbox = await bench();
  sandbox.marketo.load([{ id: 775, email: "a@x.org", firstName: "A" }]);
  const token = await sandbox.tokenNow();
  assert.match(token, /^[A-Z2-7]+=+$/);
  await sandbox.post("/rest/v1/leads.json", { input: [{ email: "a@x.org", firstName: "B" }] });
  const head = {
    id: 1,
    marketoGUID: "1",
    leadId: 775,
    activityDate: "2026-03-10T15:00:00Z",
    activityTypeId: 13,
  };
  const { nextPageToken, ...page } = body(await changes(sandbox, token));
  assert.deepEqual(page, {
    success: true,
    result: [
      {
        ...head,
        fields: [{ id: 4, name: "firstName", newValue: "B", oldValue: "A" }],
        attributes: [
          { name: "Reason", value: "Web service API" },
          { name: "Source", value: "Web service API" },
          { name: "Lead ID", value: 775 },
        ],
      },
    ],
    moreResult: false,
  });
  assert.match(nextPageToken!, /=$/);
  const rows = await sandbox.get(ACTIVITIES, { nextPageToken: token, activityTypeIds: 13 });
  assert.deepEqual(rows.result, [
    {
      ...head,
      primaryAttributeValueId: 4,
      primaryAttributeValue: "First Name",
      attributes: [
        { name: "New Value", value: "B" },
        { name: "Old Value", value: "A" },
        { name: "Reason", value: "Web service API" },
        { name: "Source", value: "Web service API" },
      ],
    },
  ]);
});

test("a New Lead row has no fields and brings no rows for the first values", async () => {
  const sandbox = await bench();
  const token = await sandbox.tokenNow();
  const input = [{ email: "a@x.org", firstName: "Ann", lastName: "Lee" }];
  await sandbox.post("/rest/v1/leads.json", { input });
  assert.deepEqual((await changes(sandbox, token)).result, [
    {
      id: 1,
      marketoGUID: "1",
      leadId: 1,
      activityDate: "2026-03-10T15:00:00Z",
      activityTypeId: 12,
      primaryAttributeValueId: 1,
      primaryAttributeValue: "Ann Lee",
      attributes: [
        { name: "Created Date", value: "2026-03-10" },
        { name: "Source Type", value: "Web service API" },
        { name: "Source Info", value: null },
      ],
    },
  ]);
  sandbox.marketo.quirks.initialValueRows = true;
  await sandbox.post("/rest/v1/leads.json", { input: [{ email: "b@x.org", firstName: "Bo" }] });
  assert.deepEqual(brief((await changes(sandbox, token)).result), [
    "1 new",
    "2 new",
    "2 firstName Bo<-null",
  ]);
});

test("only real changes of asked fields, each as text or null", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  marketo.load([{ id: 1, email: "a@x.org", firstName: "Ann", city: "Oslo" }]);
  const token = await sandbox.tokenNow();
  const write = (values: Json) =>
    sandbox.post("/rest/v1/leads.json", { input: [{ email: "a@x.org", ...values }] });
  await write({ firstName: "Ann", city: "Oslo" });
  await write({ city: null, state: "Viken" });
  marketo.edit(1, { crmStatus: "Active", crmCreatedDate: "2024-01-15T12:00:00Z", doNotCall: true });
  assert.deepEqual(brief((await changes(sandbox, token)).result), [
    "1 city null<-Oslo",
    "1 crmStatus Active<-null",
  ]);
  // The instance's zone is six hours behind UTC in winter.
  const fields = { fields: "crmCreatedDate,doNotCall" };
  assert.deepEqual(brief((await changes(sandbox, token, fields)).result), [
    "1 crmCreatedDate 2024-01-15 06:00:00<-null",
    "1 doNotCall true<-null",
  ]);
  marketo.quirks.unaskedFields = true;
  marketo.quirks.feedDatesInZone = false;
  assert.deepEqual(brief((await changes(sandbox, token)).result), [
    "1 city null<-Oslo",
    "1 state Viken<-null",
    "1 crmStatus Active<-null",
    "1 crmCreatedDate 2024-01-15T12:00:00Z<-null",
    "1 doNotCall true<-null",
  ]);
});

test("scores are type 22 with their delta and never in lead changes", async () => {
  const sandbox = await bench();
  sandbox.marketo.load([{ id: 1, email: "a@x.org", leadScore: 10 }]);
  const token = await sandbox.tokenNow();
  sandbox.marketo.changeScore(1, 5);
  assert.deepEqual((await changes(sandbox, token, { fields: "leadScore" })).result, []);
  const scores = await sandbox.get(ACTIVITIES, { nextPageToken: token, activityTypeIds: 22 });
  assert.deepEqual(
    scores.result!.map((row) => [row["primaryAttributeValue"], row["attributes"]]),
    [
      [
        "Person Score",
        [
          { name: "New Value", value: "15" },
          { name: "Old Value", value: "10" },
          { name: "Change Value", value: "+5" },
          { name: "Reason", value: "Changed by marketer in Lead Database" },
          { name: "Source", value: "User action" },
        ],
      ],
    ],
  );
});

test("pages of 300, position tokens, and a last token to go on from", async () => {
  const sandbox = await bench();
  sandbox.marketo.load(Array.from({ length: 650 }, () => ({})));
  const start = await sandbox.tokenNow();
  for (let id = 1; id <= 650; id++) sandbox.marketo.edit(id, { city: `c${id}` });
  const sizes: [number, boolean][] = [];
  let token = start;
  for (let more = true; more;) {
    const page = await changes(sandbox, token);
    sizes.push([page.result!.length, page.moreResult!]);
    token = page.nextPageToken!;
    more = page.moreResult!;
  }
  assert.deepEqual(sizes, [
    [300, true],
    [300, true],
    [50, false],
  ]);
  const idle = await changes(sandbox, token);
  assert.deepEqual([idle.result, idle.moreResult], [[], false]);
  sandbox.marketo.edit(7, { city: "again" });
  assert.deepEqual(brief((await changes(sandbox, idle.nextPageToken!)).result), [
    "7 city again<-c7",
  ]);
  assert.equal((await changes(sandbox, start, { batchSize: 7 })).result!.length, 7);
});

test("date tokens start at their second", async () => {
  const sandbox = await bench();
  sandbox.marketo.load([{ id: 1 }]);
  sandbox.marketo.edit(1, { city: "A" });
  sandbox.clock.advance(1_000);
  sandbox.marketo.edit(1, { city: "B" });
  const since = async (sinceDatetime: string) => {
    const reply = await sandbox.get("/rest/v1/activities/pagingtoken.json", { sinceDatetime });
    return brief((await changes(sandbox, reply.nextPageToken!)).result);
  };
  const [a, b] = ["1 city A<-null", "1 city B<-A"];
  assert.deepEqual(await since("2026-03-10T15:00:00Z"), [a, b]);
  assert.deepEqual(await since("2026-03-10T16:00:01+01:00"), [b]);
  assert.deepEqual(await since("2026-03-10T15:00:02Z"), []);
  sandbox.marketo.quirks.sinceInclusive = false;
  assert.deepEqual(await since("2026-03-10T15:00:00Z"), [b]);
});

test("refused feed calls", async () => {
  const sandbox = await bench();
  const nextPageToken = await sandbox.tokenNow();
  const ids = (count: number) => Array.from({ length: count }, (_, i) => i + 1).join(",");
  const missing = (name: string) => `1002 Missing value for the required parameter '${name}'`;
  const big = sandbox.marketo.createList("Big");
  sandbox.marketo.load(Array.from({ length: 10_000 }, () => ({})));
  sandbox.marketo.addToList(
    big,
    Array.from({ length: 10_000 }, (_, i) => i + 1),
  );
  const PAGING = "/rest/v1/activities/pagingtoken.json";
  const cases: [string, Query, string][] = [
    [PAGING, {}, missing("sinceDatetime")],
    [PAGING, { sinceDatetime: "soon" }, "704 Invalid date value 'soon'"],
    [CHANGES, { fields: "city" }, missing("nextPageToken")],
    [CHANGES, { nextPageToken }, missing("fields")],
    [CHANGES, { nextPageToken, fields: "nope" }, "1006 Field 'nope' not found"],
    [CHANGES, { nextPageToken: "X=", fields: "city" }, "1003 Invalid nextPageToken 'X='"],
    [
      CHANGES,
      { nextPageToken, fields: "city", leadIds: ids(31) },
      "1003 leadIds exceeds the limit of 30",
    ],
    [CHANGES, { nextPageToken, fields: "city", listId: 5 }, "1013 List not found"],
    [
      CHANGES,
      { nextPageToken, fields: "city", listId: big },
      "1003 The list has 10000 members or more",
    ],
    [ACTIVITIES, { nextPageToken }, missing("activityTypeIds")],
    [
      ACTIVITIES,
      { nextPageToken, activityTypeIds: ids(11) },
      "1003 activityTypeIds exceeds the limit of 10",
    ],
    [ACTIVITIES, { nextPageToken, activityTypeIds: 999 }, "1003 Invalid activityTypeId '999'"],
    [DELETED, {}, missing("nextPageToken")],
  ];
  for (const [path, query, expected] of cases) {
    assert.equal(outcome(await sandbox.get(path, query)), expected, JSON.stringify(query));
  }
});

test("a plus that was not encoded is a bad date", async () => {
  const sandbox = await bench();
  const path = "/rest/v1/activities/pagingtoken.json?sinceDatetime=2026-03-10T16:00:00";
  const ask = async (zone: string) =>
    outcome((await (await sandbox.fetch(`${path}${zone}`)).json()) as never);
  assert.equal(await ask("%2B01:00"), "success");
  assert.equal(await ask("+01:00"), "704 Invalid date value '2026-03-10T16:00:00 01:00'");
});

test("the feeds can be narrowed to persons, lists and repeated types", async () => {
  const sandbox = await bench();
  const { marketo } = sandbox;
  marketo.load([{}, {}, {}]);
  const token = await sandbox.tokenNow();
  const list = marketo.createList("L");
  marketo.addToList(list, [2]);
  for (const id of [1, 2, 3]) marketo.edit(id, { city: "X" });
  const row = (id: number) => `${id} city X<-null`;
  assert.deepEqual(brief((await changes(sandbox, token, { leadIds: "1,3" })).result), [
    row(1),
    row(3),
  ]);
  assert.deepEqual(brief((await changes(sandbox, token, { listId: list })).result), [row(2)]);
  const reply = await sandbox.fetch(
    `${ACTIVITIES}?nextPageToken=${encodeURIComponent(token)}&activityTypeIds=24&activityTypeIds=13&leadIds=2`,
  );
  const page = (await reply.json()) as { result: Json[] };
  assert.deepEqual(
    page.result.map((found) => found["activityTypeId"]),
    [24, 13],
  );
});

test("deleted leads: type 37 with the lead's id, remembered for 14 days", async () => {
  const sandbox = await bench();
  const token = await sandbox.tokenNow();
  sandbox.marketo.load([{ id: 46, firstName: "Ann", lastName: "Lee" }]);
  sandbox.marketo.remove(46);
  const deleted = async () => (await sandbox.get(DELETED, { nextPageToken: token })).result;
  assert.deepEqual(await deleted(), [
    {
      id: 1,
      marketoGUID: "1",
      leadId: 46,
      activityDate: "2026-03-10T15:00:00Z",
      activityTypeId: 37,
      primaryAttributeValueId: 46,
      primaryAttributeValue: "Ann Lee",
      attributes: [
        { name: "Campaign", value: null },
        { name: "Source", value: "User action" },
      ],
    },
  ]);
  sandbox.clock.advance(14 * 86_400_000);
  await sandbox.signIn();
  assert.equal((await deleted())!.length, 1);
  sandbox.clock.advance(1_000);
  assert.deepEqual(await deleted(), []);
});

test("change rows are forgotten after 90 days, merges are not", async () => {
  const sandbox = await bench();
  const token = await sandbox.tokenNow();
  sandbox.marketo.load([{ id: 1 }, { id: 2 }]);
  sandbox.marketo.edit(1, { city: "Oslo" });
  sandbox.marketo.merge(1, [2]);
  sandbox.clock.advance(90 * 86_400_000 + 1_000);
  await sandbox.signIn();
  assert.deepEqual((await changes(sandbox, token)).result, []);
  const merges = await sandbox.get(ACTIVITIES, { nextPageToken: token, activityTypeIds: 32 });
  assert.equal(merges.result!.length, 1);
});
