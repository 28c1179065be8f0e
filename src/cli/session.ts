import { readFile } from "node:fs/promises";
import { parsePairFile, positionOf } from "../config/parse";
import { secretVariable, type PairConfig, type PairFile } from "../config/pairFile";
import { PairEngine } from "../engine/pairEngine";
import { tokensOf, type TokenOptions } from "../engine/tokens";
import type { UsedSystems } from "../engine/usedSystems";
import { realWorld } from "../engine/world";
import { realTiming } from "../http/timing";
import { createTransport, type HttpTransport } from "../http/transport";
import { ContactSyncError } from "../model/failure";
import type { CycleEvent } from "../protocol/engine";
import { openState } from "../state/openState";
import type { State } from "../state/state";
import type { Output } from "./output";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A pair that is open for work; `close` gives the state folder back. */
export interface Session {
  engine: PairEngine;
  close(): Promise<void>;
}

export async function readPairs(file: string): Promise<PairFile> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new ContactSyncError(
      "CS-CONFIG",
      `The pair file ${file} cannot be read (${error.code}).`,
    );
  });
  const parsed = parsePairFile(text);
  if (parsed.ok) return parsed.file;
  const [first] = parsed.problems;
  const { line, column } = positionOf(text, first?.offset ?? 0);
  const more = parsed.problems.length > 1 ? ` (and ${parsed.problems.length - 1} more)` : "";
  throw new ContactSyncError(
    first?.code ?? "CS-CONFIG",
    `${file}:${line}:${column}: ${first?.message ?? "unreadable"}${more}`,
  );
}

/** The pairs to work on: the named one, or all. */
export async function choosePairs(file: string, id: string | undefined): Promise<PairConfig[]> {
  const { pairs } = await readPairs(file);
  if (!pairs.length) throw new ContactSyncError("CS-CONFIG", `${file} has no pair yet.`);
  const chosen = id === undefined ? pairs : pairs.filter((pair) => pair.id === id);
  if (chosen.length) return chosen;
  const known = pairs.map((pair) => pair.id).join(", ");
  throw new ContactSyncError("CS-ARGUMENT", `The file has no pair "${id}"; it has ${known}.`);
}

/** The one pair that a command works on; a file with several needs --pair. */
export async function choosePair(file: string, id: string | undefined): Promise<PairConfig> {
  const pairs = await choosePairs(file, id);
  if (pairs.length === 1) return pairs[0]!;
  const known = pairs.map((pair) => pair.id).join(", ");
  throw new ContactSyncError("CS-ARGUMENT", `The file has several pairs; add --pair (${known}).`);
}

export async function openSession(options: {
  config: PairConfig;
  stateFolder: string;
  owner: string;
  environment: Environment;
  output: Output;
  onEvent: (event: CycleEvent) => void;
  systems?: UsedSystems;
}): Promise<Session> {
  const { config, stateFolder, owner, environment, output, onEvent, systems } = options;
  const state = await openState({
    folder: stateFolder,
    pair: config.id,
    mode: "write",
    owner,
    now: Date.now,
    retention: config.retention,
  });
  const transport = createTransport();
  const tokens = tokensOf(config, tokenOptions({ config, transport, environment, output }));
  const timing = realTiming;
  const world = realWorld();
  const parts = { config, state, transport, tokens, timing, world, onEvent };
  const engine = new PairEngine({ ...parts, ...(systems && { systems }) });
  return {
    engine,
    close: async () => {
      await state.close();
      transport.close();
    },
  };
}

/** The state of a pair for reading only: works while another process runs cycles. */
export async function readState(stateFolder: string, pair: string): Promise<State> {
  return openState({
    folder: stateFolder,
    pair,
    mode: "read",
    owner: "contact-sync",
    now: Date.now,
  });
}

function tokenOptions(options: {
  config: PairConfig;
  transport: HttpTransport;
  environment: Environment;
  output: Output;
}): TokenOptions {
  const { config, transport, environment, output } = options;
  const kept = new Map<string, string>();
  return {
    transport,
    timing: realTiming,
    secret: async (side) => {
      const name = secretVariable(config.id, side);
      const secret = environment[name];
      if (secret) return secret;
      throw new ContactSyncError(
        "CS-SECRET-MISSING",
        `The environment variable ${name} is not set; it holds the ${side === "dynamics" ? "Dynamics" : "Marketo"} client secret of pair ${config.id}.`,
      );
    },
    store: {
      get: async (key) => kept.get(key),
      set: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.delete(key),
    },
    certificate: async (file) => ({ pem: await readFile(file, "utf8") }),
    onDeviceCode: ({ userCode, verificationUri }) =>
      output.err(`Open ${verificationUri} in a browser and enter the code ${userCode}.`),
    openBrowser: async (url) => output.err(`Open ${url} to sign in.`),
  };
}
