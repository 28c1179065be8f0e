import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { CallError } from "../model/failure";

/** What MSAL needs of a certificate. */
export interface ClientCertificate {
  thumbprintSha256: string;
  privateKey: string;
  x5c?: string;
}

export interface CertificateOptions {
  /** PEM text: the certificate, its private key, and the chain if there is one. */
  pem: string;
  /** Only for a file that holds the key alone. */
  thumbprintSha256?: string;
  passphrase?: string;
  /** Send the chain along, for app registrations that trust the subject name and issuer. */
  sendChain?: boolean;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/;

/** Reads a PEM file; every way in which it may not fit is one sentence. */
export function readCertificate(options: CertificateOptions, now: number): ClientCertificate {
  const key = readKey(options);
  const chain = options.pem.match(CERTIFICATE) ?? [];
  const [first] = chain;
  const privateKey = key.export({ type: "pkcs8", format: "pem" }).toString();
  if (!first) {
    const thumbprintSha256 = options.thumbprintSha256?.replace(/[^0-9a-f]/gi, "").toUpperCase();
    if (thumbprintSha256?.length === 64) return { thumbprintSha256, privateKey };
    throw unusable(
      "The file holds a private key but no certificate. Add the certificate to the file, or give its SHA-256 thumbprint (64 hexadecimal digits).",
    );
  }
  const certificate = readX509(first);
  if (!certificate.checkPrivateKey(key)) {
    throw unusable("The private key does not belong to the first certificate in the file.");
  }
  if (Date.parse(certificate.validTo) < now) {
    throw unusable(`The certificate has expired (${certificate.validTo}). Use a new one.`);
  }
  return {
    thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
    privateKey,
    ...(options.sendChain ? { x5c: chain.join("\n") } : {}),
  };
}

function readKey({ pem, passphrase }: CertificateOptions): KeyObject {
  const [text, kind] = PRIVATE_KEY.exec(pem) ?? [];
  if (!text) {
    throw unusable(
      "The file holds no private key. Store a PEM file with the certificate and its private key.",
    );
  }
  const encrypted = kind === "ENCRYPTED PRIVATE KEY" || text.includes("Proc-Type: 4,ENCRYPTED");
  if (encrypted && passphrase === undefined) {
    throw unusable("The private key is encrypted. Store it without a passphrase.");
  }
  try {
    return createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw unusable(
      encrypted
        ? "The private key cannot be opened with this passphrase."
        : "The private key in the file cannot be read.",
    );
  }
}

function readX509(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unusable("The certificate in the file cannot be read.");
  }
}

function unusable(message: string): CallError {
  return new CallError({ class: "signIn", code: "CS-CONFIG", message, side: "dynamics" });
}
