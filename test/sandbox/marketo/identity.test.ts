import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, outcome } from "./support";

const tokenUrl = (url: string, query: Record<string, string>) =>
  `${url}/identity/oauth/token?${new URLSearchParams(query)}`;
const good = { grant_type: "client_credentials", client_id: "one", client_secret: "s1" };

test("a token is the same for all who ask until it expires, with its remaining life", async () => {
  const { url, clock } = await bench();
  const ask = async () =>
    (await (await fetch(tokenUrl(url, good))).json()) as Record<string, unknown>;
  const first = await ask();
  assert.match(String(first["access_token"]), /^[0-9a-f]{8}-[0-9a-f-]{27}:\w+$/);
  assert.deepEqual(
    { ...first, access_token: "*" },
    { access_token: "*", token_type: "bearer", expires_in: 3599, scope: "one@example.com" },
  );
  clock.advance(1_000_000);
  assert.deepEqual(await ask(), { ...first, expires_in: 2599 });
  clock.advance(2_600_000);
  const next = await ask();
  assert.notEqual(next["access_token"], first["access_token"]);
  assert.equal(next["expires_in"], 3599);
});

test("POST with a form gives the same token, another service has its own", async () => {
  const { url } = await bench();
  const get = (await (await fetch(tokenUrl(url, good))).json()) as Record<string, unknown>;
  const post = await fetch(`${url}/identity/oauth/token`, {
    method: "POST",
    body: new URLSearchParams(good),
  });
  assert.deepEqual(await post.json(), get);
  const two = { ...good, client_id: "two", client_secret: "s2" };
  const other = (await (await fetch(tokenUrl(url, two))).json()) as Record<string, unknown>;
  assert.notEqual(other["access_token"], get["access_token"]);
  assert.equal(other["scope"], "two@example.com");
});

const refusals = [
  {
    name: "bad secret",
    query: { ...good, client_secret: "x" },
    status: 401,
    error: "unauthorized",
  },
  { name: "unknown id", query: { ...good, client_id: "x" }, status: 401, error: "invalid_client" },
  {
    name: "other grant",
    query: { ...good, grant_type: "password" },
    status: 400,
    error: "unsupported_grant_type",
  },
];
for (const { name, query, status, error } of refusals) {
  test(`identity refuses: ${name}`, async () => {
    const { url } = await bench();
    const reply = await fetch(tokenUrl(url, query));
    const json = (await reply.json()) as Record<string, unknown>;
    assert.deepEqual(
      [reply.status, json["error"], typeof json["error_description"]],
      [status, error, "string"],
    );
  });
}

test("the first use of an expired token is 602, the next 601; a new token works", async () => {
  const sandbox = await bench();
  const lists = () => sandbox.get("/rest/v1/lists.json").then(outcome);
  sandbox.clock.advance(3_599_000);
  assert.equal(await lists(), "success");
  sandbox.clock.advance(1_000);
  assert.deepEqual(
    [await lists(), await lists(), await lists()],
    ["602 Access token expired", "601 Access token invalid", "601 Access token invalid"],
  );
  await sandbox.signIn();
  assert.equal(await lists(), "success");
  sandbox.marketo.expireTokens();
  assert.equal(await lists(), "602 Access token expired");
});

test("no token, a query token and an unknown token", async () => {
  const { url, signIn } = await bench();
  const token = await signIn();
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const reply = await fetch(`${url}${path}`, { headers });
    return `${reply.status} ${outcome((await reply.json()) as never)}`;
  };
  assert.deepEqual(
    [
      await get("/rest/v1/lists.json"),
      await get(`/rest/v1/lists.json?access_token=${token}`),
      await get("/rest/v1/lists.json", { Authorization: "Bearer nonsense" }),
      await get("/rest/v1/lists.json", { Authorization: `Bearer ${token}` }),
    ],
    [
      "200 603 Access denied",
      "200 603 Access denied",
      "200 601 Access token invalid",
      "200 success",
    ],
  );
});

test("a permission is needed, can be taken and given back, per service", async () => {
  const sandbox = await bench();
  const id = sandbox.marketo.create({ email: "a@x.org" });
  const read = () => sandbox.get(`/rest/v1/lead/${id}.json`).then(outcome);
  const write = () =>
    sandbox
      .post("/rest/v1/leads.json", { input: [{ email: "a@x.org", city: "Oslo" }] })
      .then(outcome);
  sandbox.marketo.permissions.revoke("one", "Read-Write Lead");
  assert.deepEqual([await read(), await write()], ["success", "603 Access denied"]);
  sandbox.marketo.permissions.revoke("one", "Read-Only Lead");
  assert.deepEqual([await read(), await write()], ["603 Access denied", "603 Access denied"]);
  assert.equal(outcome(await sandbox.get("/rest/v1/stats/usage.json")), "success");
  await sandbox.signIn("two", "s2");
  assert.deepEqual([await read(), await write()], ["success", "success"]);
  sandbox.marketo.permissions.grant("one", "Read-Write Lead");
  await sandbox.signIn();
  assert.deepEqual([await read(), await write()], ["success", "success"]);
});
