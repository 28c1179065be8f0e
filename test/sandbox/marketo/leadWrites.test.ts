import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, body, outcome, statuses, type Bench } from "./support";

/** Persons 1 to 3, with 1 lacking a phone and a city. */
async function people(): Promise<Bench> {
  const sandbox = await bench();
  sandbox.marketo.load([
    { email: "a@x.org", firstName: "Ann" },
    { email: "b@x.org", firstName: "Bob", phone: "2", city: "Oslo" },
    { email: "c@x.org", phone: "3", lastName: "Cole" },
  ]);
  return sandbox;
}

test("delete by body and by query; unknown ids are skipped", async () => {
  const sandbox = await people();
  const DELETE = "/rest/v1/leads/delete.json";
  const reply = await sandbox.post(DELETE, { input: [{ id: 1 }, { id: 99 }, {}] });
  assert.deepEqual(statuses(reply), ["deleted", "skipped 1004", "skipped 1003"]);
  assert.deepEqual(reply.result![0], { id: 1, status: "deleted" });
  assert.deepEqual(statuses(await sandbox.post(`${DELETE}?id=2,3`)), ["deleted", "deleted"]);
  assert.equal(sandbox.marketo.count(), 0);
  assert.deepEqual(
    sandbox.marketo.activities(1).map((row) => row["activityTypeId"]),
    [37],
  );
});

test("merge keeps the winner's values, fills its empty ones and makes the losers vanish", async () => {
  const sandbox = await people();
  const list = sandbox.marketo.createList("L");
  sandbox.marketo.addToList(list, [3]);
  const since = await sandbox.tokenNow();
  assert.deepEqual(body(await sandbox.post("/rest/v1/leads/1/merge.json?leadIds=2,3")), {
    success: true,
  });
  const { email, firstName, lastName, phone, city } = sandbox.marketo.person(1)!;
  assert.deepEqual(
    [email, firstName, lastName, phone, city, sandbox.marketo.count()],
    ["a@x.org", "Ann", "Cole", "2", "Oslo", 1],
  );
  assert.equal(outcome(await sandbox.get("/rest/v1/lead/2.json")), "1004 Lead not found");
  const members = await sandbox.get(`/rest/v1/lists/${list}/leads.json`, { fields: "id" });
  assert.deepEqual(members.result, [{ id: 1 }]);
  const feed = await sandbox.get("/rest/v1/activities.json", {
    nextPageToken: since,
    activityTypeIds: "32,37",
  });
  assert.deepEqual(
    feed.result!.map((row) => [row["leadId"], row["attributes"]]),
    [
      [
        1,
        [
          { name: "Merge IDs", value: "2,3" },
          { name: "Merge Fields", value: "Phone Number,City,Last Name" },
          { name: "Master Updated", value: true },
          { name: "Merge Source", value: "Web service API" },
        ],
      ],
    ],
  );
});

test("refused merges", async () => {
  const sandbox = await people();
  const many = Array.from({ length: 26 }, (_, i) => i + 2).join(",");
  const cases: [string, string][] = [
    ["1/merge.json", "1002 Missing value for the required parameter 'leadId'"],
    ["1/merge.json?leadId=99", "1004 Lead not found"],
    ["99/merge.json?leadId=1", "1004 Lead not found"],
    ["1/merge.json?leadId=1", "1003 A lead cannot be merged with itself"],
    [`1/merge.json?leadIds=${many}`, "1080 Cannot merge more than 25 leads"],
  ];
  for (const [path, expected] of cases) {
    assert.equal(outcome(await sandbox.post(`/rest/v1/leads/${path}`)), expected);
  }
  assert.equal(
    outcome(await sandbox.post("/rest/v1/leads/1/merge.json?leadId=2", { a: 1 })),
    "1003 The merge call takes no body",
  );
  assert.equal(sandbox.marketo.count(), 3);
});

test("associate wants a web cookie", async () => {
  const sandbox = await people();
  const call = (id: number, cookie: string) =>
    sandbox
      .post(`/rest/v1/leads/${id}/associate.json?cookie=${encodeURIComponent(cookie)}`)
      .then(outcome);
  assert.equal(await call(1, "id:1&token:_mch-x.org-1"), "success");
  assert.equal(await call(99, "id:1&token:_mch-x.org-1"), "1004 Lead not found");
  assert.equal(await call(1, "junk"), "1012 Invalid cookie value 'junk'");
});

test("partitions: list and move", async () => {
  const sandbox = await people();
  const PARTITIONS = "/rest/v1/leads/partitions.json";
  sandbox.marketo.addPartition("EU");
  assert.deepEqual(
    (await sandbox.get(PARTITIONS)).result!.map(({ id, name }) => [id, name]),
    [
      [1, "Default"],
      [2, "EU"],
    ],
  );
  const input = [
    { id: 1, partitionName: "EU" },
    { id: 2, partitionName: "US" },
    { id: 3 },
    { id: 99, partitionName: "EU" },
  ];
  assert.deepEqual(statuses(await sandbox.post(PARTITIONS, { input })), [
    "updated",
    "skipped 1008",
    "skipped 1009",
    "skipped 1004",
  ]);
  assert.equal(sandbox.marketo.person(1)!["leadPartitionId"], 2);
  assert.equal(sandbox.marketo.activities(1)[0]!["activityTypeId"], 100);
});

test("lists: members come, go and are asked for", async () => {
  const sandbox = await people();
  const list = sandbox.marketo.createList("Outbox");
  const path = `/rest/v1/lists/${list}/leads.json`;
  const MEMBER = `/rest/v1/lists/${list}/leads/ismember.json`;
  assert.deepEqual(statuses(await sandbox.post(path, { input: [{ id: 1 }, { id: 99 }] })), [
    "added",
    "skipped 1004",
  ]);
  assert.deepEqual(statuses(await sandbox.post(`${path}?id=2`)), ["added"]);
  assert.deepEqual(statuses(await sandbox.get(MEMBER, { id: "1,3" })), ["memberof", "notmemberof"]);
  assert.deepEqual(statuses(await sandbox.del(path, { input: [{ id: 1 }, { id: 3 }] })), [
    "removed",
    "skipped 1015",
  ]);
  assert.deepEqual((await sandbox.get(path, { fields: "id,email" })).result, [
    { id: 2, email: "b@x.org" },
  ]);
  assert.deepEqual(
    sandbox.marketo
      .activities(1)
      .map((row) => [row["activityTypeId"], row["primaryAttributeValue"]]),
    [
      [24, "Outbox"],
      [25, "Outbox"],
    ],
  );
  const unknown = await sandbox.get("/rest/v1/lists/9/leads.json");
  assert.equal(outcome(unknown), "1013 List not found");
});

test("lists: by id, by name, and members in pages", async () => {
  const sandbox = await bench();
  const list = sandbox.marketo.createList("Big");
  sandbox.marketo.createList("Other");
  sandbox.marketo.load(Array.from({ length: 650 }, () => ({})));
  sandbox.marketo.addToList(
    list,
    Array.from({ length: 650 }, (_, i) => i + 1),
  );
  const element = {
    id: list,
    name: "Big",
    workspaceName: "Default",
    createdAt: "2026-03-10T15:00:00Z",
    updatedAt: "2026-03-10T15:00:00Z",
  };
  assert.deepEqual((await sandbox.get(`/rest/v1/lists/${list}.json`)).result, [element]);
  assert.deepEqual((await sandbox.get("/rest/v1/lists.json", { name: "Big" })).result, [element]);
  const seen: unknown[] = [];
  const sizes: number[] = [];
  let query: Record<string, string> = { fields: "id" };
  for (let more = true; more;) {
    const page = await sandbox.get(`/rest/v1/lists/${list}/leads.json`, query);
    seen.push(...page.result!.map((row) => row["id"]));
    sizes.push(page.result!.length);
    query = { fields: "id", nextPageToken: page.nextPageToken ?? "" };
    more = page.moreResult!;
  }
  assert.deepEqual(sizes, [300, 300, 50]);
  assert.deepEqual(
    seen,
    Array.from({ length: 650 }, (_, i) => i + 1),
  );
});

test("campaigns: listed, triggered with tokens, refused", async () => {
  const sandbox = await people();
  const id = sandbox.marketo.createCampaign("Sync to CRM");
  const batch = sandbox.marketo.createCampaign("Nightly", "batch");
  const played: number[][] = [];
  sandbox.marketo.onCampaign((request) => played.push(request.leadIds));
  const names = (await sandbox.get("/rest/v1/campaigns.json")).result!.map((row) => row["name"]);
  assert.deepEqual(names, ["Sync to CRM", "Nightly"]);
  const trigger = (campaign: number, leads: unknown) =>
    sandbox.post(`/rest/v1/campaigns/${campaign}/trigger.json`, {
      input: { leads, tokens: [{ name: "{{my.owner}}", value: "x" }] },
    });
  assert.deepEqual(body(await trigger(id, [{ id: 1 }, { id: 2 }])), {
    success: true,
    result: [{ id }],
  });
  assert.deepEqual(played, [[1, 2]]);
  assert.deepEqual(sandbox.marketo.campaignRequests[0]!.tokens, [
    { name: "{{my.owner}}", value: "x" },
  ]);
  const many = Array.from({ length: 101 }, () => ({ id: 1 }));
  assert.deepEqual(
    [
      outcome(await trigger(9, [{ id: 1 }])),
      outcome(await trigger(batch, [{ id: 1 }])),
      outcome(await trigger(id, [{ id: 99 }])),
      outcome(await trigger(id, many)),
    ],
    [
      "1013 Campaign not found",
      "1003 Campaign is not requestable",
      "1004 Lead not found",
      "1003 Number of leads exceeds the limit of 100",
    ],
  );
});
