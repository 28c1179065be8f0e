import { DEFAULT_SIZE } from "./data/dataset";
import type { SandboxOptions } from "./sandbox";

export interface SandboxArguments {
  options: SandboxOptions;
  configOut?: string;
  /** Acts per minute of other hands from the start; 0 leaves them idle. */
  handsPerMinute: number;
}

export type ParsedArguments =
  | { kind: "run"; arguments: SandboxArguments }
  | { kind: "help" }
  | { kind: "wrong"; message: string };

export const USAGE = `Starts a local Dynamics 365 organization, a local Marketo instance and a local sign-in server.

Usage: npm run sandbox -- [options]

  --contacts N        contacts in Dynamics (${DEFAULT_SIZE.contacts})
  --leads N           leads in Dynamics (${DEFAULT_SIZE.leads})
  --persons N         persons in Marketo (${DEFAULT_SIZE.persons})
  --seed N            same number, same data, same ids and secrets (1)
  --limits real|off   enforce the API limits of both sides (real)
  --dynamics-port P   port of Dynamics and sign-in; 0 takes a free one (0)
  --marketo-port P    port of Marketo (0)
  --control-port P    port of the control endpoint (0)
  --config-out FILE   write a pair file that is ready to run
  --hands N           acts per minute by a seller and a marketer (0)
  --no-lead-table     an organization without the Sales app
  --no-crm-fields     a Marketo instance without the custom fields for a CRM
  --help              show this`;

class WrongArgument extends Error {}

const COUNTS = {
  "--contacts": "contacts",
  "--leads": "leads",
  "--persons": "persons",
  "--seed": "seed",
} as const;
const PORTS = {
  "--dynamics-port": "dynamicsPort",
  "--marketo-port": "marketoPort",
  "--control-port": "controlPort",
} as const;

const MOST_ROWS = 10_000_000;
const MOST_SEED = 2 ** 32 - 1;
const MOST_ACTS = 60_000;

/** Reads the words after `npm run sandbox --`. */
export function parseArguments(words: readonly string[]): ParsedArguments {
  if (words.includes("--help")) return { kind: "help" };
  const parsed: SandboxArguments = { options: {}, handsPerMinute: 0 };
  const seen = new Set<string>();
  try {
    for (let at = 0; at < words.length;) {
      const [name = "", inline] = splitAtEquals(words[at]!);
      if (seen.has(name)) throw new WrongArgument(`${name} is given twice; give it once.`);
      seen.add(name);
      if (takeSwitch(parsed.options, name, inline)) at++;
      else {
        takeValue(parsed, name, inline ?? words[at + 1]);
        at += inline === undefined ? 2 : 1;
      }
    }
    checkPorts(parsed.options);
  } catch (error) {
    if (error instanceof WrongArgument) return { kind: "wrong", message: error.message };
    throw error;
  }
  return { kind: "run", arguments: parsed };
}

function splitAtEquals(word: string): [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function takeSwitch(options: SandboxOptions, name: string, inline: string | undefined): boolean {
  if (name !== "--no-lead-table" && name !== "--no-crm-fields") return false;
  if (inline !== undefined)
    throw new WrongArgument(`${name} takes no value; leave out "=${inline}".`);
  if (name === "--no-lead-table") options.leadTable = false;
  else options.crmFields = false;
  return true;
}

function takeValue(parsed: SandboxArguments, name: string, value: string | undefined): void {
  const { options } = parsed;
  if (name in COUNTS) {
    const key = COUNTS[name as keyof typeof COUNTS];
    options[key] = wholeNumber(name, value, key === "seed" ? MOST_SEED : MOST_ROWS);
  } else if (name in PORTS) {
    options[PORTS[name as keyof typeof PORTS]] = wholeNumber(name, value, 65_535);
  } else if (name === "--hands") {
    parsed.handsPerMinute = wholeNumber(name, value, MOST_ACTS);
  } else if (name === "--limits") {
    if (value !== "real" && value !== "off") {
      throw new WrongArgument(`--limits must be real or off, not ${quoted(value)}.`);
    }
    options.limits = value;
  } else if (name === "--config-out") {
    if (!value || value.startsWith("--"))
      throw new WrongArgument("--config-out needs a file name.");
    parsed.configOut = value;
  } else {
    throw new WrongArgument(`There is no option ${quoted(name)}; --help lists the options.`);
  }
}

function wholeNumber(name: string, value: string | undefined, most: number): number {
  const number = value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : Infinity;
  if (number > most) {
    throw new WrongArgument(
      `${name} must be a whole number from 0 to ${most}, not ${quoted(value)}.`,
    );
  }
  return number;
}

function checkPorts(options: SandboxOptions): void {
  const taken = new Map<number, string>();
  for (const [name, key] of Object.entries(PORTS)) {
    const port = options[key];
    if (!port) continue;
    const other = taken.get(port);
    if (other) throw new WrongArgument(`${other} and ${name} must be different ports.`);
    taken.set(port, name);
  }
}

/** The option that named this port. */
export function portOption(options: SandboxOptions, port: number): string | undefined {
  return Object.entries(PORTS).find(([, key]) => options[key] === port)?.[0];
}

function quoted(value: string | undefined): string {
  return value === undefined ? "nothing" : `"${value}"`;
}
