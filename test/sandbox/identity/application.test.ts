import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Configuration } from "@azure/msal-node";
import type { Grant } from "../../../src/sandbox/identity/directory";
import type { AadstsCode } from "../../../src/sandbox/identity/errors";
import type { FaultAction } from "../../../src/sandbox/kernel/faults";
import {
  CLIENT,
  confidential,
  failure,
  keys,
  RESOURCE,
  SECRET,
  startIdentity,
  THUMBPRINT,
  type Stage,
} from "./support";

const SCOPES = [`${RESOURCE}/.default`];
const otherKey = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey;
const certificate = (thumbprintSha256: string, privateKey: string) => ({
  clientCertificate: { thumbprintSha256, privateKey },
});

describe("an application signs in", () => {
  let stage: Stage;
  before(async () => {
    stage = await startIdentity();
  });
  beforeEach(() => {
    stage.identity.reset();
    stage.kernel.faults.clear();
    stage.kernel.log.reset();
  });
  after(() => stage.close());

  const signIn = (auth: Partial<Configuration["auth"]>, scopes = SCOPES, tenant?: string) =>
    confidential(stage, auth, tenant).acquireTokenByClientCredential({ scopes });

  for (const [name, auth] of Object.entries({
    "with a secret": { clientSecret: SECRET },
    "with a certificate": certificate(THUMBPRINT, keys.privateKey),
  })) {
    it(`${name} and gets a token that stands for it`, async () => {
      const result = await signIn(auth);
      assert.deepEqual(stage.identity.tokens.verify(result!.accessToken), {
        kind: "application",
        clientId: CLIENT,
        objectId: stage.app.objectId,
      });
      assert.deepEqual(stage.kernel.log.counts(), { "identity POST token client_credentials": 1 });
    });
  }

  const refusals: {
    name: string;
    auth?: Partial<Configuration["auth"]>;
    scopes?: string[];
    tenant?: string;
    expected: Record<string, unknown>;
  }[] = [
    {
      name: "a wrong secret",
      auth: { clientSecret: "wrong" },
      expected: { errorCode: "invalid_client", errorNo: "7000215", status: 401 },
    },
    {
      name: "an expired secret",
      auth: { clientSecret: "old-secret" },
      expected: { errorCode: "invalid_client", errorNo: "7000222", status: 401 },
    },
    {
      name: "an unknown app",
      auth: { clientSecret: SECRET, clientId: "c11e0000-0000-4000-8000-00000000dead" },
      expected: { errorCode: "unauthorized_client", errorNo: "700016", status: 400 },
    },
    {
      name: "an unknown tenant",
      tenant: "7e4a0000-0000-4000-8000-00000000dead",
      expected: { errorCode: "invalid_request", errorNo: "90002", status: 400 },
    },
    {
      name: "another org's scope",
      scopes: ["https://fabrikam.crm.emu.test/.default"],
      expected: { errorCode: "invalid_resource", errorNo: "500011", status: 400 },
    },
    {
      name: "a delegated scope",
      scopes: [`${RESOURCE}/user_impersonation`],
      expected: { errorCode: "invalid_scope", errorNo: "1002012", status: 400 },
    },
    {
      name: "a certificate that is not registered",
      auth: certificate("CD".repeat(32), keys.privateKey),
      expected: { errorCode: "invalid_client", errorNo: "700027", status: 401 },
    },
    {
      name: "a registered thumbprint with another key",
      auth: certificate(THUMBPRINT, otherKey),
      expected: { errorCode: "invalid_client", errorNo: "700027", status: 401 },
    },
    {
      name: "an assertion that is no JWT",
      auth: { clientAssertion: "nonsense" },
      expected: { errorCode: "invalid_client", errorNo: "700027", status: 401 },
    },
  ];
  for (const { name, auth = { clientSecret: SECRET }, scopes, tenant, expected } of refusals) {
    it(`is refused for ${name}`, async () => {
      assert.deepEqual(await failure(signIn(auth, scopes, tenant)), expected);
    });
  }

  const armed: [AadstsCode, Grant | undefined, Record<string, unknown>][] = [
    [53003, undefined, { errorCode: "invalid_grant", subError: "message_only" }],
    [7000222, "client_credentials", { errorCode: "invalid_client", status: 401 }],
    [7000218, "client_credentials", { errorCode: "invalid_client", status: 401 }],
  ];
  for (const [code, grant, expected] of armed) {
    it(`gets the armed refusal ${code} once, then a token`, async () => {
      stage.identity.switches.refusals.push({ code, grant, times: 1 });
      const seen = await failure(signIn({ clientSecret: SECRET }));
      assert.deepEqual({ ...seen, ...expected, errorNo: String(code) }, seen);
      assert.ok(await signIn({ clientSecret: SECRET }));
    });
  }

  const faults: [string, FaultAction, Record<string, unknown>][] = [
    [
      "429 with Retry-After",
      {
        kind: "respond",
        status: 429,
        headers: { "Content-Type": "application/json", "Retry-After": "7" },
        body: JSON.stringify({ error: "temporarily_unavailable", error_codes: [90055] }),
      },
      { errorCode: "temporarily_unavailable", errorNo: "90055", status: 429 },
    ],
    [
      "a 503 page in HTML",
      {
        kind: "respond",
        status: 503,
        headers: { "Content-Type": "text/html" },
        body: "<html>Service Unavailable</html>",
      },
      { errorCode: "token_parsing_error" },
    ],
    ["a cut connection", { kind: "resetBefore" }, { errorCode: "network_error" }],
  ];
  for (const [name, action, expected] of faults) {
    it(`sees ${name}`, async () => {
      stage.kernel.faults.add({ server: "identity", path: "/token", times: 2, action });
      assert.deepEqual(await failure(signIn({ clientSecret: SECRET })), expected);
    });
  }

  it("has tokens that expire on the sandbox's clock, and all at once on demand", async () => {
    const first = (await signIn({ clientSecret: SECRET }))!.accessToken;
    stage.identity.expireTokens();
    const second = (await signIn({ clientSecret: SECRET }))!.accessToken;
    const verify = (token: string) => {
      const verdict = stage.identity.tokens.verify(token);
      return typeof verdict === "string" ? verdict : verdict.kind;
    };
    const [head, claims, signature] = second.split(".");
    const forged = `${head}.${claims}.${signature!.slice(0, -2)}xx`;
    assert.deepEqual([first, second, forged, "nonsense"].map(verify), [
      "expired",
      "application",
      "unknown",
      "unknown",
    ]);
    stage.kernel.clock.advance(3_600_000);
    assert.equal(verify(second), "expired");
  });

  it("never leaves a secret in the request log", async () => {
    await signIn({ clientSecret: SECRET });
    await signIn(certificate(THUMBPRINT, keys.privateKey));
    const bodies = stage.kernel.log.entries().map((entry) => new URLSearchParams(entry.body));
    assert.deepEqual(
      bodies.map((body) => [body.get("client_secret"), body.get("client_assertion")]),
      [
        ["***", null],
        [null, "***"],
      ],
    );
  });
});
