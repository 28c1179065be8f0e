import { createHash, generateKeyPairSync, sign } from "node:crypto";

export interface SelfSigned {
  certificate: string;
  key: string;
  /** SHA-256, upper case, without colons. */
  thumbprint: string;
}

/** A self-signed certificate with its key, made for one test run: no key has to lie in the repository. */
export function selfSigned(validTo = "491231235959Z"): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from("contact-sync test")))));
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
  const raw = sequence(body, SHA256_RSA, der(0x03, Buffer.concat([Buffer.of(0), signature])));
  return {
    certificate: pem("CERTIFICATE", raw),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    thumbprint: createHash("sha256").update(raw).digest("hex").toUpperCase(),
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 128
      ? Buffer.of(length)
      : length < 256
        ? Buffer.of(0x81, length)
        : Buffer.of(0x82, length >> 8, length & 255);
  return Buffer.concat([Buffer.of(tag), size, content]);
}
const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]) => der(0x31, Buffer.concat(parts));
const integer = (value: number) => der(0x02, Buffer.of(value));
const utcTime = (text: string) => der(0x17, Buffer.from(text));

const COMMON_NAME = der(0x06, Buffer.from("550403", "hex"));
const SHA256_RSA = sequence(
  der(0x06, Buffer.from("2a864886f70d01010b", "hex")),
  der(0x05, Buffer.of()),
);

function pem(label: string, raw: Buffer): string {
  const lines = raw.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
