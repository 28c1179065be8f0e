import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pairSchema, secretVariable, type PairConfig } from "../../src/config/pairFile";
import { parsePairFile } from "../../src/config/parse";
import { connect, type ConnectorSet } from "../../src/engine/connect";
import { PairEngine, type RunOptions } from "../../src/engine/pairEngine";
import { tokensOf } from "../../src/engine/tokens";
import type { Timing } from "../../src/http/timing";
import { createTransport, type HttpTransport } from "../../src/http/transport";
import type { Activity, CycleSummary } from "../../src/model/activity";
import type { CycleEvent, Preview } from "../../src/protocol/engine";
import { pairFileText } from "../../src/sandbox/pairFile";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox";
import { openState } from "../../src/state/openState";
import type { State } from "../../src/state/state";
import type { World } from "../../src/sync/ports";
import { MemoryDynamics } from "./memory/memoryDynamics";
import { MemoryMarketo } from "./memory/memoryMarketo";

/** The clock that a test moves by hand; both orgs, the engine and every wait go by it. */
export interface TestClock {
  now(): number;
  advance(ms: number): void;
}

export interface TestPairOptions {
  /** Changes the pair's configuration before it is checked; `config` is what the pair file would say. */
  configure?: (config: PairConfig) => void;
  /** Puts something between the engine and the connectors, so that a test can watch calls or act in between. */
  wrap?: (connectors: ConnectorSet) => ConnectorSet;
  /** A state folder to go on with; else a new one, which `close` removes. */
  folder?: string;
  /** Commits reach the disk through these files. */
  files?: Parameters<typeof openState>[0]["files"];
  /** Calls are given up after so long, whatever their own time is. */
  timeoutMs?: number;
}

interface TestPair {
  engine: PairEngine;
  config: PairConfig;
  state: State;
  clock: TestClock;
  folder: string;
  /** Everything that the engine told, in order. */
  events: CycleEvent[];
  run(options?: RunOptions): Promise<CycleSummary>;
  preview(): Promise<Preview>;
  /** The whole log, oldest first. */
  activities(): Activity[];
  /** Ends the engine and opens it again on the same folder and the same orgs, as a restart would. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export type MemoryPair = TestPair & { dynamics: MemoryDynamics; marketo: MemoryMarketo };
export type SandboxPair = TestPair & { sandbox: Sandbox };

const START = Date.parse("2026-03-10T12:00:00Z");

/** An engine between two in-memory connectors, on a real state folder. */
export async function openMemoryPair(options: TestPairOptions = {}): Promise<MemoryPair> {
  let now = START;
  const clock: TestClock = {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
  const dynamics = new MemoryDynamics({ now: clock.now });
  const marketo = new MemoryMarketo({ now: clock.now });
  const connectors: ConnectorSet = {
    dynamics: withExtras(dynamics, DYNAMICS_EXTRAS),
    marketo: withExtras(Object.assign(marketo, marketo.extras), MARKETO_EXTRAS),
  };
  const config = pairSchema.parse(MEMORY_PAIR);
  const pair = await openPair(config, options, { clock, connectors });
  return Object.assign(pair, { dynamics, marketo });
}

/** An engine between the two sandbox servers, over sockets; its clock is frozen until the test moves it. */
export async function openSandboxPair(
  options: TestPairOptions & { sandbox?: SandboxOptions } = {},
): Promise<SandboxPair> {
  const empty: SandboxOptions = { contacts: 0, leads: 0, persons: 0, limits: "off" };
  const sandbox = await startSandbox({ ...empty, ...options.sandbox });
  sandbox.clock.freeze();
  const parsed = parsePairFile(pairFileText(sandbox.ready, sandbox.recordTypes));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const pair = await openPair(parsed.file.pairs[0]!, options, {
    clock: sandbox.clock,
    secrets: sandbox.ready.env,
  });
  const { close } = pair;
  return Object.assign(pair, {
    sandbox,
    close: async () => {
      await close();
      await sandbox.close();
    },
  });
}

/** What differs between the two kinds of orgs. */
interface Ground {
  clock: TestClock;
  /** Those of the in-memory orgs; else the real ones are made. */
  connectors?: ConnectorSet;
  secrets?: Readonly<Record<string, string>>;
}

async function openPair(
  config: PairConfig,
  options: TestPairOptions,
  ground: Ground,
): Promise<TestPair> {
  options.configure?.(config);
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "contact-sync-test-"));
  const events: CycleEvent[] = [];
  let running = await startEngine(config, options, { ...ground, folder, events });
  const pair: TestPair = {
    config,
    folder,
    events,
    clock: ground.clock,
    get engine() {
      return running.engine;
    },
    get state() {
      return running.engine.state;
    },
    run: (how) => running.engine.run(how),
    preview: () => running.engine.preview(),
    activities: () =>
      running.engine.state.activities({
        limit: 100_000,
        sort: { by: "time", descending: false },
      }),
    restart: async () => {
      await running.close();
      running = await startEngine(config, options, { ...ground, folder, events });
    },
    close: async () => {
      await running.close();
      if (!options.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
  return pair;
}

async function startEngine(
  config: PairConfig,
  { files, timeoutMs, wrap = (connectors) => connectors }: TestPairOptions,
  {
    clock,
    connectors,
    secrets = {},
    folder,
    events,
  }: Ground & { folder: string; events: CycleEvent[] },
): Promise<{ engine: PairEngine; close(): Promise<void> }> {
  const state = await openState({
    folder,
    pair: config.id,
    mode: "write",
    owner: "test",
    now: Date.now,
    // The test's clock is not the wall clock, by which the log is trimmed.
    retention: { days: 36_500, rows: 100_000 },
    ...(files && { files }),
  });
  const transport = impatient(createTransport(), timeoutMs);
  const timing = timingOf(clock);
  const engine = new PairEngine({
    config,
    state,
    transport,
    tokens: tokensOf(config, {
      transport,
      timing,
      secret: (side) => Promise.resolve(secrets[secretVariable(config.id, side)] ?? ""),
      store: memorySecrets(),
      certificate: () => Promise.reject(new Error("No certificate is used here.")),
      onDeviceCode: () => undefined,
      openBrowser: () => Promise.reject(new Error("No browser is used here.")),
    }),
    timing,
    world: ascendingWorld(clock),
    connect: (parsed, parts) => wrap(connectors ?? connect(parsed, parts)),
    onEvent: (event) => events.push(event),
  });
  const close = async () => {
    await state.close();
    transport.close();
  };
  return { engine, close };
}

function impatient(transport: HttpTransport, timeoutMs: number | undefined): HttpTransport {
  if (timeoutMs === undefined) return transport;
  return { ...transport, send: (request) => transport.send({ ...request, timeoutMs }) };
}

/** Waiting moves the clock on at once: nothing in a test sleeps. */
function timingOf(clock: TestClock): Timing {
  return {
    now: () => clock.now(),
    sleep: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
  };
}

function memorySecrets() {
  const kept = new Map<string, string>();
  return {
    get: (key: string) => Promise.resolve(kept.get(key)),
    set: (key: string, value: string) => {
      kept.set(key, value);
      return Promise.resolve();
    },
    delete: (key: string) => {
      kept.delete(key);
      return Promise.resolve();
    },
  };
}

let worlds = 0;

/** Ids without chance, so that a history can be played again; each engine start has its own range. */
function ascendingWorld(clock: TestClock): World {
  const start = (++worlds).toString(16).padStart(8, "0");
  let next = 0;
  return {
    now: () => clock.now(),
    newId: () => `${start}-0000-7000-8000-${(++next).toString(16).padStart(12, "0")}`,
  };
}

/** The connector set also promises what checks and set-up need, which a cycle never asks for. */
function withExtras<T extends object, Name extends string>(
  port: T,
  names: readonly Name[],
): T & Record<Name, () => Promise<never>> {
  const missing = () => Promise.reject(new Error("The in-memory connectors know the port only."));
  const extras = Object.fromEntries(names.map((name) => [name, missing]));
  return Object.assign(port, extras as Record<Name, () => Promise<never>>);
}

const DYNAMICS_EXTRAS = [
  "organization",
  "privileges",
  "user",
  "owners",
  "ownerNames",
  "newest",
] as const;
const MARKETO_EXTRAS = [
  "partitions",
  "deletePersons",
  "createFields",
  "createActivityType",
  "approveActivityType",
  "missingPermissions",
] as const;

const MEMORY_PAIR = {
  id: "memory",
  environment: "sandbox",
  dynamics: {
    url: "https://memory.crm.dynamics.com",
    clientId: "33333333-0000-4000-8000-000000000001",
  },
  marketo: { munchkinId: "123-ABC-456", clientId: "memory" },
  recordTypes: { contact: {}, lead: {} },
};
