import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import {
  bits,
  commonName,
  der,
  identifier,
  integer,
  octets,
  pem,
  sequence,
  SHA256_RSA,
  utcTime,
} from "./der";

/** A certificate authority of one test run, as a company's own: nobody else trusts it. */
export interface Authority {
  certificate: string;
  /** A server's certificate and key for these host names. */
  issue(hosts: readonly string[]): { cert: string; key: string };
}

const BASIC_CONSTRAINTS = "551d13";
const ALTERNATIVE_NAMES = "551d11";
const TRUE = der(0x01, Buffer.of(0xff));

export function createAuthority(name = "Contact Sync test authority"): Authority {
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const issuer = { name: commonName(name), key: own.privateKey };
  const isAuthority = sequence(identifier(BASIC_CONSTRAINTS), TRUE, octets(sequence(TRUE)));
  const root = certificate(
    issuer,
    { name: issuer.name, key: own.publicKey, serial: 1 },
    isAuthority,
  );
  let serial = 1;
  return {
    certificate: root,
    issue(hosts) {
      const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const names = hosts.map((host) => der(0x82, Buffer.from(host)));
      const extension = sequence(identifier(ALTERNATIVE_NAMES), octets(sequence(...names)));
      const subject = { name: commonName(hosts[0] ?? ""), key: publicKey, serial: ++serial };
      return {
        cert: certificate(issuer, subject, extension),
        key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
    },
  };
}

function certificate(
  issuer: { name: Buffer; key: KeyObject },
  subject: { name: Buffer; key: KeyObject; serial: number },
  extension: Buffer,
): string {
  const version3 = der(0xa0, integer(2));
  const body = sequence(
    version3,
    integer(subject.serial),
    SHA256_RSA,
    issuer.name,
    sequence(utcTime("260101000000Z"), utcTime("491231235959Z")),
    subject.name,
    subject.key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  return pem("CERTIFICATE", sequence(body, SHA256_RSA, bits(sign("sha256", body, issuer.key))));
}
