import { createHash, createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import type { AadstsCode } from "./errors";

/** An app registration. The object id is that of its service principal. */
export interface App {
  clientId: string;
  objectId: string;
  secrets: AppSecret[];
  certificates: AppCertificate[];
  /** "Allow public client flows": without it device code and browser sign-in answer 7000218. */
  publicClient: boolean;
}

export interface AppSecret {
  value: string;
  /** Milliseconds on the sandbox clock; a secret without an end never expires. */
  expiresAt?: number;
}

export interface AppCertificate {
  /** Hexadecimal, upper case, without colons. */
  thumbprintSha256: string;
  /** Known only when a whole certificate was registered. */
  thumbprintSha1?: string;
  publicKey: KeyObject;
}

/** A person who can sign in. */
export interface SignInUser {
  objectId: string;
  userPrincipalName: string;
  name: string;
}

export type Grant =
  "client_credentials" | "device_code" | "authorization_code" | "refresh_token" | "authorize";

/** A refusal that the next matching calls get, whatever they send. */
export interface ArmedRefusal {
  code: AadstsCode;
  /** Without it every grant is refused. */
  grant?: Grant;
  /** How many calls; without it all of them, until cleared. */
  times?: number;
}

/** What tests and users can turn on the sign-in server. */
export interface IdentitySwitches {
  tokenLifetimeSeconds: number;
  refusals: ArmedRefusal[];
  device: {
    /** Seconds between polls as told to the client. */
    interval: number;
    expiresIn: number;
    /**
     * After how many pending answers the sign-in decides itself by `outcome`; null waits for a human on the
     * verification page.
     */
    pendingPolls: number | null;
    outcome: "approve" | "decline" | "expire";
  };
  browser: {
    /** `choose` shows the account page; the others answer at once. */
    mode: "choose" | "approve" | "decline";
  };
  /** Entra keeps a used refresh token alive; `once` is stricter than life and finds clients that mix up their tokens. */
  refreshTokens: "reusable" | "once";
}

export function defaultSwitches(): IdentitySwitches {
  return {
    tokenLifetimeSeconds: 3599,
    refusals: [],
    device: { interval: 5, expiresIn: 900, pendingPolls: null, outcome: "approve" },
    browser: { mode: "choose" },
    refreshTokens: "reusable",
  };
}

/** Reads a PEM certificate, or a PEM public key together with the thumbprint that the client will name. */
export function parseCertificate(pem: string, thumbprintSha256?: string): AppCertificate {
  if (pem.includes("BEGIN CERTIFICATE")) {
    const certificate = new X509Certificate(pem);
    const hash = (algorithm: string) =>
      createHash(algorithm).update(certificate.raw).digest("hex").toUpperCase();
    return {
      thumbprintSha256: hash("sha256"),
      thumbprintSha1: hash("sha1"),
      publicKey: certificate.publicKey,
    };
  }
  const thumbprint = thumbprintSha256?.replaceAll(":", "").toUpperCase() ?? "";
  if (!/^[0-9A-F]{64}$/.test(thumbprint)) {
    throw new Error(
      "A public key needs `thumbprintSha256`, 64 hexadecimal digits; or register a whole PEM certificate.",
    );
  }
  return { thumbprintSha256: thumbprint, publicKey: createPublicKey(pem) };
}
