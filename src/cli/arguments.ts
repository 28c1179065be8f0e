import { parseArgs } from "node:util";
import { ContactSyncError } from "../model/failure";

type OptionKind = "text" | "number" | "flag";

interface OptionSpec {
  kind: OptionKind;
  help: string;
  required?: boolean;
}

interface CommandSpec {
  summary: string;
  options: Record<string, OptionSpec>;
}

const config = { kind: "text", help: "the pair file", required: true } as const;
const state = { kind: "text", help: "the folder that holds the state", required: true } as const;
const pair = { kind: "text", help: "the id of one pair of the file" } as const;
const json = { kind: "flag", help: "print one JSON object a line" } as const;

const reading = {
  state,
  pair,
  record: { kind: "text", help: "a Dynamics id or a person id" },
  limit: { kind: "number", help: "print at most this many rows" },
  json,
} as const satisfies Record<string, OptionSpec>;

/** Every command with its options; the help text and the checks come from here. */
export const COMMANDS = {
  run: {
    summary: "run cycles with the interval in between",
    options: {
      config,
      state,
      pair,
      once: { kind: "flag", help: "end after one cycle" },
      cycles: { kind: "number", help: "end after this many cycles" },
      approve: { kind: "flag", help: "approve, once, exactly the plan that preview showed" },
      json,
    },
  },
  preview: {
    summary: "show what the next cycle would do, and write nothing",
    options: { config, state, pair, limit: reading.limit, json },
  },
  "start-anew": {
    summary: "put a pair's state aside and begin with an empty one",
    options: { state, pair: { ...pair, required: true }, json },
  },
  "create-contact": {
    summary: "create a contact in Dynamics from a Marketo person",
    options: {
      config,
      state,
      pair,
      person: { kind: "number", help: "the person's id" },
      email: { kind: "text", help: "the person's e-mail address" },
      owner: { kind: "text", help: "systemuserid of the owner" },
      json,
    },
  },
  status: { summary: "show links, calls and what waits", options: { state, pair, json } },
  log: { summary: "show activities, newest first", options: reading },
  conflicts: { summary: "show conflicts, newest first", options: reading },
  errors: {
    summary: "show records that could not be written, or try them again",
    options: {
      ...reading,
      csv: { kind: "flag", help: "print all of them as a CSV file" },
      retry: { kind: "text", help: 'clear the delay of this reason code (or "all")' },
    },
  },
  questions: {
    summary: "show matches and merges that wait for your answer",
    options: { state, pair, json },
  },
  answer: {
    summary: "answer one of them; the next cycle acts on it",
    options: {
      state,
      pair,
      record: { kind: "text", help: "the Dynamics id of the record in question", required: true },
      person: { kind: "number", help: "the record belongs to this person" },
      new: { kind: "flag", help: "none of the persons is meant: the record gets a new one" },
      keep: { kind: "number", help: "this person stays; the other one is merged into it" },
      take: { kind: "flag", help: "the held record gets the surviving person" },
      leave: { kind: "flag", help: "the other record keeps the person, or both persons stay" },
      because: { kind: "text", help: "why, for the log", required: true },
      json,
    },
  },
  start: {
    summary: "start sandbox orgs and keep them the same",
    options: {
      once: { kind: "flag", help: "end after the first full round" },
      interval: { kind: "number", help: "seconds between two cycles (default 20)" },
      contacts: { kind: "number", help: "contacts in the sandbox (default 500)" },
      leads: { kind: "number", help: "leads in the sandbox (default 150)" },
      persons: { kind: "number", help: "persons in the sandbox (default 300)" },
      seed: { kind: "number", help: "seed of the sandbox data" },
      state: { kind: "text", help: "the folder that holds the state (default: a new one)" },
      json,
    },
  },
  sandbox: { summary: "serve the sandbox orgs (see sandbox --help)", options: {} },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;

type ValueOf<K extends OptionKind> = K extends "flag"
  ? boolean
  : K extends "number"
    ? number
    : string;

type OptionValues<O extends Record<string, OptionSpec>> = {
  [K in keyof O]: O[K] extends { required: true }
    ? ValueOf<O[K]["kind"]>
    : O[K]["kind"] extends "flag"
      ? boolean
      : ValueOf<O[K]["kind"]> | undefined;
};

export type Arguments<C extends CommandName> = OptionValues<(typeof COMMANDS)[C]["options"]>;

export type ParsedCommand =
  | { command: "help" }
  | { command: "version" }
  | {
      [C in CommandName]: { command: C; options: Arguments<C>; rest: readonly string[] };
    }[CommandName];

/** Reads the command line. Throws CS-ARGUMENT with one sentence that says what to type instead. */
export function parseCommand(argv: readonly string[]): ParsedCommand {
  const [name, ...rest] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    return { command: "help" };
  }
  if (name === "--version") return { command: "version" };
  if (!isCommand(name)) {
    throw argument(
      `There is no command "${name}"; use one of ${Object.keys(COMMANDS).join(", ")}.`,
    );
  }
  if (name === "sandbox") return { command: name, options: {}, rest };
  if (rest.includes("--help")) return { command: "help" };
  const values = readOptions(name, rest);
  // The table above gives every option its type; the compiler cannot follow it through the loop.
  return { command: name, options: values, rest: [] } as unknown as ParsedCommand;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function readOptions(command: CommandName, words: readonly string[]): Record<string, unknown> {
  const specs: Record<string, OptionSpec> = COMMANDS[command].options;
  const values: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(tokens(command, specs, words))) {
    const spec = specs[name]!;
    values[name] = spec.kind === "number" ? wholeNumber(name, String(given)) : given;
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.kind === "flag") values[name] ??= false;
    if (spec.required && values[name] === undefined) {
      throw argument(`"${command}" needs --${name} (${spec.help}).`);
    }
  }
  return values;
}

function tokens(
  command: CommandName,
  specs: Record<string, OptionSpec>,
  words: readonly string[],
): Record<string, unknown> {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      { type: spec.kind === "flag" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  try {
    return { ...parseArgs({ args: [...words], options, strict: true }).values };
  } catch (error) {
    const known = Object.keys(specs).map((name) => `--${name}`);
    const reason = error instanceof Error ? error.message.split(/[.\n]/)[0] : String(error);
    throw argument(`${reason}; "${command}" takes ${known.join(", ")}.`);
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw argument(`--${name} takes a whole number, not "${text}".`);
  return Number(text);
}

function argument(message: string): ContactSyncError {
  return new ContactSyncError("CS-ARGUMENT", message);
}

/** The help text: every command with its options. */
export function helpText(): string {
  const lines = ["Usage: contact-sync <command> [options]", ""];
  for (const [name, spec] of Object.entries(COMMANDS) as [string, CommandSpec][]) {
    lines.push(`  ${name.padEnd(15)} ${spec.summary}`);
    for (const [option, { kind, help, required }] of Object.entries(spec.options)) {
      const value = kind === "flag" ? "" : kind === "number" ? " N" : " TEXT";
      lines.push(`      --${`${option}${value}`.padEnd(15)} ${help}${required ? " (needed)" : ""}`);
    }
  }
  lines.push(
    "",
    "Secrets come from the environment: CONTACT_SYNC_<PAIR>_DYNAMICS_SECRET and CONTACT_SYNC_<PAIR>_MARKETO_SECRET.",
    "Exit codes: 0 done, 2 bad arguments or configuration, 3 cannot sign in, 4 halted by a brake,",
    "5 done but some records failed or were refused, 6 state folder in use or unusable.",
  );
  return lines.join("\n");
}
