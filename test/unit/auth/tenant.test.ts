import assert from "node:assert/strict";
import { test } from "node:test";
import { authorityFor, cloudOf } from "../../../src/auth/clouds";
import { checkOrgUrl, discoverTenant, tenantMismatch } from "../../../src/auth/tenant";
import type { HttpRequest, HttpResponse } from "../../../src/http/transport";
import { TransportError } from "../../../src/http/transportError";
import { ContactSyncError } from "../../../src/model/failure";

const TENANT = "845d9dec-603a-447f-89b8-7788b202b110";

test("the host name tells the cloud", () => {
  const table: [string, ReturnType<typeof cloudOf>][] = [
    ["https://contoso.crm.dynamics.com", "public"],
    ["https://contoso.crm4.dynamics.com/", "public"],
    ["https://contoso.api.crm19.dynamics.com", "public"],
    ["https://agency.crm9.dynamics.com", "gcc"],
    ["https://agency.crm.microsoftdynamics.us", "gccHigh"],
    ["https://agency.crm.appsplatform.us", "dod"],
    ["https://contoso.crm.dynamics.cn", "china"],
    ["https://contoso.crm.dynamics.com.evil.test", undefined],
    ["http://127.0.0.1:8080", undefined],
  ];
  assert.deepEqual(
    table.map(([url]) => cloudOf(url)),
    table.map(([, cloud]) => cloud),
  );
});

test("the authority follows the cloud, or the override", () => {
  const at = (orgUrl: string, cloud?: "gccHigh") =>
    authorityFor({ orgUrl, tenantId: TENANT, ...(cloud && { cloud }) }).authority;
  // A name of the company's own tells no cloud; a Microsoft name does, whatever the file says.
  assert.deepEqual(
    [
      at("https://crm.agency.gov", "gccHigh"),
      at("https://crm.agency.gov"),
      at("https://contoso.crm.dynamics.com", "gccHigh"),
    ],
    [
      `https://login.microsoftonline.us/${TENANT}`,
      `https://login.microsoftonline.com/${TENANT}`,
      `https://login.microsoftonline.com/${TENANT}`,
    ],
  );
  assert.deepEqual(
    [
      at("https://contoso.crm.dynamics.com"),
      at("https://agency.crm.microsoftdynamics.us"),
      at("https://contoso.crm.dynamics.cn"),
    ],
    [
      `https://login.microsoftonline.com/${TENANT}`,
      `https://login.microsoftonline.us/${TENANT}`,
      `https://login.partner.microsoftonline.cn/${TENANT}`,
    ],
  );
  assert.deepEqual(
    authorityFor({
      orgUrl: "http://127.0.0.1:1",
      tenantId: TENANT,
      override: { url: "https://login.emu.test/t", metadata: "{}" },
    }),
    {
      authority: "https://login.emu.test/t",
      knownAuthorities: ["login.emu.test"],
      authorityMetadata: "{}",
    },
  );
});

const header = `Bearer authorization_uri=https://login.microsoftonline.com/${TENANT}/oauth2/authorize, resource_id=https://contoso.crm.dynamics.com/`;
const quoted = `Bearer authorization_uri="https://login.microsoftonline.com/${TENANT.toUpperCase()}/oauth2/authorize"`;

function transport(answer: Partial<HttpResponse> | TransportError) {
  const requests: HttpRequest[] = [];
  return {
    requests,
    close: () => undefined,
    send: async (request: HttpRequest): Promise<HttpResponse> => {
      requests.push(request);
      if (answer instanceof TransportError) throw answer;
      return { status: 401, headers: {}, body: "", ms: 1, ...answer };
    },
  };
}

for (const challenge of [header, quoted]) {
  test(`discoverTenant reads ${challenge.slice(0, 32)}…`, async () => {
    const server = transport({ headers: { "www-authenticate": challenge } });
    assert.deepEqual(await discoverTenant(server, " contoso.crm.dynamics.com/main.aspx?appid=1 "), {
      orgUrl: "https://contoso.crm.dynamics.com",
      tenantId: TENANT,
      cloud: "public",
    });
    assert.deepEqual(
      server.requests.map(({ url, headers }) => [url, headers?.["Authorization"]]),
      [["https://contoso.crm.dynamics.com/api/data/v9.2/", undefined]],
    );
  });
}

const unreachable = new TransportError(
  { class: "retry", code: "CS-NETWORK", message: "contoso.test cannot be reached (ENOTFOUND)." },
  "no",
);
const refusals: [url: string, answer: Partial<HttpResponse> | TransportError, says: RegExp][] = [
  ["", {}, /not a URL/],
  ["not a url", {}, /not a URL/],
  ["ftp://contoso.crm.dynamics.com", {}, /begins with https/],
  ["http://contoso.crm.dynamics.com", {}, /begins with https/],
  ["https://make.powerapps.com/environments/x", {}, /maker portal/],
  ["https://admin.powerplatform.microsoft.com", {}, /admin center/],
  ["https://123-ABC-456.mktorest.com/rest", {}, /Marketo instance/],
  ["https://contoso.test", { status: 200, body: "<html>" }, /does not answer like/],
  ["https://contoso.test", { status: 404 }, /does not answer like/],
  ["https://contoso.test", { headers: { "www-authenticate": "Basic" } }, /does not answer like/],
  ["https://contoso.test", unreachable, /cannot be reached/],
];

for (const [url, answer, says] of refusals) {
  test(`discoverTenant refuses "${url}": ${says.source}`, async () => {
    await assert.rejects(
      discoverTenant(transport(answer), url),
      (error) =>
        error instanceof ContactSyncError && error.code === "CS-CONFIG" && says.test(error.message),
    );
  });
}

test("a local server may be reached without TLS", () => {
  assert.equal(checkOrgUrl("http://127.0.0.1:8080/x").origin, "http://127.0.0.1:8080");
});

test("a tenant that is not the organization's is named; a domain name cannot be compared", () => {
  const org = {
    orgUrl: "https://contoso.crm.dynamics.com",
    tenantId: TENANT,
    cloud: "public",
  } as const;
  const another = "11111111-1111-4111-8111-111111111111";
  assert.deepEqual(
    [tenantMismatch(TENANT.toUpperCase(), org), tenantMismatch("contoso.com", org)],
    [undefined, undefined],
  );
  assert.match(tenantMismatch(another, org) ?? "", new RegExp(`${another}.*${TENANT}`));
});
