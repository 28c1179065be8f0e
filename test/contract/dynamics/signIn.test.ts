import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  createDynamicsSignIn,
  type DynamicsCredential,
  type DynamicsSignIn,
  type DynamicsSignInOptions,
} from "../../../src/auth/dynamicsSignIn";
import { discoverTenant } from "../../../src/auth/tenant";
import { createDynamicsConnector } from "../../../src/connectors/dynamics/connector";
import { createTransport, type HttpTransport } from "../../../src/http/transport";
import { CallError } from "../../../src/model/failure";
import { presetRule } from "../../../src/sandbox/control/presets";
import { parseCertificate } from "../../../src/sandbox/identity/directory";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox";
import { selfSigned } from "../../unit/auth/selfSigned";
import { memoryStore, quickTiming } from "./support";

let sandbox: Sandbox;
let transport: HttpTransport;
before(async () => {
  sandbox = await startSandbox({ contacts: 1, leads: 1, persons: 1, limits: "off" });
  transport = createTransport();
});
after(async () => {
  transport.close();
  await sandbox.close();
});
beforeEach(() => sandbox.reset());

function signInWith(
  credential: DynamicsCredential,
  more: Partial<DynamicsSignInOptions> = {},
): DynamicsSignIn {
  const { url, tenantId, clientId, authority, authorityMetadata } = sandbox.ready.dynamics;
  return createDynamicsSignIn({
    orgUrl: url,
    tenantId,
    clientId,
    credential,
    authority: { url: authority, metadata: authorityMetadata },
    store: memoryStore(),
    cacheKey: "pair",
    transport,
    timing: quickTiming(),
    ...more,
  });
}

const secret = (value = sandbox.ready.dynamics.clientSecret): DynamicsCredential => ({
  kind: "clientSecret",
  secret: value,
});

async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "no failure";
  } catch (error) {
    if (error instanceof CallError) return `${error.failure.class} ${error.failure.code}`;
    throw error;
  }
}

/** The token opens the organization as this user. */
async function userOf(signIn: DynamicsSignIn): Promise<string> {
  const { url } = sandbox.ready.dynamics;
  const timing = quickTiming();
  const connector = createDynamicsConnector({ url, transport, tokens: signIn, timing });
  return (await connector.identity()).userId;
}

const tokenCalls = (grant: string) => sandbox.log.counts()[`identity POST token ${grant}`] ?? 0;

test("the tenant is found from the organization's URL", async () => {
  const { url, tenantId, authority, authorityMetadata } = sandbox.ready.dynamics;
  assert.deepEqual(await discoverTenant(transport, url), {
    orgUrl: url,
    tenantId,
    cloud: undefined,
    // An organization on this machine brings its own sign-in server.
    authority: { url: authority, metadata: authorityMetadata },
  });
});

test("client secret: one token for all, from the shared cache for the next window, renewed when forced", async () => {
  const store = memoryStore();
  const before = tokenCalls("client_credentials");
  const signIn = signInWith(secret(), { store });
  const tokens = await Promise.all([signIn.token(), signIn.token(), signIn.token()]);
  assert.equal(new Set(tokens).size, 1);
  assert.equal(await signInWith(secret(), { store }).token(), tokens[0]);
  assert.equal(tokenCalls("client_credentials") - before, 1);
  assert.notEqual(await signIn.token({ forceRefresh: true }), tokens[0]);
  assert.equal(await userOf(signIn), sandbox.applicationUserId);
  await signIn.signOut();
  assert.equal(store.values.size, 0);
});

test("client secret: what is refused says why", async () => {
  const unknown = { clientId: "00000000-0000-4000-8000-000000000000" };
  assert.deepEqual(
    {
      wrong: await failureOf(signInWith(secret("wrong")).token()),
      unknownApp: await failureOf(signInWith(secret(), unknown).token()),
      otherOrg: await failureOf(signInWith(secret(), { orgUrl: "https://other.test" }).token()),
      empty: await failureOf(signInWith(secret("")).token()),
    },
    {
      wrong: "signIn AADSTS7000215",
      unknownApp: "signIn AADSTS700016",
      otherOrg: "signIn AADSTS500011",
      empty: "signIn invalid_client_credential",
    },
  );
  const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  await assert.rejects(signInWith(secret(id)).token(), /form of a secret's id/);
});

test("an expired secret and the credentials themselves never reach the message", async () => {
  for (const app of sandbox.identity.apps) {
    for (const one of app.secrets) one.expiresAt = sandbox.clock.now() - 1;
  }
  try {
    await assert.rejects(signInWith(secret()).token(), (error) => {
      assert.ok(error instanceof CallError);
      assert.equal(error.failure.code, "AADSTS7000222");
      return !error.message.includes(sandbox.ready.dynamics.clientSecret);
    });
  } finally {
    for (const app of sandbox.identity.apps) {
      for (const one of app.secrets) delete one.expiresAt;
    }
  }
});

test("certificate: a registered one signs in, another is refused", async () => {
  const { certificate, key } = selfSigned();
  const credential = { kind: "certificate", pem: certificate + key } as const;
  assert.equal(await failureOf(signInWith(credential).token()), "signIn AADSTS700027");
  const app = sandbox.identity.apps.find((a) => a.clientId === sandbox.ready.dynamics.clientId);
  app?.certificates.push(parseCertificate(certificate));
  assert.equal(await userOf(signInWith(credential)), sandbox.applicationUserId);
  const chained = signInWith({ ...credential, sendChain: true });
  assert.equal(await userOf(chained), sandbox.applicationUserId);
});

test("a throttled or broken sign-in server is a passing trouble, and the next try goes through at once", async () => {
  const signIn = signInWith(secret());
  sandbox.faults.add(presetRule("identity-429"));
  assert.match(await failureOf(signIn.token()), /^retry /);
  sandbox.faults.clear();
  sandbox.faults.add({
    server: "identity",
    action: { kind: "respond", status: 503, body: "<html>Unavailable</html>" },
  });
  assert.equal(await failureOf(signIn.token()), "retry HTTP 503");
  sandbox.faults.add({ server: "identity", action: { kind: "resetBefore" } });
  assert.equal(await failureOf(signIn.token()), "retry CS-NETWORK");
  assert.equal(await userOf(signIn), sandbox.applicationUserId);
});

/** Device codes that are polled at once and decided by the sandbox. */
function device(outcome: "approve" | "decline" | "expire", pendingPolls: number | null): void {
  Object.assign(sandbox.identity.switches.device, { interval: 0, outcome, pendingPolls });
}

test("device code: confirmed in a browser, kept for other windows, refreshed silently, gone after sign-out", async () => {
  device("approve", 1);
  const store = memoryStore();
  const codes: string[] = [];
  const credential: DynamicsCredential = {
    kind: "deviceCode",
    onCode: ({ userCode, verificationUri }) => codes.push(`${userCode} ${verificationUri}`),
  };
  const signIn = signInWith(credential, { store });
  assert.equal(await signIn.account(), null);
  assert.equal(await failureOf(signIn.token()), "signIn no_account_found");
  const who = await signIn.signIn();
  assert.equal(codes.length, 1);
  assert.match(codes[0] ?? "", /devicelogin/);
  assert.equal(who.tenantId, sandbox.ready.dynamics.tenantId);
  const other = signInWith(credential, { store });
  assert.deepEqual(await other.account(), who);
  const first = await other.token();
  const renewed = await other.token({ forceRefresh: true });
  assert.notEqual(renewed, first);
  assert.equal(codes.length, 1);
  assert.ok(await userOf(other));
  sandbox.identity.revokeRefreshTokens();
  assert.match(await failureOf(other.token({ forceRefresh: true })), /^signIn AADSTS/);
  await other.signOut();
  assert.equal(await failureOf(other.token()), "signIn no_account_found");
});

test("device code: declined, expired, not allowed, stopped", async () => {
  const onCode = () => undefined;
  const attempt = (signal?: AbortSignal) =>
    failureOf(signInWith({ kind: "deviceCode", onCode }).signIn(signal ? { signal } : {}));
  device("decline", 0);
  const declined = await attempt();
  device("expire", 0);
  const expired = await attempt();
  const app = sandbox.identity.apps.find((a) => a.clientId === sandbox.ready.dynamics.clientId);
  assert.ok(app);
  app.publicClient = false;
  const notAllowed = await attempt();
  app.publicClient = true;
  device("approve", null);
  const stop = new AbortController();
  const stopped = failureOf(
    signInWith({ kind: "deviceCode", onCode: () => stop.abort() }).signIn({ signal: stop.signal }),
  );
  assert.deepEqual(
    { declined, expired, notAllowed, stopped: await stopped },
    {
      declined: "signIn AADSTS65004",
      expired: "signIn AADSTS70020",
      notAllowed: "signIn AADSTS7000218",
      stopped: "canceled CS-CANCELED",
    },
  );
});

/** A browser: follows the address and posts the form that the page holds. */
async function browse(url: string): Promise<void> {
  const page = await transport.send({ method: "GET", url });
  const target = /action="([^"]+)"/.exec(page.body)?.[1] ?? "";
  const fields = [...page.body.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, unescape(value)],
  );
  await transport.send({
    method: "POST",
    url: unescape(target).replace("//localhost", "//127.0.0.1"),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
}

function unescape(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

test("browser: approved with PKCE, declined, and stopped while the page is open", async () => {
  sandbox.identity.switches.browser = { ...sandbox.identity.switches.browser, mode: "approve" };
  const signIn = signInWith({ kind: "interactive", openBrowser: browse });
  const who = await signIn.signIn();
  assert.deepEqual(await signIn.account(), who);
  assert.ok(await userOf(signIn));
  sandbox.identity.switches.browser = { ...sandbox.identity.switches.browser, mode: "decline" };
  assert.match(await failureOf(signIn.signIn()), /^signIn (access_denied|AADSTS65004)$/);
  const stop = new AbortController();
  const open = signInWith({ kind: "interactive", openBrowser: async () => stop.abort() });
  assert.equal(await failureOf(open.signIn({ signal: stop.signal })), "canceled CS-CANCELED");
});

test("an armed refusal of the refresh is told by its number", async () => {
  device("approve", 0);
  const signIn = signInWith({ kind: "deviceCode", onCode: () => undefined });
  await signIn.signIn();
  for (const code of [50076, 53003, 50173] as const) {
    sandbox.identity.switches.refusals.push({ code, grant: "refresh_token", times: 1 });
  }
  const seen: string[] = [];
  seen.push(await failureOf(signIn.token({ forceRefresh: true })));
  await signIn.signIn();
  seen.push(await failureOf(signIn.token({ forceRefresh: true })));
  await signIn.signIn();
  seen.push(await failureOf(signIn.token({ forceRefresh: true })));
  assert.deepEqual(seen, ["signIn AADSTS50076", "signIn AADSTS53003", "signIn AADSTS50173"]);
});
