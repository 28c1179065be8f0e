import assert from "node:assert/strict";
import { test } from "node:test";
import { TransportError } from "../../../../src/http/transportError";
import { CallError, type Failure } from "../../../../src/model/failure";
import type { DynamicsWrite, WriteResult } from "../../../../src/sync/ports";
import { batch, error, fakeOrg, json } from "./fakeOrg";

const id = (n: number) => `0000000${n}-1111-4111-8111-111111111111`;
const update = (n: number): DynamicsWrite => ({
  kind: "update",
  id: id(n),
  version: 'W/"5"',
  values: { jobtitle: "CTO" },
});
const create = (n: number): DynamicsWrite => ({
  kind: "create",
  id: id(n),
  values: { lastname: "N" },
});
const row = (n: number, version = 6) => ({ "@odata.etag": `W/"${version}"`, contactid: id(n) });
const wireError = (code: string) => ({ error: { code, message: `Message of ${code}` } });
const lostAnswer = new TransportError(
  { class: "retry", code: "CS-TIMEOUT", message: "slow" },
  "maybe",
);
const noConnection = new TransportError(
  { class: "retry", code: "CS-NETWORK", message: "down" },
  "no",
);

function brief(result: WriteResult): string {
  if (result.kind === "written")
    return `${result.created ? "created" : "updated"} ${result.version}`;
  return `${result.kind} ${result.failure.class} ${result.failure.code}`;
}

async function failureOf(call: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await call;
    return undefined;
  } catch (thrown) {
    if (thrown instanceof CallError) return thrown.failure;
    throw thrown;
  }
}

test("a read sends what the Web API expects", async () => {
  const { connector, requests } = fakeOrg([json({ value: [row(1)] })]);
  await connector.read("contact", [id(1).toUpperCase()], ["jobtitle", "ownerid"]);
  const { "x-ms-client-request-id": requestId, ...headers } = requests[0]?.headers ?? {};
  assert.match(requestId ?? "", /^[0-9a-f-]{36}$/);
  assert.deepEqual(headers, {
    Accept: "application/json",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    "If-None-Match": "null",
    Prefer: "odata.maxpagesize=5000",
    Authorization: "Bearer token1",
  });
  assert.equal(
    decodeURIComponent(requests[0]?.url ?? ""),
    `https://contoso.crm.dynamics.com/api/data/v9.2/contacts?$select=contactid,jobtitle,_ownerid_value&$filter=Microsoft.Dynamics.CRM.In(PropertyName='contactid',PropertyValues=['${id(1)}'])`,
  );
});

test("a write is a batch of PATCHes, each with its own precondition", async () => {
  const { connector, requests } = fakeOrg([batch([200, row(1)], [201, row(2, 7)])]);
  const results = await connector.write("contact", [update(1), create(2)]);
  assert.deepEqual(results.map(brief), ['updated W/"6"', 'created W/"7"']);
  assert.equal(requests[0]?.headers?.["Prefer"], "odata.continue-on-error");
  const body = String(requests[0]?.body);
  const operations = body.split(/--batch_[^\r]*\r\n/).slice(1, 3);
  assert.deepEqual(
    operations.map((operation) => operation.split("\r\n").slice(3, -1)),
    [
      [
        `PATCH /api/data/v9.2/contacts(${id(1)})?$select=contactid HTTP/1.1`,
        "Content-Type: application/json; charset=utf-8",
        "Accept: application/json",
        "Prefer: return=representation",
        'If-Match: W/"5"',
        "",
        '{"jobtitle":"CTO"}',
      ],
      [
        `PATCH /api/data/v9.2/contacts(${id(2)})?$select=contactid HTTP/1.1`,
        "Content-Type: application/json; charset=utf-8",
        "Accept: application/json",
        "Prefer: return=representation",
        "If-None-Match: *",
        "",
        '{"lastname":"N"}',
      ],
    ],
  );
});

test("inner 429 and a deadlock are sent again, those alone, after the longest pause", async () => {
  const { connector, waits, requests } = fakeOrg([
    batch(
      [429, wireError("0x80072322"), { "Retry-After": "9" }],
      [200, row(2)],
      [500, wireError("0x80044150")],
    ),
    batch([200, row(1)], [500, wireError("0x80044150")]),
    batch([500, wireError("0x80044150")]),
  ]);
  const results = await connector.write("contact", [update(1), update(2), update(3)]);
  assert.deepEqual(results.map(brief), [
    'updated W/"6"',
    'updated W/"6"',
    "failed retry 0x80044150",
  ]);
  assert.deepEqual([waits, requests.length], [[9_000, 1_000], 3]);
});

test("a batch that broke off leaves updates unknown and looks for its creates", async () => {
  const { connector, requests } = fakeOrg([
    batch([200, row(1)]),
    json({ value: [row(3)] }),
    batch([201, row(4)]),
  ]);
  const results = await connector.write("contact", [update(1), update(2), create(3), create(4)]);
  assert.deepEqual(results.map(brief), [
    'updated W/"6"',
    "unknown retry CS-NETWORK",
    "created null",
    'created W/"6"',
  ]);
  assert.deepEqual(
    requests.map((request) => request.method),
    ["POST", "GET", "POST"],
  );
});

test("creates that cannot be looked for are unknown", async () => {
  const { connector } = fakeOrg([lostAnswer, error("0x80072560", 403)]);
  assert.deepEqual((await connector.write("contact", [create(1)])).map(brief), [
    "unknown retry CS-TIMEOUT",
  ]);
});

test("a page of somebody else in place of the answer leaves updates unknown and looks for the creates", async () => {
  const page = { status: 200, body: "<html>Sign in to the Wi-Fi</html>" };
  const { connector } = fakeOrg([page, json({ value: [row(2)] })]);
  const results = await connector.write("contact", [update(1), create(2)]);
  assert.deepEqual(results.map(brief), ["unknown configuration CS-NETWORK", "created null"]);
});

test("without a connection nothing was written, so the same batch goes again", async () => {
  const { connector, requests } = fakeOrg([noConnection, batch([200, row(1)])]);
  assert.deepEqual((await connector.write("contact", [update(1)])).map(brief), ['updated W/"6"']);
  assert.equal(requests.length, 2);
});

test("when a later batch fails as a whole, earlier outcomes are kept and nothing more is sent", async () => {
  const { connector, requests } = fakeOrg([batch([200, row(1)]), error("0x80072560", 403)], {
    batchSize: 1,
    parallel: 1,
  });
  const results = await connector.write("contact", [update(1), update(2), update(3)]);
  assert.deepEqual(results.map(brief), [
    'updated W/"6"',
    "failed configuration 0x80072560",
    "failed configuration 0x80072560",
  ]);
  assert.equal(requests.length, 2);
});

test("two writes to one row go one after the other", async () => {
  let running = 0;
  let most = 0;
  const { connector } = fakeOrg([], {
    batchSize: 1,
    parallel: 4,
    transport: {
      close: () => undefined,
      send: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return { status: 200, headers: {}, body: "", ms: 1, ...batch([200, row(1)]) };
      },
    },
  });
  await connector.write("contact", [update(1), update(1), update(2)]);
  assert.equal(most, 1);
  await connector.write("contact", [update(1), update(2), update(3)]);
  assert.equal(most, 3);
});

test("the server's recommendation caps how many batches go at once", async () => {
  let running = 0;
  let most = 0;
  const { connector } = fakeOrg([], {
    batchSize: 1,
    parallel: 4,
    transport: {
      close: () => undefined,
      send: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        const { headers, ...reply } = batch([200, row(1)]) as { headers: Record<string, string> };
        return {
          status: 200,
          body: "",
          ms: 1,
          ...reply,
          headers: { ...headers, "x-ms-dop-hint": "2" },
        };
      },
    },
  });
  await connector.write("contact", [update(1)]);
  await connector.write("contact", [1, 2, 3, 4, 5].map(update));
  assert.equal(most, 2);
});

test("after a 401 the token is renewed exactly once", async () => {
  const good = fakeOrg([error("0x8004a101", 401), json({ value: [] })]);
  await good.connector.read("contact", [id(1)], []);
  assert.deepEqual(good.tokens, [false, true]);
  const bad = fakeOrg([error("0x8004a101", 401), error("0x8004a101", 401)]);
  const failure = await failureOf(bad.connector.read("contact", [id(1)], []));
  assert.deepEqual([failure?.class, bad.tokens], ["signIn", [false, true]]);
  const disabled = fakeOrg([error("0x80040225", 401)]);
  assert.equal(
    (await failureOf(disabled.connector.read("contact", [id(1)], [])))?.class,
    "configuration",
  );
});

test("what no Dynamics says is a matter of the URL, not an empty result", async () => {
  const cases = [
    [{ status: 200, body: "<html>Sign in to the Wi-Fi</html>" }],
    [json({ value: [{ contactid: id(1) }] })],
  ];
  const classes: (string | undefined)[] = [];
  for (const replies of cases) {
    const { connector } = fakeOrg(replies);
    classes.push((await failureOf(connector.read("contact", [id(1)], [])))?.class);
  }
  assert.deepEqual(classes, ["configuration", "configuration"]);
});

test("a tracked read without a delta link at its end is no read", async () => {
  const { connector, requests } = fakeOrg([json({ value: [] })]);
  const failure = await failureOf(
    (async () => {
      for await (const _page of connector.changes("contact", { columns: [], checkpoint: null }));
    })(),
  );
  assert.equal(failure?.code, "0x80072491");
  assert.equal(requests[0]?.headers?.["Prefer"], "odata.track-changes, odata.maxpagesize=5000");
});

test("tombstones are told by their context or their reason, and by nothing else", async () => {
  const { connector } = fakeOrg([
    json({
      value: [
        row(1),
        { "@odata.context": "x/$metadata#contacts/$deletedEntity", id: id(2).toUpperCase() },
        { id: id(3), reason: "deleted" },
      ],
      "@odata.deltaLink": "https://contoso.crm.dynamics.com/api/data/v9.2/contacts?$deltatoken=1",
    }),
    json({ value: [{ id: id(4) }], "@odata.deltaLink": "x" }),
  ]);
  const pages: unknown[] = [];
  const read = async () => {
    for await (const page of connector.changes("contact", { columns: [], checkpoint: null })) {
      pages.push([page.rows.map((r) => r.id), page.deletedIds]);
    }
  };
  await read();
  assert.deepEqual(pages, [[[id(1)], [id(2), id(3)]]]);
  assert.equal((await failureOf(read()))?.class, "configuration");
});

test("a publisher's lookup is looked up in the metadata once, and bound by its own name", async () => {
  const region = {
    ReferencingAttribute: "new_region",
    ReferencedEntity: "new_region",
    ReferencingEntityNavigationPropertyName: "new_Region",
  };
  const { connector, requests } = fakeOrg([
    json({ value: [region] }),
    json({ value: [{ ...row(1), _new_region_value: id(9).toUpperCase() }] }),
    json({ EntitySetName: "new_regions" }),
    batch([200, row(1)], [200, row(2)]),
  ]);
  const read = await connector.read("contact", [id(1)], ["new_region", "new_text"]);
  assert.deepEqual(read[0]?.values, { new_region: id(9) });
  assert.match(requests[1]?.url ?? "", /\$select=contactid,_new_region_value,new_text&/);
  const set = (n: number, value: unknown): DynamicsWrite => ({
    kind: "update",
    id: id(n),
    version: 'W/"5"',
    values: { new_region: value, new_text: "x" },
  });
  await connector.write("contact", [set(1, id(8)), set(2, null)]);
  const bodies = [...String(requests[3]?.body).matchAll(/^\{.*\}/gm)].map(([body]) => body);
  assert.deepEqual(bodies, [
    `{"new_Region@odata.bind":"/new_regions(${id(8)})","new_text":"x"}`,
    '{"new_Region@odata.bind":null,"new_text":"x"}',
  ]);
});
