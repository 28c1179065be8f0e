import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pairSchema, type PairConfig } from "../../src/config/pairFile";
import { createSignIns } from "../../src/engine/signIns";
import { EngineClient } from "../../src/host/engine/client";
import { PLAIN_NETWORK, type NetworkSettings } from "../../src/model/network";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox";
import { openCompanyNetwork, type CompanyNetwork } from "../support/companyNetwork";
import { bundleForTest } from "../support/bundle";

const ORG = "https://contoso.company.test";
const MARKETO = "https://instance.company.test";

let script: string;
let sandbox: Sandbox;
let company: CompanyNetwork;
let folder: string;
before(async () => {
  script = bundleForTest("src/engine/worker.ts", "engine.js");
  sandbox = await startSandbox({ contacts: 0, leads: 0, persons: 0, limits: "off" });
  const portOf = (url: string) => Number(new URL(url).port);
  company = await openCompanyNetwork({
    [new URL(ORG).host]: portOf(sandbox.ready.dynamics.url),
    [new URL(MARKETO).host]: portOf(sandbox.ready.marketo.url),
  });
  folder = mkdtempSync(join(tmpdir(), "contact-sync-network-"));
});
after(async () => {
  await company.close();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

function pairBehindTheProxy(): PairConfig {
  const { tenantId, clientId, authority, authorityMetadata } = sandbox.ready.dynamics;
  return pairSchema.parse({
    id: "company",
    environment: "sandbox",
    dynamics: {
      url: ORG,
      tenantId,
      clientId,
      authority: { url: authority, metadata: authorityMetadata },
    },
    marketo: { url: MARKETO, clientId: sandbox.ready.marketo.clientId },
  });
}

const closed = (): NetworkSettings => PLAIN_NETWORK;
const open = (): NetworkSettings => ({
  ...PLAIN_NETWORK,
  proxy: company.proxyUrl,
  certificates: [company.certificate],
});

test("the engine's thread takes the editor's proxy and certificates at its start, and again when they change", async () => {
  let network = closed();
  const config = pairBehindTheProxy();
  const engine = new EngineClient({
    script,
    network: () => Promise.resolve(network),
    token: () => Promise.reject(new Error("No token here.")),
    log: () => undefined,
  });
  const address = async () => {
    const checks = await engine.request("validate", { pair: config.id });
    const found = checks.find(({ id }) => id === "url");
    return `${found?.state} ${found?.detail}`;
  };
  try {
    await engine.request("open", { config, stateFolder: folder, owner: "test" });
    assert.match(await address(), /^red CS-/);
    assert.deepEqual(company.asked, []);
    network = { ...open(), certificates: [] };
    await engine.renewNetwork();
    assert.match(await address(), /^red CS-.*certificate of contoso\.company\.test is not trusted/);
    network = open();
    await engine.renewNetwork();
    assert.match(
      await address(),
      /^green contoso\.company\.test answers; it belongs to the tenant/,
    );
    const hosts = new Set(company.asked.map(({ target }) => target));
    assert.deepEqual([...hosts], ["contoso.company.test:443"]);
  } finally {
    await engine.stop();
  }
});

test("sign-in code uses the same settings: the organization is found and Marketo's secret is proven", async () => {
  let network = closed();
  const { marketo, dynamics } = sandbox.ready;
  const signIns = createSignIns(
    () => undefined,
    () => network,
  );
  try {
    await assert.rejects(signIns.discover(ORG), /CS-|contoso\.company\.test/);
    network = open();
    const found = await signIns.discover(ORG);
    assert.deepEqual([found.orgUrl, found.tenantId], [ORG, dynamics.tenantId]);
    assert.equal(found.authority, undefined, "only an organization on this machine names its own");
    await signIns.proveMarketo(MARKETO, marketo.clientId, marketo.clientSecret);
    assert.ok(company.asked.some(({ target }) => target === "instance.company.test:443"));
  } finally {
    signIns.close();
  }
});

test("MSAL's own code goes through the proxy to a sign-in server with the company's certificate", async () => {
  const config = pairBehindTheProxy();
  const inside = (text: string) => text.replaceAll(sandbox.ready.dynamics.url, ORG);
  config.dynamics.authority!.metadata = inside(config.dynamics.authority!.metadata);
  // The sandbox's application may ask for the sandbox's own address only.
  config.dynamics.url = sandbox.ready.dynamics.url;
  let network = closed();
  const signIns = createSignIns(
    () => undefined,
    () => network,
  );
  const kept = new Map<string, string>();
  const surroundings = {
    secret: async () => sandbox.ready.dynamics.clientSecret,
    store: {
      get: async (key: string) => kept.get(key),
      set: async (key: string, value: string) => void kept.set(key, value),
      delete: async (key: string) => void kept.delete(key),
    },
    certificate: () => Promise.reject(new Error("No certificate is used here.")),
    onDeviceCode: () => undefined,
    openBrowser: () => Promise.reject(new Error("No browser is used here.")),
  };
  try {
    const { dynamics } = signIns.tokens(config, surroundings);
    await assert.rejects(dynamics.token(), /CS-NETWORK/);
    network = open();
    company.asked.length = 0;
    assert.ok((await dynamics.token()).length > 0);
    assert.deepEqual(
      company.asked.map(({ target }) => target),
      ["contoso.company.test:443"],
    );
  } finally {
    signIns.close();
  }
});
