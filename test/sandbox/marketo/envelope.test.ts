import assert from "node:assert/strict";
import { test } from "node:test";
import { failureBody } from "../../../src/sandbox/marketo/server";
import { bench, body, outcome, type Envelope } from "./support";

const json = { "Content-Type": "application/json" };

test("calls that fail before an endpoint sees them", async () => {
  const sandbox = await bench();
  const cases: [string, RequestInit, string][] = [
    ["/rest/v1/nothing.json", {}, "610 Requested resource not found"],
    ["/rest/v1/leads", {}, "610 Requested resource not found"],
    ["/rest//v1/leads.json", {}, "610 Requested resource not found"],
    ["/rest/v1/leads/schema/fields/%E0%A4%A.json", {}, "610 Requested resource not found"],
    ["//rest/v1/leads.json", {}, "610 Requested resource not found"],
    ["/bulk/v1/nothing.json", {}, "610 Requested resource not found"],
    ["/rest/v1/leads.json", { method: "PUT" }, "605 HTTP method 'PUT' not supported"],
    ["/rest/v1/lists.json", { method: "POST" }, "605 HTTP method 'POST' not supported"],
    ["/rest/v1/leads.json", { method: "POST", headers: json, body: "{" }, "609 Invalid JSON"],
    [
      "/rest/v1/leads.json",
      { method: "POST", headers: json, body: '{"input":[1]}' },
      "609 Invalid JSON",
    ],
    ["/rest/v1/leads.json", { method: "POST", body: "x" }, "612 Invalid Content Type"],
    [
      "/rest/v1/leads.json",
      { method: "POST", headers: json, body: "{}" },
      "1002 Missing value for the required parameter 'input'",
    ],
    ["/bulk/v1/leads.json", { method: "POST", body: "x" }, "613 Invalid Multipart Request"],
  ];
  for (const [path, init, expected] of cases) {
    const reply = await sandbox.fetch(path, init);
    assert.equal(reply.status, 200, path);
    assert.equal(reply.headers.get("content-type"), "application/json;charset=UTF-8");
    assert.equal(outcome((await reply.json()) as Envelope), expected, path);
  }
});

test("a failure has success false and errors, a success has neither errors nor warnings", async () => {
  const sandbox = await bench();
  assert.deepEqual(body(await sandbox.get("/rest/v1/lead/7.json")), {
    success: false,
    errors: [{ code: "1004", message: "Lead not found" }],
  });
  assert.deepEqual(
    body(
      await sandbox.get("/rest/v1/leads.json", { filterType: "email", filterValues: "a@x.org" }),
    ),
    { success: true, result: [], moreResult: false },
  );
});

test("too long: 414 for the URI, 413 for the body, and _method=GET as the way out", async () => {
  const sandbox = await bench();
  sandbox.marketo.create({ email: "a@x.org" });
  const values = [
    "a@x.org",
    ...Array.from({ length: 299 }, (_, i) => `${i}-${"n".repeat(30)}@x.org`),
  ];
  const form = new URLSearchParams({ filterType: "email", filterValues: values.join(",") });
  assert.equal((await sandbox.fetch(`/rest/v1/leads.json?${form}`)).status, 414);
  const reply = await sandbox.fetch("/rest/v1/leads.json?_method=GET&fields=email", {
    method: "POST",
    body: form,
  });
  assert.deepEqual(body((await reply.json()) as Envelope), {
    success: true,
    result: [{ email: "a@x.org" }],
    moreResult: false,
  });
  const big = JSON.stringify({ input: [{ email: "a@x.org", personNotes: "x".repeat(1_100_000) }] });
  const tooBig = { method: "POST", headers: json, body: big };
  assert.equal((await sandbox.fetch("/rest/v1/leads.json", tooBig)).status, 413);
});

test("operations are named after their endpoint", async () => {
  const sandbox = await bench();
  await sandbox.get("/rest/v1/lead/1.json");
  await sandbox.get("/rest/v1/lead/2.json");
  await sandbox.post("/rest/v1/leads.json", { input: [{ email: "a@x.org" }] });
  await sandbox.fetch("/rest/v1/leads.json?_method=GET", { method: "POST" });
  await sandbox.get("/nothing");
  assert.deepEqual(sandbox.kernel.log.counts(), {
    "marketo GET /identity/oauth/token": 1,
    "marketo GET /rest/v1/lead/{id}.json": 2,
    "marketo GET /rest/v1/leads.json": 1,
    "marketo GET unknown path": 1,
    "marketo POST /rest/v1/leads.json": 1,
  });
});

test("faults of the kernel: failures after the write, an HTML page, an empty body", async () => {
  const sandbox = await bench();
  const rule = { server: "marketo", method: "POST", path: "^/rest/v1/leads" } as const;
  const write = (email: string) => sandbox.post("/rest/v1/leads.json", { input: [{ email }] });
  const failures: [string, string][] = [
    ["604", "Request timed out"],
    ["608", "API Temporarily Unavailable"],
    ["611", "System error"],
    ["713", "Transient error"],
    ["719", "Lock wait timeout exception"],
  ];
  for (const [index, [code, message]] of failures.entries()) {
    const action = {
      kind: "respondAfterCommit",
      status: 200,
      body: failureBody(code, message),
    } as const;
    sandbox.kernel.faults.add({ ...rule, action });
    assert.equal(outcome(await write(`late${index}@x.org`)), `${code} ${message}`);
    assert.equal(sandbox.marketo.count(), index + 1);
  }
  const page = "<html>Bad Gateway</html>";
  sandbox.kernel.faults.add({ ...rule, action: { kind: "respond", status: 502, body: page } });
  const gateway = await sandbox.fetch("/rest/v1/leads.json", { method: "POST" });
  assert.deepEqual([gateway.status, await gateway.text()], [502, page]);
  sandbox.marketo.quirks.emptyBodies = 1;
  const empty = await sandbox.fetch("/rest/v1/leads.json", {
    method: "POST",
    headers: json,
    body: '{"input":[{"email":"b@x.org"}]}',
  });
  const count = sandbox.marketo.count();
  assert.deepEqual([empty.status, await empty.text(), count], [200, "", failures.length + 1]);
});

test("a fault of the sandbox's user is a system error of the call, told on stderr", async (t) => {
  const sandbox = await bench();
  const told = t.mock.method(console, "error", () => undefined);
  const lead = sandbox.marketo.create({});
  const id = sandbox.marketo.createCampaign("C");
  sandbox.marketo.onCampaign(() => {
    throw new Error("hook");
  });
  const request = { input: { leads: [{ id: lead }] } };
  const reply = await sandbox.post(`/rest/v1/campaigns/${id}/trigger.json`, request);
  assert.deepEqual([outcome(reply), told.mock.callCount()], ["611 System error", 1]);
});

test("large answers are gzipped when asked", async () => {
  const sandbox = await bench();
  const reply = await sandbox.fetch("/rest/v1/leads/describe.json", {
    headers: { "Accept-Encoding": "gzip" },
  });
  assert.equal(reply.headers.get("content-encoding"), "gzip");
  assert.equal(((await reply.json()) as Envelope).success, true);
});
