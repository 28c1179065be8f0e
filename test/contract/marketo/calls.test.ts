import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMarketoLimiter } from "../../../src/connectors/marketo/budget";
import { createMarketoConnector } from "../../../src/connectors/marketo/connector";
import { ERROR_RULES } from "../../../src/connectors/marketo/errors";
import type { FaultAction } from "../../../src/sandbox/kernel/faults";
import { calls, failureOf, keyed, newPerson, range, tally, withWorld } from "./support";

const respond = (status: number, body: string): FaultAction => ({ kind: "respond", status, body });
const errorBody = (code: string) =>
  JSON.stringify({ requestId: "a#1", success: false, errors: [{ code, message: `m${code}` }] });
const isStatus = (code: string) => /^[45]\d\d$/.test(code);

describe("Marketo calls: every code of the table, as the answer to each try", () => {
  for (const [code, rule] of Object.entries(ERROR_RULES)) {
    if (code.startsWith("1029")) continue;
    const body = code === "unreadable" ? "" : isStatus(code) ? "<html>" : errorBody(code);
    const action = respond(isStatus(code) ? Number(code) : 200, body);
    const tries =
      rule.action === "giveUp" ? 1 : rule.action === "renewToken" ? 2 : (rule.attempts ?? 5);

    it(
      `${code}: a read is tried ${tries} times and ends as ${rule.class}`,
      withWorld(async ({ port, kernel }) => {
        kernel.faults.add({ server: "marketo", path: "^/rest", times: Infinity, action });
        await assert.rejects(port.read([1], ["id"]), (error) => {
          assert.equal(failureOf(error).split(" ")[0], rule.class);
          return true;
        });
        assert.equal(port.calls, tries);
      }),
    );

    it(
      `${code}: a write ${rule.mayHaveApplied ? "is never repeated and stays unknown" : `ends as ${rule.class}`}`,
      withWorld(async ({ port, kernel }) => {
        kernel.faults.add({ server: "marketo", path: "^/rest", times: Infinity, action });
        const outcome = await port.write([newPerson(1)], keyed).then(
          ([result]) => (result?.kind === "failed" ? result.failure.class : result?.kind),
          (error: unknown) => failureOf(error).split(" ")[0],
        );
        assert.equal(outcome, rule.mayHaveApplied ? "unknown" : rule.class);
        assert.equal(port.calls, rule.mayHaveApplied ? 1 : tries);
      }),
    );
  }
});

describe("Marketo calls: transport", () => {
  it(
    "a query over 7 KB goes as a form with _method=GET, a short one as a query",
    withWorld(async (world) => {
      const mails = range(300).map((n) => `somebody.with.a.long.name.${n}+tag@example.com`);
      world.sandbox.load(mails.map((email) => ({ email })));
      const found = await world.port.find({ field: "email", values: mails }, ["email"]);
      await world.port.find({ field: "email", values: mails.slice(0, 3) }, ["email"]);
      assert.equal(found.length, 300);
      assert.deepEqual(
        calls(world).map(({ method, target }) => `${method} ${target.split("=")[0]}`),
        ["POST /rest/v1/leads.json?_method", "GET /rest/v1/leads.json?filterType"],
      );
    }),
  );

  it(
    "200 with HTML or nothing is read again",
    withWorld(async ({ port, kernel, hands }) => {
      const id = hands.create({ firstName: "Ann" });
      for (const body of ["", "<html>busy</html>"]) {
        kernel.faults.add({ server: "marketo", path: "^/rest", action: respond(200, body) });
      }
      assert.deepEqual(await port.read([id], ["firstName"]), [
        { id, values: { firstName: "Ann" } },
      ]);
      assert.equal(port.calls, 3);
    }),
  );

  for (const code of ["601", "602"]) {
    it(
      `${code}: one new token, then the same call again`,
      withWorld(async ({ port, kernel }) => {
        await port.read([1], ["id"]);
        const action = respond(200, errorBody(code));
        kernel.faults.add({ server: "marketo", path: "^/rest", action });
        kernel.log.reset();
        const results = await port.write([newPerson(1)], keyed);
        assert.deepEqual(tally(results), { written: 1 });
        assert.deepEqual(
          kernel.log.entries().map(({ target }) => target.split("?")[0]),
          ["/rest/v1/leads.json", "/identity/oauth/token", "/rest/v1/leads.json"],
        );
      }),
    );
  }

  it(
    "a write whose token could not be had was not sent: it failed, and is not unknown",
    withWorld(async ({ port, kernel, count }) => {
      const action = { kind: "resetBefore" } as const;
      kernel.faults.add({ server: "marketo", path: "^/identity", times: Infinity, action });
      const write = port.write([newPerson(1)], keyed);
      await assert.rejects(write, (error) => failureOf(error) === "retry CS-NETWORK");
      assert.deepEqual([port.calls, count()], [0, 0]);
    }),
  );

  it(
    "calls counts the API's calls, not the identity's",
    withWorld(async (world) => {
      await world.port.describe();
      await world.port.read([1], ["id"]);
      await world.port.write([newPerson(1)], keyed);
      assert.deepEqual([world.port.calls, calls(world).length], [4, 4]);
    }),
  );
});

describe("Marketo calls: budget", () => {
  it(
    "200 reads in a row never meet 606 or 615",
    withWorld(async ({ port, sandbox, now }) => {
      sandbox.quirks.latencyMs = 1;
      const start = now();
      await Promise.all(range(200).map(() => port.read([1], ["id"])));
      assert.deepEqual(sandbox.usage().errors, { date: "2026-03-10", total: 0, errors: [] });
      assert.ok(now() - start >= 60_000, "four windows of 50 calls take three waits");
    }),
  );

  it(
    "when others use the instance too, 606 is waited out and every call succeeds",
    withWorld(async ({ port, sandbox }) => {
      sandbox.limits.callsPerWindow = 8;
      const results = await Promise.all(range(30).map((n) => port.write([newPerson(n)], keyed)));
      assert.deepEqual(tally(results.flat()), { written: 30 });
      assert.equal(sandbox.count(), 30);
    }),
  );

  it(
    "615 is waited out as well",
    withWorld(async ({ port, sandbox }) => {
      sandbox.limits.concurrent = 2;
      sandbox.quirks.latencyMs = 2;
      const results = await Promise.all(range(12).map((n) => port.write([newPerson(n)], keyed)));
      assert.deepEqual(tally(results.flat()), { written: 12 });
    }),
  );

  it(
    "urgent calls go first",
    withWorld(async (world) => {
      const { transport, tokens, timing, url } = world;
      const budget = { callsPerWindow: 50, concurrent: 1 };
      const limiter = createMarketoLimiter(budget, { timing });
      const port = createMarketoConnector({ url, transport, tokens, limiter, timing });
      await Promise.all([
        ...range(5).map((n) =>
          port.find({ field: "email", values: [`c${n}@example.com`] }, ["id"]),
        ),
        port.find({ field: "email", values: ["now@example.com"] }, ["id"], { urgent: true }),
      ]);
      const order = calls(world).map(({ target }) => /(\w+)%40/.exec(target)?.[1]);
      assert.ok(order.indexOf("now") <= 1, `the order was ${order.join(" ")}`);
    }),
  );

  it(
    "our own daily cap stops before the instance's quota, until midnight US Central",
    withWorld(async ({ transport, tokens, timing, url, advance }) => {
      const used = new Map<number, number>();
      const ledger = {
        used: (day: number) => used.get(day) ?? 0,
        add: (day: number, count: number) => void used.set(day, (used.get(day) ?? 0) + count),
      };
      const budget = { callsPerWindow: 50, concurrent: 5, dailyCap: 3 };
      const limiter = createMarketoLimiter(budget, { timing, ledger });
      const port = createMarketoConnector({ url, transport, tokens, limiter, timing });
      for (const _ of range(3)) await port.read([1], ["id"]);
      const over = (error: unknown) => failureOf(error) === "quota CS-DAILY-CAP";
      await assert.rejects(port.read([1], ["id"]), over);
      await assert.rejects(port.write([newPerson(1)], keyed), over);
      // 12:00 UTC is 07:00 in Chicago.
      advance(17 * 3_600_000);
      assert.deepEqual(await port.read([1], ["id"]), []);
      assert.deepEqual([...used.values()], [3, 1]);
    }),
  );
});
