import { generateKeyPairSync } from "node:crypto";
import {
  ConfidentialClientApplication,
  PublicClientApplication,
  type Configuration,
} from "@azure/msal-node";
import { createClock } from "../../../src/sandbox/kernel/clock";
import { Faults } from "../../../src/sandbox/kernel/faults";
import { serve, type Handler, type Kernel } from "../../../src/sandbox/kernel/http";
import { RequestLog } from "../../../src/sandbox/kernel/requestLog";
import { parseCertificate, type App } from "../../../src/sandbox/identity/directory";
import { createIdentity, type Identity } from "../../../src/sandbox/identity/identity";

export const TENANT = "7e4a0000-0000-4000-8000-000000000001";
export const CLIENT = "c11e0000-0000-4000-8000-000000000001";
export const SECRET = "right-secret";
export const RESOURCE = "https://contoso.crm.emu.test";
export const ADA = {
  objectId: "0b0e0000-0000-4000-8000-000000000001",
  userPrincipalName: "ada@contoso.test",
  name: "Ada O'Neill",
};
export const BO = {
  objectId: "0b0e0000-0000-4000-8000-000000000002",
  userPrincipalName: "bo@contoso.test",
  name: "Bo <Bold>",
};

export const THUMBPRINT = "AB".repeat(32);
export const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

export interface Stage {
  identity: Identity;
  kernel: Kernel;
  url: string;
  app: App;
  close(): Promise<void>;
}

export async function startIdentity(): Promise<Stage> {
  const kernel: Kernel = { clock: createClock(), faults: new Faults(), log: new RequestLog() };
  const late: { handle?: Handler } = {};
  const server = await serve(kernel, "identity", 0, (request) => late.handle!(request));
  const app: App = {
    clientId: CLIENT,
    objectId: "5e5e0000-0000-4000-8000-000000000001",
    secrets: [{ value: SECRET }, { value: "old-secret", expiresAt: 0 }],
    certificates: [parseCertificate(keys.publicKey, THUMBPRINT)],
    publicClient: true,
  };
  const identity = createIdentity({
    kernel,
    tenantId: TENANT,
    baseUrl: server.url,
    resource: RESOURCE,
    seed: 1,
    apps: [app],
    users: () => [ADA, BO],
  });
  late.handle = identity.handle;
  return { identity, kernel, url: server.url, app, close: () => server.close() };
}

/** The set-up of the library that a program would make from the sandbox's ready line. */
export function msalConfig(
  stage: Stage,
  auth: Partial<Configuration["auth"]> = {},
  tenant = TENANT,
): Configuration {
  return {
    auth: {
      clientId: CLIENT,
      authority: `https://login.emu.test/${tenant}`,
      knownAuthorities: ["login.emu.test"],
      authorityMetadata: stage.identity.authorityMetadata.replaceAll(TENANT, tenant),
      ...auth,
    },
    system: { disableInternalRetries: true },
  };
}

export const confidential = (
  stage: Stage,
  auth: Partial<Configuration["auth"]>,
  tenant?: string,
): ConfidentialClientApplication =>
  new ConfidentialClientApplication(msalConfig(stage, auth, tenant));

export const publicClient = (
  stage: Stage,
  auth: Partial<Configuration["auth"]> = {},
): PublicClientApplication => new PublicClientApplication(msalConfig(stage, auth));

/** What a rejected sign-in looks like to a program: code, AADSTS number, status. */
export async function failure(work: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await work;
  } catch (error) {
    const { errorCode, errorNo, status, subError } = error as Record<string, unknown>;
    // The library gives the number as text or as a number, depending on the error class.
    const seen = { errorCode, errorNo: errorNo && String(errorNo), status, subError };
    return Object.fromEntries(Object.entries(seen).filter(([, value]) => value));
  }
  throw new Error("The sign-in succeeded, a refusal was expected.");
}

/** A browser that opens a page, follows the wished link and submits the form that it finds. */
export function browser(choose: RegExp | undefined): (url: string) => Promise<void> {
  return async (url) => {
    let html = await (await fetch(url)).text();
    if (choose) {
      const links = [...html.matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)];
      const link = links.find(([, , text]) => choose.test(unescape(text!)));
      if (!link) throw new Error(`No link matches ${choose}.`);
      html = await (await fetch(new URL(unescape(link[1]!), url))).text();
    }
    const action = /<form method="post" action="([^"]+)">/.exec(html)?.[1];
    if (!action) throw new Error("The page has no form to submit.");
    const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
    const body = new URLSearchParams(
      fields.map(([, name, value]): [string, string] => [name!, unescape(value!)]),
    );
    await fetch(unescape(action), { method: "POST", body });
  };
}

function unescape(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}
