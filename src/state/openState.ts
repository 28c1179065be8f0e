import { join } from "node:path";
import { damaged, failed, nothingThere } from "./errors";
import { diskFiles, removeObsolete } from "./files";
import type { FileSystem } from "./files";
import { pairFolder, readFolder } from "./folder";
import { Lease } from "./lease";
import { realLeaseWorld } from "./leaseFile";
import type { LeaseWorld } from "./leaseFile";
import { StateMemory } from "./memory";
import { ReadOnlyState } from "./readOnlyState";
import { recover } from "./recovery";
import type { Recovered } from "./recovery";
import { DEFAULT_RETENTION } from "./retention";
import type { Retention } from "./retention";
import { MIGRATIONS } from "./schema";
import type { State } from "./state";
import { WritableState } from "./writableState";

export interface OpenStateOptions {
  /** The state folder; each pair has a folder of its own in it. */
  folder: string;
  pair: string;
  mode: "write" | "read";
  /** Who opens the state, in words for people: "VS Code window my-project", "contact-sync run". */
  owner: string;
  /** Wall clock, milliseconds since 1970. */
  now: () => number;
  files?: FileSystem;
  /** The compiled SQLite; looked for next to the bundle when absent. */
  wasm?: Uint8Array;
  retention?: Retention;
  /** A writer that was silent for so long may be replaced. */
  leaseMs?: number;
  leaseWorld?: LeaseWorld;
  migrations?: readonly string[];
  /** Bytes that the journal may grow to before it is folded into a new snapshot. */
  journalLimit?: (snapshotBytes: number) => number;
}

const DEFAULT_LEASE_MS = 15_000;
/** A journal below this size is never worth a snapshot while the store is in use. */
const SMALLEST_LIMIT = 48 * 1024 * 1024;

/** As much journal as snapshot: all snapshots together cost about as much as the journals that led to them. */
function defaultJournalLimit(snapshotBytes: number): number {
  return Math.max(SMALLEST_LIMIT, snapshotBytes);
}

/**
 * Opens one pair's state. A writer is alone: a second one gets CS-STATE-IN-USE. A state that is damaged, newer than
 * this version or missing from a folder that had one is refused, never started anew.
 */
export async function openState(options: OpenStateOptions): Promise<State> {
  const folder = pairFolder(options.folder, options.pair);
  return options.mode === "write" ? openWritable(options, folder) : openReadOnly(options, folder);
}

async function openReadOnly(options: OpenStateOptions, folder: string): Promise<State> {
  const { files = diskFiles, migrations = MIGRATIONS, pair, wasm } = options;
  const start = { pair, schema: migrations.length };
  const state = await ReadOnlyState.open({ files, folder, start, wasm, migrations });
  if (!state) throw nothingThere(folder);
  return state;
}

async function openWritable(options: OpenStateOptions, folder: string): Promise<State> {
  const { files = diskFiles } = options;
  try {
    await files.makeFolder(folder);
    await files.syncFolder(options.folder);
    const lease = await Lease.take({
      files,
      folder,
      owner: options.owner,
      now: options.now,
      durationMs: options.leaseMs ?? DEFAULT_LEASE_MS,
      world: options.leaseWorld ?? realLeaseWorld,
    });
    try {
      return await loadWritable({ ...options, files }, folder, lease);
    } catch (error) {
      // Why the state cannot be opened matters more than a lease that could not be given back and runs out by itself.
      await lease.release(lease.content.sequence).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw failed(folder, error);
  }
}

async function loadWritable(
  options: OpenStateOptions & { files: FileSystem },
  folder: string,
  lease: Lease,
): Promise<State> {
  const {
    files,
    pair,
    now,
    wasm,
    retention = DEFAULT_RETENTION,
    migrations = MIGRATIONS,
  } = options;
  const start = { pair, schema: migrations.length };
  await removeTemporary(files, folder, lease.fence);
  const recovered = await recover(files, folder, { ...start, sequence: lease.content.sequence });
  const memory = await loadMemory(recovered, { wasm, migrations, folder });
  try {
    const journalLimit = options.journalLimit ?? defaultJournalLimit;
    const parts = { files, folder, start, memory, lease, now, retention, journalLimit };
    const state = new WritableState(parts, recovered);
    await state.begin((recovered?.snapshot.schema ?? 0) < migrations.length);
    return state;
  } catch (error) {
    memory.database.close();
    throw error;
  }
}

async function loadMemory(
  recovered: Recovered | null,
  from: { wasm: Uint8Array | undefined; migrations: readonly string[]; folder: string },
): Promise<StateMemory> {
  if (!recovered) return StateMemory.create(from.wasm, from.migrations);
  try {
    return await StateMemory.load(from.wasm, from.migrations, recovered);
  } catch (error) {
    // The checksums hold, so this is no torn write; going on would mean guessing.
    const reason = error instanceof Error ? error.message : String(error);
    throw damaged(from.folder, `its journal does not fit its snapshot (${reason})`);
  }
}

/** Unfinished files of earlier writers; another process may just be about to ask for the next lease. */
async function removeTemporary(files: FileSystem, folder: string, fence: number): Promise<void> {
  for (const name of (await readFolder(files, folder)).temporary) {
    const owner = /^lease-(\d+)\./.exec(name)?.[1];
    if (owner === undefined || Number(owner) < fence)
      await removeObsolete(files, join(folder, name));
  }
}
