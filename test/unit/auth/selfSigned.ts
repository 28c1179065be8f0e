import { createHash, generateKeyPairSync, sign } from "node:crypto";
import {
  bits,
  commonName,
  der,
  integer,
  pem,
  sequence,
  SHA256_RSA,
  utcTime,
} from "../../support/der";

export interface SelfSigned {
  certificate: string;
  key: string;
  /** SHA-256, upper case, without colons. */
  thumbprint: string;
}

/** A self-signed certificate with its key, made for one test run: no key has to lie in the repository. */
export function selfSigned(validTo = "491231235959Z"): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = commonName("contact-sync test");
  const validity = sequence(utcTime("260101000000Z"), utcTime(validTo));
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    SHA256_RSA,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, privateKey);
  const raw = sequence(body, SHA256_RSA, bits(signature));
  return {
    certificate: pem("CERTIFICATE", raw),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    thumbprint: createHash("sha256").update(raw).digest("hex").toUpperCase(),
  };
}
