import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_MAP } from "../../../src/config/defaultMap";
import { pairFileText } from "../../../src/sandbox/pairFile";
import type { Sandbox } from "../../../src/sandbox/sandbox";
import { startSandbox } from "../../../src/sandbox/sandbox";
import type { Session, SessionOptions } from "./session";
import { startSession } from "./session";

export const PAIR_FILE = "contact-sync.jsonc";
export const COMMENT = "// Names first.";

/** The record that differs on both sides. */
export const ADA = { name: "Ada Lovelace", email: "ada@analytical.test" };
/** The person that Dynamics does not know. */
export const GRACE = { name: "Grace Hopper", email: "grace@navy.test" };

/** A person whom a plug-in of Dynamics refuses, and one whose name is too long for it. */
export const ROSA = { name: "Rosa Parks", email: "rosa@bus.test" };
export const LONG = { firstName: "Wolfeschlegel".repeat(5), email: "wolfe@long.test" };

/** A user in front of a workspace whose pair connects two sandbox orgs that the test holds in its hands. */
export interface SalesPair extends Session {
  sandbox: Sandbox;
  adaId: string;
  /** What both orgs held before the window opened. */
  untouched: string;
  /** How many fields of contacts the pair file maps. */
  fieldCount: number;
  pairFile(): string;
  writePairFile(text: string): void;
}

/** `edit` changes the pair file before the window opens. */
export async function startSalesPair(
  options: SessionOptions,
  edit: (file: string) => string = (file) => file,
): Promise<SalesPair> {
  const sandbox = await startSandbox({ contacts: 30, leads: 6, persons: 12, limits: "off" });
  try {
    const adaId = addRecords(sandbox);
    const untouched = await recordsOf(sandbox);
    const session = await startSession({
      ...options,
      files: { [PAIR_FILE]: edit(salesFile(sandbox)) },
      environment: secretsOf(sandbox),
    });
    const path = join(session.workspace, PAIR_FILE);
    return {
      ...session,
      sandbox,
      adaId,
      untouched,
      fieldCount: DEFAULT_MAP.contact.length,
      pairFile: () => readFileSync(path, "utf8"),
      writePairFile: (text) => writeFileSync(path, text),
      close: async () => {
        await session.close();
        await sandbox.close();
      },
    };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/** One record with a different job title on each side, and persons for whom there is no contact. */
function addRecords({ hands }: Sandbox): string {
  const [ada] = hands.script([
    {
      side: "dynamics",
      op: "create",
      table: "contact",
      values: {
        firstname: "Ada",
        lastname: "Lovelace",
        emailaddress1: ADA.email,
        jobtitle: "Countess",
      },
    },
    {
      side: "marketo",
      op: "create",
      values: { firstName: "Ada", lastName: "Lovelace", email: ADA.email, title: "Analyst" },
    },
    {
      side: "marketo",
      op: "create",
      values: { firstName: "Grace", lastName: "Hopper", email: GRACE.email, title: "Admiral" },
    },
    {
      side: "marketo",
      op: "create",
      values: { firstName: "Rosa", lastName: "Parks", email: ROSA.email },
    },
    { side: "marketo", op: "create", values: { ...LONG, lastName: "Hausenbergerdorff" } },
  ]);
  if (!ada?.ok) throw new Error(JSON.stringify(ada));
  return String(ada.id);
}

/** The sandbox's file under a name of its own, with a user's comment; cycles follow each other only by command. */
function salesFile(sandbox: Sandbox): string {
  return pairFileText(sandbox.ready, sandbox.recordTypes)
    .replace('"id": "sandbox"', '"id": "sales"')
    .replace('"name": "Sandbox"', '"name": "Sales", "intervalSeconds": 3600')
    .replace('"fields": [', `"fields": [ ${COMMENT}`);
}

function secretsOf({ ready }: Sandbox): Record<string, string> {
  const entries = Object.entries(ready.env);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.replace("SANDBOX", "SALES"), value]),
  );
}

/** How many requests that change something the two orgs have got. */
export function writesTo({ log }: Sandbox): number {
  const reads = /\/(oauth2|identity)\/|leads\.json\?.*_method=GET/;
  return log.entries().filter(({ method, target }) => method !== "GET" && !reads.test(target))
    .length;
}

/** All records of both orgs as text, past the wire. */
export async function recordsOf({ ready }: Sandbox): Promise<string> {
  const tables = ["dynamics/contact", "dynamics/lead", "marketo"];
  const answers = tables.map(async (table) => {
    const answer = await fetch(`${ready.control.url}/records/${table}?top=10000`);
    return answer.text();
  });
  return (await Promise.all(answers)).join("\n");
}
