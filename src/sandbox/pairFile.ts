import { readFile, writeFile } from "node:fs/promises";
import { DEFAULT_MAP } from "../config/defaultMap";
import { parsePairFile } from "../config/parse";
import type { RecordType } from "../model/record";
import type { ReadyLine } from "./ready";

/** The one pair's id; the variables of its secrets are named after it. */
export const SANDBOX_PAIR_ID = "sandbox";

/** A pair file for a started sandbox, with the whole default map written out and without any secret. */
export function pairFileText(ready: ReadyLine, recordTypes: readonly RecordType[]): string {
  const pair = {
    id: SANDBOX_PAIR_ID,
    name: "Sandbox",
    environment: "sandbox",
    dynamics: {
      url: ready.dynamics.url,
      tenantId: ready.dynamics.tenantId,
      clientId: ready.dynamics.clientId,
      signIn: "clientSecret",
      authority: { url: ready.dynamics.authority, metadata: ready.dynamics.authorityMetadata },
    },
    marketo: { url: ready.marketo.url, clientId: ready.marketo.clientId },
    recordTypes: Object.fromEntries(
      recordTypes.map((recordType) => [recordType, { fields: DEFAULT_MAP[recordType] }]),
    ),
  };
  const variables = Object.keys(ready.env).join(" and ");
  return `// Written by the sandbox. The command line reads the secrets from ${variables}.
${oneLinePerMapping(JSON.stringify({ pairs: [pair] }, null, 2))}
`;
}

/** Mappings read as a table: one line each. */
function oneLinePerMapping(json: string): string {
  return json.replace(
    /\{\n\s+("column": "\w+"),\n\s+("field": "\w+"),\n\s+("direction": "\w+")\n\s+\}/g,
    "{ $1, $2, $3 }",
  );
}

/** Writes the file; returns one sentence when another one is in the way. */
export async function writePairFile(file: string, text: string): Promise<string | undefined> {
  const existing = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (existing !== undefined && !isOurs(existing)) {
    return `${file} holds something else than a sandbox pair; remove it or choose another file.`;
  }
  await writeFile(file, text);
  return undefined;
}

/** A file with nothing but a sandbox pair may be written over: each start has new ports. */
function isOurs(text: string): boolean {
  const parsed = parsePairFile(text);
  return (
    parsed.ok &&
    parsed.file.pairs.every((pair) => pair.id === SANDBOX_PAIR_ID && pair.environment === "sandbox")
  );
}
