import { constants, verify } from "node:crypto";
import type { App, AppCertificate } from "./directory";
import { SignInRefused } from "./errors";

interface AssertionHeader {
  alg?: string;
  "x5t#S256"?: string;
  x5t?: string;
}

interface AssertionClaims {
  aud?: string;
  iss?: string;
  sub?: string;
  nbf?: number;
  exp?: number;
}

const SKEW_SECONDS = 300;

/**
 * Checks a client assertion against the certificates of the app. Its validity is measured on the computer's clock, not
 * on the sandbox's: the client that signed it lives in real time even while a test moves the sandbox's clock.
 */
export function checkAssertion(app: App, assertion: string, tokenEndpoint: string): void {
  const [header64, claims64, signature64] = assertion.split(".");
  if (!header64 || !claims64 || !signature64) {
    throw new SignInRefused(700027, "The assertion is not a signed JWT.");
  }
  const header = decode<AssertionHeader>(header64);
  const claims = decode<AssertionClaims>(claims64);
  const certificate = findCertificate(app, header);
  if (!certificate) throw new SignInRefused(700027, "The key was not found by its thumbprint.");
  const signed = Buffer.from(`${header64}.${claims64}`);
  if (!signatureHolds(header, certificate, signed, Buffer.from(signature64, "base64url"))) {
    throw new SignInRefused(700027, "The signature is not valid.");
  }
  if (claims.aud !== tokenEndpoint) throw new SignInRefused(7000212);
  if (claims.iss !== app.clientId || claims.sub !== app.clientId) throw new SignInRefused(700021);
  const now = Date.now() / 1000;
  if (typeof claims.exp !== "number" || claims.exp < now - SKEW_SECONDS) {
    throw new SignInRefused(700024);
  }
  if (typeof claims.nbf === "number" && claims.nbf > now + SKEW_SECONDS) {
    throw new SignInRefused(700024);
  }
}

function findCertificate(app: App, header: AssertionHeader): AppCertificate | undefined {
  const hex = (value: string) => Buffer.from(value, "base64url").toString("hex").toUpperCase();
  const { "x5t#S256": sha256, x5t: sha1 } = header;
  if (sha256) return app.certificates.find((c) => c.thumbprintSha256 === hex(sha256));
  if (sha1) return app.certificates.find((c) => c.thumbprintSha1 === hex(sha1));
  return undefined;
}

function signatureHolds(
  header: AssertionHeader,
  certificate: AppCertificate,
  signed: Buffer,
  signature: Buffer,
): boolean {
  const key = certificate.publicKey;
  if (header.alg === "PS256") {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
    return verify("sha256", signed, { key, padding, saltLength }, signature);
  }
  // Entra takes RS256 only with the old SHA-1 thumbprint.
  if (header.alg === "RS256" && header.x5t) return verify("sha256", signed, key, signature);
  return false;
}

function decode<T>(part: string): T {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as T;
  } catch {
    throw new SignInRefused(700027, "The assertion is not a signed JWT.");
  }
}
