import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { loadSample, refusal, startDataverse, type Harness } from "./support";

let server: Harness;
beforeEach(async () => {
  server = await startDataverse({ limits: "real" });
  loadSample(server.org);
});
afterEach(() => server.close());

const who = (token = "app") => server.get("WhoAmI", { token });

describe("service protection", () => {
  it("has the real numbers and shows them on every answer, with a thousands separator", async () => {
    assert.deepEqual(server.org.protection.numbers, {
      requests: 6000,
      executionMs: 1_200_000,
      concurrent: 52,
      windowMs: 300_000,
    });
    const { headers } = await who();
    assert.deepEqual(
      [
        "x-ms-dop-hint",
        "x-ms-ratelimit-burst-remaining-xrm-requests",
        "x-ms-ratelimit-time-remaining-xrm-requests",
      ].map((name) => headers.get(name)),
      ["4", "7999", "1,199.99"],
    );
    assert.match(headers.get("x-ms-service-request-id")!, /^[0-9a-f-]{36}$/);
    assert.match(headers.get("set-cookie")!, /^ARRAffinity=/);
  });

  it("refuses over the number of requests until the window has moved on; others go on", async () => {
    server.org.protection.numbers.requests = 3;
    await who();
    server.clock.advance(100_000);
    await who();
    await who();
    const answer = await who();
    assert.deepEqual(refusal(answer), [
      429,
      "0x80072322",
      "Number of requests exceeded the limit of 3 over time window of 300 seconds.",
    ]);
    assert.deepEqual(
      [answer.headers.get("retry-after"), (await who()).headers.get("retry-after")],
      ["200", "201"],
    );
    assert.equal((await who("seller")).status, 200);
    server.clock.advance(200_000);
    assert.deepEqual([(await who()).status, (await who()).status], [200, 429]);
  });

  it("refuses over the combined execution time", async () => {
    server.org.protection.numbers.executionMs = 30;
    const statuses = [(await who()).status, (await who()).status, (await who()).status];
    assert.deepEqual(statuses, [200, 200, 429]);
    assert.deepEqual(refusal(await who()).slice(1), [
      "0x80072321",
      "Combined execution time of incoming requests exceeded limit of 30 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
    ]);
  });

  it("charges a batch as one request but with the time of all its parts", async () => {
    server.org.protection.numbers.requests = 1;
    const part = "Content-Type: application/http\r\n\r\nGET contacts?$top=1 HTTP/1.1\r\n\r\n\r\n";
    const answer = await server.send("POST", "$batch", {
      body: `--b\r\n${part}--b\r\n${part}--b--\r\n`,
      headers: { "Content-Type": "multipart/mixed; boundary=b" },
    });
    assert.deepEqual(
      [answer.status, answer.headers.get("x-ms-ratelimit-time-remaining-xrm-requests")],
      [200, "1,199.97"],
    );
    assert.equal((await who()).status, 429);
  });

  it("refuses more requests at once than allowed", async () => {
    Object.assign(server.org.protection, { latencyMs: 300 });
    server.org.protection.numbers.concurrent = 2;
    const answers = await Promise.all(Array.from({ length: 5 }, () => who()));
    const refused = answers.filter((answer) => answer.status === 429);
    assert.equal(refused.length, 3);
    assert.deepEqual(refusal(refused[0]!).slice(1), [
      "0x80072326",
      "Number of concurrent requests exceeded the limit of 2.",
    ]);
    Object.assign(server.org.protection, { latencyMs: 0 });
    assert.equal((await who()).status, 200);
  });

  it("lets everything through when switched off", async () => {
    server.org.protection.enabled = false;
    server.org.protection.numbers.requests = 1;
    assert.deepEqual([(await who()).status, (await who()).status], [200, 200]);
  });
});
