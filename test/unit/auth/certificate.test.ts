import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { readCertificate, type CertificateOptions } from "../../../src/auth/certificate";
import { CallError } from "../../../src/model/failure";
import { selfSigned } from "./selfSigned";

const { certificate: CERTIFICATE, key: KEY, thumbprint: THUMBPRINT } = selfSigned();
const NOW = Date.parse("2026-11-24T00:00:00Z");
const other = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
const encrypted = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p" })
  .toString();

const refusals: [name: string, options: CertificateOptions, now: number, message: RegExp][] = [
  ["a certificate without its key", { pem: CERTIFICATE }, NOW, /holds no private key/],
  ["something else", { pem: "hello" }, NOW, /holds no private key/],
  ["a key without its certificate", { pem: KEY }, NOW, /but no certificate/],
  ["a thumbprint of SHA-1", { pem: KEY, thumbprintSha256: "ab".repeat(20) }, NOW, /64 hexadecimal/],
  ["the key of another", { pem: CERTIFICATE + other }, NOW, /does not belong/],
  ["an encrypted key", { pem: CERTIFICATE + encrypted }, NOW, /is encrypted/],
  [
    "a wrong passphrase",
    { pem: CERTIFICATE + encrypted, passphrase: "q" },
    NOW,
    /cannot be opened with this passphrase/,
  ],
  [
    "a broken key",
    { pem: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----" },
    NOW,
    /cannot be read/,
  ],
  [
    "a broken certificate",
    { pem: `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${KEY}` },
    NOW,
    /certificate in the file cannot be read/,
  ],
  [
    "an expired certificate",
    { pem: CERTIFICATE + KEY },
    Date.parse("2200-01-01T00:00:00Z"),
    /has expired/,
  ],
];

for (const [name, options, now, message] of refusals) {
  test(`readCertificate refuses ${name} with one sentence`, () => {
    assert.throws(
      () => readCertificate(options, now),
      (error) =>
        error instanceof CallError &&
        error.failure.class === "signIn" &&
        message.test(error.failure.message),
    );
  });
}

test("readCertificate takes the thumbprint from the certificate, and the chain only when asked", () => {
  const pem = KEY + CERTIFICATE;
  const plain = readCertificate({ pem }, NOW);
  assert.deepEqual([plain.thumbprintSha256, plain.x5c], [THUMBPRINT, undefined]);
  assert.equal(readCertificate({ pem, sendChain: true }, NOW).x5c?.trim(), CERTIFICATE.trim());
  const given = readCertificate({ pem: KEY, thumbprintSha256: THUMBPRINT.toLowerCase() }, NOW);
  assert.deepEqual(given, plain);
});
