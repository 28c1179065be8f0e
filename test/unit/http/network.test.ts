import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { rootCertificates } from "node:tls";
import { furtherCertificates } from "../../../src/http/certificates";
import { createTransport, type HttpTransport } from "../../../src/http/transport";
import { TransportError } from "../../../src/http/transportError";
import { PLAIN_NETWORK, type NetworkSettings } from "../../../src/model/network";
import { createAuthority } from "../../support/authority";
import { openCompanyNetwork, type CompanyNetwork } from "../../support/companyNetwork";

const URL_INSIDE = "https://org.company.test/";
let server: Server;
let company: CompanyNetwork;
let settings: NetworkSettings;
let transport: HttpTransport;

before(async () => {
  server = createServer((_request, response) => response.end("inside"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  company = await openCompanyNetwork({
    "org.company.test": (server.address() as AddressInfo).port,
  });
  transport = createTransport({ network: () => settings });
});
after(async () => {
  transport.close();
  await company.close();
  server.close();
  server.closeAllConnections();
});

async function call(): Promise<string> {
  try {
    return (await transport.send({ method: "GET", url: URL_INSIDE, timeoutMs: 10_000 })).body;
  } catch (error) {
    assert.ok(error instanceof TransportError);
    return `${error.failure.class} ${error.failure.code} ${error.failure.message}`;
  }
}

test("a server behind a proxy with a company's certificate is reached once both are set, without a restart", async () => {
  settings = { ...PLAIN_NETWORK, proxy: company.proxyUrl };
  assert.match(
    await call(),
    /^configuration CS-NETWORK The certificate of org\.company\.test is not trusted/,
  );
  settings = { ...settings, certificates: [company.certificate] };
  assert.equal(await call(), "inside");
  settings = { ...settings, certificates: [createAuthority("Another one").certificate] };
  assert.match(await call(), /certificate of org\.company\.test is not trusted/);
  settings = { ...settings, certificates: [company.certificate] };
  assert.equal(await call(), "inside");
});

test("the proxy gets its authorization, and an excepted host is not asked of it", async () => {
  const own = { ...PLAIN_NETWORK, proxy: company.proxyUrl, certificates: [company.certificate] };
  company.asked.length = 0;
  settings = { ...own, proxyAuthorization: "Basic dXNlcjpwYXNz" };
  assert.equal(await call(), "inside");
  assert.deepEqual(company.asked, [
    { target: "org.company.test:443", authorization: "Basic dXNlcjpwYXNz" },
  ]);
  settings = { ...own, noProxy: ["company.test"] };
  assert.match(await call(), /^retry CS-NETWORK /);
  assert.equal(company.asked.length, 1);
});

test("certificates: the file's are added, those of Node.js are not repeated, a missing file is told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-certificates-"));
  try {
    const file = join(folder, "extra.pem");
    const told: string[] = [];
    const tell = (message: string) => void told.push(message);
    writeFileSync(
      file,
      `# company\n${company.certificate}\n${company.certificate}${rootCertificates[0]}`,
    );
    const found = await furtherCertificates({ system: false, extraFile: file }, tell);
    assert.deepEqual(found, [company.certificate.trim()]);
    const none = await furtherCertificates(
      { system: false, extraFile: join(folder, "no.pem") },
      tell,
    );
    assert.deepEqual(
      [none, told],
      [
        [],
        [
          "NODE_EXTRA_CA_CERTS names a file that cannot be read (ENOENT); its certificates are not trusted.",
        ],
      ],
    );
    assert.deepEqual(await furtherCertificates({ system: false, extraFile: undefined }, tell), []);
    const system = await furtherCertificates({ system: true, extraFile: undefined }, tell);
    assert.ok(system.every((pem) => pem.startsWith("-----BEGIN CERTIFICATE-----")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
