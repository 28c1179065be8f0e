import { basename, join } from "node:path";
import type { FileSystem } from "./files";
import { errorCode } from "./files";
import type { Generation } from "./frames";

/**
 * One folder per pair below the state folder:
 * - `snapshot-<fence>-<count>`: the whole database;
 * - `journal-<fence>-<count>`: the commits after the snapshot of that generation, or after the journal before it;
 * - `lease-<fence>`: who writes;
 * - `….tmp`: an unfinished file, of no meaning after a crash.
 * A generation belongs to one writer (its fencing number), so a writer that was replaced without noticing can never
 * write into, or rename over, a file of its successor.
 */
const PREFIX = "pair-";
const GENERATIONS_PER_WRITER = 1_000_000;

export function generationOf(fence: number, count: number): Generation {
  return fence * GENERATIONS_PER_WRITER + count;
}

function generationName(generation: Generation): string {
  return `${Math.floor(generation / GENERATIONS_PER_WRITER)}-${generation % GENERATIONS_PER_WRITER}`;
}

export function snapshotPath(folder: string, generation: Generation): string {
  return join(folder, `snapshot-${generationName(generation)}`);
}

export function journalPath(folder: string, generation: Generation): string {
  return join(folder, `journal-${generationName(generation)}`);
}

export function leasePath(folder: string, fence: number): string {
  return join(folder, `lease-${fence}`);
}

/** What a pair's folder holds, by file name; generations and fences ascend. */
export interface FolderContent {
  snapshots: Generation[];
  journals: Generation[];
  leases: number[];
  temporary: string[];
}

export async function readFolder(files: FileSystem, folder: string): Promise<FolderContent> {
  const content: FolderContent = { snapshots: [], journals: [], leases: [], temporary: [] };
  for (const name of await listOrEmpty(files, folder)) {
    const match = /^(snapshot|journal|lease)-(\d+)(?:-(\d+))?$/.exec(name);
    const [, kind, fence, count] = match ?? [];
    if (name.endsWith(".tmp")) content.temporary.push(name);
    else if (kind === "lease" && count === undefined) content.leases.push(Number(fence));
    else if (count !== undefined)
      content[kind === "snapshot" ? "snapshots" : "journals"].push(
        generationOf(Number(fence), Number(count)),
      );
  }
  const ascending = (a: number, b: number): number => a - b;
  content.snapshots.sort(ascending);
  content.journals.sort(ascending);
  content.leases.sort(ascending);
  return content;
}

async function listOrEmpty(files: FileSystem, folder: string): Promise<string[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** A pair's own folder. Any pair id makes a name that every file system takes and keeps apart from other ids. */
export function pairFolder(folder: string, pair: string): string {
  const escaped = [...Buffer.from(pair, "utf8")]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
  return join(folder, PREFIX + escaped);
}

const ASIDE = "aside-";

/** Keeps a pair's files under another name, so that the pair starts empty. Returns the folder they lie in now. */
export async function putAside(
  files: FileSystem,
  folder: string,
  { pair, now }: { pair: string; now: number },
): Promise<string> {
  const from = pairFolder(folder, pair);
  const stamp = new Date(now).toISOString().replace(/[:.]/g, "-");
  const to = join(folder, `${ASIDE}${basename(from)}-${stamp}`);
  await files.rename(from, to);
  await files.syncFolder(folder);
  return to;
}

/** The pairs that have a folder below the state folder. */
export async function listPairs(files: FileSystem, folder: string): Promise<string[]> {
  const names = await listOrEmpty(files, folder);
  return names
    .map((name) => basename(name))
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => decodeURIComponent(name.slice(PREFIX.length)))
    .sort();
}
