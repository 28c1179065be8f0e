import { readFileSync } from "node:fs";
import { parsePairFile } from "../../src/config/parse";
import { PairEngine } from "../../src/engine/pairEngine";
import { tokensOf } from "../../src/engine/tokens";
import { realWorld } from "../../src/engine/world";
import type { Timing } from "../../src/http/timing";
import { createTransport } from "../../src/http/transport";
import type { Side } from "../../src/model/record";
import { diskFiles } from "../../src/state/files";
import { openState } from "../../src/state/openState";
import { watchFiles, watchState, watchTransport, type Moments } from "./moments";

/** What a process needs to work on the pair; plain data, so that it can be handed to another process. */
export interface EngineJob {
  folder: string;
  pairFile: string;
  secrets: Record<Side, string>;
  wasmFile: string;
}

export interface OpenEngine {
  engine: PairEngine;
  close(): Promise<void>;
}

/** Small, so that a cycle takes several snapshots. */
const JOURNAL_BYTES = 12_000;

/** Opens the state for writing and puts the engine together as the command line does. */
export async function openEngine(
  job: EngineJob,
  timing: Timing,
  moments: Moments | null = null,
): Promise<OpenEngine> {
  const parsed = parsePairFile(job.pairFile);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const config = parsed.file.pairs[0]!;
  const opened = await openState({
    folder: job.folder,
    pair: config.id,
    mode: "write",
    owner: "crash test",
    now: () => timing.now(),
    files: moments ? watchFiles(diskFiles, moments) : diskFiles,
    wasm: readFileSync(job.wasmFile),
    journalLimit: () => JOURNAL_BYTES,
    // So long that no heartbeat falls into a run: the operations are the same each time.
    leaseMs: 600_000,
  });
  const state = moments ? watchState(opened, moments) : opened;
  const plain = createTransport();
  const transport = moments ? watchTransport(plain, moments) : plain;
  const kept = new Map<string, string>();
  const tokens = tokensOf(config, {
    transport,
    timing,
    secret: (side) => Promise.resolve(job.secrets[side]),
    store: {
      get: (key) => Promise.resolve(kept.get(key)),
      set: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.delete(key),
    },
    certificate: () => Promise.reject(new Error("no certificate here")),
    onDeviceCode: () => undefined,
    openBrowser: () => Promise.resolve(),
  });
  const world = realWorld(() => timing.now());
  const engine = new PairEngine({
    config,
    state,
    transport,
    tokens,
    timing,
    world,
    onEvent: () => undefined,
  });
  return {
    engine,
    close: async () => {
      await state.close();
      transport.close();
    },
  };
}

/** A clock that stands still; waiting moves it at once. */
export function standingTiming(start: number): Timing {
  let now = start;
  return {
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}
