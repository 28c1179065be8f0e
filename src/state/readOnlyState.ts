import { closed, readOnly } from "./errors";
import { errorCode } from "./files";
import type { FileSystem } from "./files";
import { journalPath, readFolder } from "./folder";
import { scanFrames } from "./frames";
import type { Frame, Generation } from "./frames";
import { readLease } from "./leaseFile";
import type { LeaseContent } from "./leaseFile";
import { StateMemory } from "./memory";
import { StateReads } from "./reads";
import { recover, scanJournal } from "./recovery";
import type { JournalStart } from "./recovery";
import type { State, StateStats } from "./state";

export interface ReadOnlyParts {
  files: FileSystem;
  folder: string;
  start: JournalStart;
  wasm: Uint8Array | undefined;
  migrations: readonly string[];
}

/** Times that a folder is read again because its writer was cleaning it up at that very moment. */
const ATTEMPTS = 5;

interface Loaded {
  memory: StateMemory;
  sequence: number;
  snapshotBytes: number;
  journalBytes: number;
  /** The journal that is followed, and how far it was read. */
  tail: { generation: Generation; end: number };
}

/** The state as somebody sees it who looks on while another process writes. Never writes. */
export class ReadOnlyState extends StateReads implements State {
  readonly #parts: ReadOnlyParts;
  #loaded: Loaded | null;
  #lease: LeaseContent | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(parts: ReadOnlyParts, loaded: Loaded) {
    super();
    this.#parts = parts;
    this.#loaded = loaded;
  }

  /** Returns null when the folder has no state. */
  static async open(parts: ReadOnlyParts): Promise<ReadOnlyState | null> {
    const loaded = await load(parts);
    if (!loaded) return null;
    const state = new ReadOnlyState(parts, loaded);
    state.#lease = await newestLease(parts);
    return state;
  }

  lease(): LeaseContent | null {
    return this.#lease;
  }

  stats(): StateStats {
    const { memory, sequence, snapshotBytes, journalBytes } = this.#open();
    return { sequence, databaseBytes: memory.database.bytes(), journalBytes, snapshotBytes };
  }

  refresh(): Promise<boolean> {
    const result = this.#queue.then(() => this.#refresh());
    // The next refresh waits for this one, whatever becomes of it; its own caller hears of a failure.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  announce(): Promise<never> {
    return Promise.reject(readOnly(this.#parts.folder));
  }

  commit(): Promise<never> {
    return Promise.reject(readOnly(this.#parts.folder));
  }

  async close(): Promise<void> {
    await this.#queue;
    this.#loaded?.memory.database.close();
    this.#loaded = null;
  }

  protected memory(): StateMemory {
    return this.#open().memory;
  }

  #open(): Loaded {
    if (!this.#loaded) throw closed(this.#parts.folder);
    return this.#loaded;
  }

  async #refresh(): Promise<boolean> {
    const loaded = this.#open();
    this.#lease = await newestLease(this.#parts);
    const before = loaded.sequence;
    if (await follow(this.#parts, loaded)) return loaded.sequence > before;
    const fresh = await load(this.#parts);
    if (!fresh) throw closed(this.#parts.folder);
    this.#loaded = fresh;
    loaded.memory.database.close();
    return true;
  }
}

async function load(parts: ReadOnlyParts): Promise<Loaded | null> {
  const { files, folder, start, wasm, migrations } = parts;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const lease = await newestLease(parts);
      const recovered = await recover(files, folder, {
        ...start,
        sequence: lease?.sequence ?? null,
      });
      if (!recovered) return null;
      const { sequence, journalBytes, snapshot, tail } = recovered;
      return {
        memory: await StateMemory.load(wasm, migrations, recovered),
        sequence,
        snapshotBytes: snapshot.database.length,
        journalBytes,
        tail: tail ?? { generation: snapshot.generation, end: 0 },
      };
    } catch (error) {
      if (attempt === ATTEMPTS || !passing(error)) throw error;
    }
  }
}

/** A file that vanished, or a row of files read while one was replaced: reading again shows a whole picture. */
function passing(error: unknown): boolean {
  return ["ENOENT", "CS-STATE-DAMAGED"].includes(errorCode(error) ?? "");
}

/**
 * Takes in what was appended since, in this journal and the ones after it. Returns false when the files do not simply
 * go on from here (cleaned up, or a writer that was replaced); then everything is read anew.
 */
async function follow(parts: ReadOnlyParts, loaded: Loaded): Promise<boolean> {
  const { files, folder } = parts;
  try {
    await followTail(parts, loaded);
    for (;;) {
      const { journals } = await readFolder(files, folder);
      const next = journals.find((generation) => generation > loaded.tail.generation);
      if (next === undefined) return true;
      // What the followed journal got until its successor was started.
      await followTail(parts, loaded);
      const scan = scanJournal(
        await files.read(journalPath(folder, next)),
        next,
        folder,
        parts.start,
      );
      if (scan.follows === null) return true;
      if (scan.follows !== loaded.sequence) return false;
      take(loaded, scan.commits, { generation: next, end: scan.end });
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function followTail({ files, folder }: ReadOnlyParts, loaded: Loaded): Promise<void> {
  const { generation, end } = loaded.tail;
  const bytes = await readIfThere(files, journalPath(folder, generation), end);
  const scan = scanFrames(bytes, generation);
  const commits = scan.frames.filter(({ kind }) => kind !== "start");
  take(loaded, commits, { generation, end: end + scan.end });
}

/** The journal of a generation appears with its first commit only. */
async function readIfThere(files: FileSystem, path: string, from: number): Promise<Uint8Array> {
  try {
    return await files.read(path, from);
  } catch (error) {
    if (errorCode(error) === "ENOENT" && from === 0) return new Uint8Array(0);
    throw error;
  }
}

function take(loaded: Loaded, commits: readonly Frame[], tail: Loaded["tail"]): void {
  loaded.memory.replay(commits);
  loaded.sequence = commits.at(-1)?.sequence ?? loaded.sequence;
  loaded.journalBytes +=
    tail.end - (tail.generation === loaded.tail.generation ? loaded.tail.end : 0);
  loaded.tail = tail;
}

async function newestLease({ files, folder }: ReadOnlyParts): Promise<LeaseContent | null> {
  const fence = (await readFolder(files, folder)).leases.at(-1);
  return fence === undefined ? null : await readLease(files, folder, fence);
}
