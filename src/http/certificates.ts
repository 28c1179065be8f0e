import { readFile } from "node:fs/promises";
import * as tls from "node:tls";

export interface CertificateSources {
  /** Those that the operating system trusts. */
  system: boolean;
  /** A PEM file, as NODE_EXTRA_CA_CERTS names it. */
  extraFile: string | undefined;
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Root certificates besides those of Node.js. A file that cannot be read is told and left out: most servers are
 * reached without it.
 */
export async function furtherCertificates(
  { system, extraFile }: CertificateSources,
  tell: (message: string) => void,
): Promise<string[]> {
  const known = new Set(tls.rootCertificates);
  const found = [...(system ? systemCertificates() : []), ...(await readExtra(extraFile, tell))];
  return [...new Set(found.map((pem) => pem.trim()))].filter((pem) => !known.has(pem));
}

/** Node.js can tell them since 22.15; the host of an older editor trusts what Node.js trusts. */
function systemCertificates(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: "system") => string[] };
  return getCACertificates?.("system") ?? [];
}

async function readExtra(
  file: string | undefined,
  tell: (message: string) => void,
): Promise<readonly string[]> {
  if (!file) return [];
  try {
    return (await readFile(file, "utf8")).match(PEM) ?? [];
  } catch (error) {
    tell(
      `NODE_EXTRA_CA_CERTS names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}); its certificates are not trusted.`,
    );
    return [];
  }
}
