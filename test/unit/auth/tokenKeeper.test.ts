import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenKeeper } from "../../../src/auth/tokenKeeper";
import { createMarketoTokens } from "../../../src/auth/marketoToken";
import { CallError } from "../../../src/model/failure";
import type { HttpRequest, HttpResponse } from "../../../src/http/transport";
import { createFakeTiming } from "../http/fakeTiming";

test("one fetch serves all, the token is renewed early, and a refused one is replaced once", async () => {
  const timing = createFakeTiming();
  const fetches: boolean[] = [];
  const keeper = createTokenKeeper(timing, async (forced) => {
    fetches.push(forced);
    return { value: `t${fetches.length}`, expiresAt: timing.now() + 3_600_000 };
  });
  const seen: string[][] = [];
  const ask = async (...forced: boolean[]) =>
    seen.push(await Promise.all(forced.map((forceRefresh) => keeper.token({ forceRefresh }))));
  await ask(false, false, false);
  await timing.advance(3_299_000);
  await ask(false);
  await timing.advance(2_000);
  await ask(false, false);
  await ask(true, true, true, false);
  keeper.forget();
  await ask(false);
  assert.deepEqual(seen, [
    ["t1", "t1", "t1"],
    ["t1"],
    ["t2", "t2"],
    ["t3", "t3", "t3", "t2"],
    ["t4"],
  ]);
  assert.deepEqual(fetches, [false, false, true, false]);
});

test("a failed fetch fails its callers and is tried again by the next", async () => {
  const timing = createFakeTiming();
  let tries = 0;
  const keeper = createTokenKeeper(timing, async () => {
    if (++tries === 1) throw new Error("down");
    return { value: "t", expiresAt: timing.now() + 3_600_000 };
  });
  const [first, second] = await Promise.allSettled([keeper.token(), keeper.token()]);
  assert.deepEqual(
    [first.status, second.status, await keeper.token(), tries],
    ["rejected", "rejected", "t", 2],
  );
});

test("an abort ends one wait, not the fetch that others share", async () => {
  let arrive = (_: { value: string; expiresAt: number }): void => undefined;
  const keeper = createTokenKeeper(
    createFakeTiming(),
    () => new Promise((resolve) => (arrive = resolve)),
  );
  const stop = new AbortController();
  const impatient = keeper.token({ signal: stop.signal });
  const patient = keeper.token();
  stop.abort();
  await assert.rejects(
    impatient,
    (error) => error instanceof CallError && error.failure.class === "canceled",
  );
  arrive({ value: "t", expiresAt: 1e12 });
  assert.equal(await patient, "t");
});

function marketo(answers: (Partial<HttpResponse> & { status: number })[]) {
  const timing = createFakeTiming();
  const requests: HttpRequest[] = [];
  const tokens = createMarketoTokens({
    url: "https://123-abc-456.mktorest.test/rest",
    clientId: " id ",
    clientSecret: "se&cret",
    timing,
    transport: {
      close: () => undefined,
      send: async (request) => {
        requests.push(request);
        const answer = answers[Math.min(requests.length, answers.length) - 1];
        return { headers: {}, body: "", ms: 1, ...(answer ?? { status: 500 }) };
      },
    },
  });
  return { timing, requests, tokens };
}
const granted = (token: string, seconds: number) => ({
  status: 200,
  body: JSON.stringify({ access_token: token, token_type: "bearer", expires_in: seconds }),
});

test("Marketo: renewed a minute early, and a token's last two minutes are used until 15 s are left", async () => {
  const { timing, requests, tokens } = marketo([
    granted("a", 3_600),
    granted("b", 50),
    granted("c", 3_600),
  ]);
  const seen: string[] = [];
  for (const ms of [0, 3_539_000, 1_000, 34_000, 1_000]) {
    await timing.advance(ms);
    seen.push(await tokens.token());
  }
  assert.deepEqual(seen, ["a", "a", "b", "b", "c"]);
  assert.equal(
    requests[0]?.url,
    "https://123-abc-456.mktorest.test/identity/oauth/token?grant_type=client_credentials&client_id=id&client_secret=se%26cret",
  );
  assert.equal(requests[0]?.redirect, "error");
});

const marketoFailures: [string, Partial<HttpResponse> & { status: number }, string][] = [
  ["wrong secret", { status: 401, body: '{"error":"unauthorized"}' }, "signIn unauthorized"],
  [
    "an error in a 200",
    { status: 200, body: '{"error":"invalid_client"}' },
    "signIn invalid_client",
  ],
  ["401 without a body", { status: 401 }, "signIn HTTP 401"],
  ["another host", { status: 404, body: "<html>" }, "configuration HTTP 404"],
  ["a gateway", { status: 502, body: "<html>" }, "retry HTTP 502"],
  ["an empty answer", { status: 200 }, "retry HTTP 200"],
];

for (const [name, answer, expected] of marketoFailures) {
  test(`Marketo sign-in: ${name}`, async () => {
    const { tokens } = marketo([answer]);
    await assert.rejects(tokens.token(), (error) => {
      assert.ok(error instanceof CallError);
      const { failure } = error;
      assert.deepEqual([`${failure.class} ${failure.code}`, failure.side], [expected, "marketo"]);
      return !failure.message.includes("se&cret");
    });
  });
}
