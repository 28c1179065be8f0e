import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { checkSecret, marketoInstance } from "../../src/host/connect/answers";
import { parsePairFile } from "../../src/config/parse";
import { createSignIns, signInFailure, type SignInSurroundings } from "../../src/engine/signIns";
import { CallError, ContactSyncError } from "../../src/model/failure";
import { PLAIN_NETWORK } from "../../src/model/network";
import { selfSigned } from "../unit/auth/selfSigned";
import { openSandboxEngine, type SandboxEngine } from "../support/sandboxEngine";

let engine: SandboxEngine;
const signIns = createSignIns(
  () => undefined,
  () => PLAIN_NETWORK,
);
before(async () => {
  engine = await openSandboxEngine();
});
after(async () => {
  signIns.close();
  await engine.close();
});

/** Signs in as the pair file would say, with what the user has given. */
async function signIn(given: {
  secret?: string;
  pem?: string;
  missingFile?: boolean;
  tenantId?: string;
}): Promise<unknown> {
  const config = structuredClone(engine.config);
  const { dynamics } = config;
  if (given.tenantId) {
    const swap = (text: string) => text.replaceAll(dynamics.tenantId ?? "", given.tenantId ?? "");
    dynamics.authority = {
      url: swap(dynamics.authority!.url),
      metadata: swap(dynamics.authority!.metadata),
    };
    dynamics.tenantId = given.tenantId;
  }
  if (given.pem !== undefined || given.missingFile) {
    dynamics.signIn = "certificate";
    dynamics.certificateFile = "app.pem";
  }
  const surroundings: SignInSurroundings = {
    secret: async (side) => (side === "dynamics" ? (given.secret ?? "") : ""),
    store: {
      get: async () => undefined,
      set: async () => undefined,
      delete: async () => undefined,
    },
    certificate: async () => {
      if (given.pem !== undefined) return { pem: given.pem };
      throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    },
    onDeviceCode: () => undefined,
    openBrowser: () => Promise.reject(new Error("No browser is used here.")),
  };
  return signIns.tokens(config, surroundings).dynamics.token();
}

/** Code and sentence, as the user sees them. */
async function told(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "nothing was refused";
  } catch (error) {
    assert.ok(error instanceof CallError || error instanceof ContactSyncError, String(error));
    const { code, message } = signInFailure(error);
    return `${code.replace(/^SIGN-IN /, "")}: ${message}`;
  }
}

const COPY =
  "Copy the address of the environment, like https://contoso.crm.dynamics.com, from the Power Platform admin center.";

const cases: readonly [what: string, call: () => Promise<unknown>, told: () => string | RegExp][] =
  [
    [
      "the maker portal instead of an organization",
      () => signIns.discover("https://make.powerapps.com/environments"),
      () =>
        `CS-CONFIG: This is the address of the Power Apps maker portal, not of an organization. ${COPY}`,
    ],
    [
      "an address of something else",
      () => signIns.discover(engine.sandbox.ready.marketo.url),
      () =>
        `CS-CONFIG: ${new URL(engine.sandbox.ready.marketo.url).host} does not answer like a Dynamics organization. ${COPY}`,
    ],
    [
      "no address at all",
      () => signIns.discover("::"),
      () => `CS-CONFIG: This is not a URL. ${COPY}`,
    ],
    [
      "an address without protection",
      () => signIns.discover("http://contoso.crm.dynamics.com"),
      () => `CS-CONFIG: The URL of an organization begins with https://. ${COPY}`,
    ],
    [
      "a wrong secret",
      () => signIn({ secret: "wrong~secret" }),
      () =>
        "AADSTS7000215: The client secret is wrong. Paste the secret's value as it was shown when it was created, or create a new one.",
    ],
    [
      "the secret's id instead of the secret",
      () => signIn({ secret: "3f2504e0-4f89-41d3-9a0c-0305e82c3301" }),
      () =>
        "AADSTS7000215: The client secret has the form of a secret's id. Paste the secret's value; Entra shows it only once, so create a new secret if it is gone.",
    ],
    [
      "an expired secret",
      async () => {
        const { sandbox } = engine;
        for (const app of sandbox.identity.apps) {
          for (const secret of app.secrets) secret.expiresAt = sandbox.clock.now() - 1;
        }
        return signIn({ secret: sandbox.ready.dynamics.clientSecret });
      },
      () =>
        "AADSTS7000222: The client secret has expired. Create a new one in the app registration and store it here.",
    ],
    [
      "no secret",
      () => signIn({ secret: "" }),
      () =>
        "invalid_client_credential: The app needs a client secret or a certificate. Store one of them.",
    ],
    [
      "a certificate without its key",
      () => signIn({ pem: selfSigned().certificate }),
      () =>
        "CS-CONFIG: The file holds no private key. Store a PEM file with the certificate and its private key.",
    ],
    [
      "a certificate file that is not there",
      () => signIn({ missingFile: true }),
      () =>
        'CS-CONFIG: The certificate file app.pem cannot be read (ENOENT). Correct "certificateFile" in the pair file.',
    ],
    [
      "a certificate that the app registration does not have",
      () => {
        const { certificate, key } = selfSigned();
        return signIn({ pem: certificate + key });
      },
      () =>
        "AADSTS700027: The certificate is not one of the app registration's. Upload its public part to the app registration, or use the right one.",
    ],
    [
      "another tenant",
      () =>
        signIn({
          secret: engine.sandbox.ready.dynamics.clientSecret,
          tenantId: "99999999-9999-4999-8999-999999999999",
        }),
      () => "AADSTS90002: There is no such tenant. Check the tenant id.",
    ],
    [
      "a wrong secret of Marketo",
      () =>
        signIns.proveMarketo(
          engine.sandbox.ready.marketo.url,
          engine.sandbox.ready.marketo.clientId,
          "wrong",
        ),
      () =>
        "unauthorized: Marketo did not accept the client id and secret. Copy both from Admin > Integration > LaunchPoint (View Details), and check that the API-only user is active.",
    ],
    [
      "an address that is no Marketo instance",
      () => signIns.proveMarketo(`${engine.sandbox.ready.dynamics.url}`, "c", "s"),
      () => /^(HTTP 404|unauthorized): .*Copy (both|the REST endpoint) from Admin > Integration/,
    ],
  ];

describe("bad input is met with its code and one sentence", () => {
  for (const [what, call, expected] of cases) {
    test(what, async () => {
      await engine.reset();
      const found = await told(call);
      const wanted = expected();
      if (typeof wanted === "string") assert.equal(found, wanted);
      else assert.match(found, wanted);
    });
  }
});

test("a Munchkin id in the wrong form is refused in the pair file and in the question alike", () => {
  const pair = {
    id: "a",
    environment: "test",
    dynamics: {
      url: "https://contoso.crm.dynamics.com",
      clientId: "11111111-1111-4111-8111-111111111111",
    },
    marketo: { munchkinId: "123-ABCD-45", clientId: "c" },
  };
  const parsed = parsePairFile(JSON.stringify({ pairs: [pair] }));
  assert.ok(!parsed.ok);
  assert.deepEqual(
    parsed.problems.map(({ code, message }) => `${code}: ${message}`),
    ["CS-CONFIG: pairs.0.marketo.munchkinId: must look like 123-ABC-456"],
  );
  assert.deepEqual(marketoInstance("123-ABCD-45"), {
    problem:
      "This is neither a Munchkin id like 123-ABC-456 nor a REST address like https://123-ABC-456.mktorest.com.",
  });
});

test("a secret's id is refused where it is pasted, before anything is sent", () => {
  assert.equal(
    checkSecret("3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    "This looks like the secret's id. Paste the secret's value; it is shown only once.",
  );
});
