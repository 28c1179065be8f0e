import type { HttpResponse, HttpTransport } from "../http/transport";
import { TransportError } from "../http/transportError";
import { ContactSyncError } from "../model/failure";
import { CLOUDS, cloudOf, type AuthorityOverride, type CloudName } from "./clouds";

/** What an organization says of its sign-in to someone who has not signed in. */
export interface OrgSignIn {
  /** The URL to store: origin alone. */
  orgUrl: string;
  tenantId: string;
  /** Undefined for a host that belongs to none of the clouds, for instance the sandbox. */
  cloud: CloudName | undefined;
  /** Only of an organization on this machine: the sandbox brings its own sign-in server at the same address. */
  authority?: AuthorityOverride;
}

const GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** Sites of the same house that are often pasted instead of the organization's own address. */
const OTHER_SITES: readonly [host: RegExp, name: string][] = [
  [/(^|\.)make\.(gov\.|high\.)?powerapps\.(com|us)$/, "the Power Apps maker portal"],
  [/(^|\.)admin\.powerplatform\.(microsoft\.com|us)$/, "the Power Platform admin center"],
  [/(^|\.)home\.dynamics\.com$/, "the Dynamics start page"],
  [/(^|\.)portal\.azure\.(com|us|cn)$/, "the Azure portal"],
  [/\.mktorest\.com$/, "a Marketo instance"],
];
const WHERE =
  "Copy the address of the environment, like https://contoso.crm.dynamics.com, from the Power Platform admin center.";

/** Reads the tenant from the 401 of an unauthenticated call; a URL that is not an org gets one clear sentence. */
export async function discoverTenant(transport: HttpTransport, url: string): Promise<OrgSignIn> {
  const org = checkOrgUrl(url);
  const answer = await ask(transport, `${org.origin}/api/data/v9.2/`);
  const header = answer.headers["www-authenticate"] ?? "";
  const uri = /authorization_uri\s*=\s*"?([^\s",]+)/i.exec(header)?.[1];
  const tenantId = new RegExp(`/(${GUID})/`, "i").exec(uri ?? "")?.[1]?.toLowerCase();
  if (answer.status !== 401 || !tenantId) {
    throw notAnOrg(`${org.host} does not answer like a Dynamics organization.`);
  }
  const found = { orgUrl: org.origin, tenantId, cloud: cloudOf(org.href) };
  return isLocal(org) ? { ...found, authority: localAuthority(org, uri!, tenantId) } : found;
}

function isLocal({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1";
}

/** What is secret never leaves this machine: the endpoints are those of the organization's own address. */
function localAuthority({ origin }: URL, uri: string, tenantId: string): AuthorityOverride {
  const url = `${new URL(uri).origin}/${tenantId}`;
  const endpoints = `${origin}/${tenantId}/oauth2/v2.0`;
  const metadata = JSON.stringify({
    authorization_endpoint: `${endpoints}/authorize`,
    token_endpoint: `${endpoints}/token`,
    issuer: `${url}/v2.0`,
    jwks_uri: `${origin}/${tenantId}/discovery/v2.0/keys`,
    end_session_endpoint: `${endpoints}/logout`,
  });
  return { url, metadata };
}

/** The URL of an organization from what was typed. */
export function checkOrgUrl(text: string): URL {
  const typed = text.trim();
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`);
  if (!url || !url.hostname) throw notAnOrg("This is not a URL.");
  if (url.protocol !== "https:" && !(isLocal(url) && url.protocol === "http:")) {
    throw notAnOrg("The URL of an organization begins with https://.");
  }
  const other = OTHER_SITES.find(([host]) => host.test(url.hostname));
  if (other) throw notAnOrg(`This is the address of ${other[1]}, not of an organization.`);
  return url;
}

/** One sentence when the configured tenant is not the organization's, else undefined. */
export function tenantMismatch(configured: string, org: OrgSignIn): string | undefined {
  // A domain name cannot be compared here; Entra does that when signing in.
  if (!new RegExp(`^${GUID}$`, "i").test(configured)) return undefined;
  if (configured.toLowerCase() === org.tenantId) return undefined;
  return `The tenant id in the pair file is ${configured}, but ${new URL(org.orgUrl).host} belongs to the tenant ${org.tenantId}. Correct the tenant id or the URL.`;
}

/** The login host of a cloud, to show in the sign-in dialog. */
export function loginHostOf(org: OrgSignIn): string {
  return CLOUDS[org.cloud ?? "public"].loginHost;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

async function ask(transport: HttpTransport, url: string): Promise<HttpResponse> {
  try {
    return await transport.send({
      method: "GET",
      url,
      headers: { Accept: "application/json" },
      redirect: "manual",
      timeoutMs: 20_000,
      maxBytes: 1024 * 1024,
    });
  } catch (error) {
    if (error instanceof TransportError && error.sent === "no") {
      throw notAnOrg(error.failure.message);
    }
    throw error;
  }
}

function notAnOrg(what: string): ContactSyncError {
  return new ContactSyncError("CS-CONFIG", `${what} ${WHERE}`);
}
