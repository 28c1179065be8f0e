import { constants } from "node:fs";
import { link, mkdir, open, readFile, readdir, rename, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** A file that only grows. */
export interface AppendFile {
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything appended so far survives a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The few file operations that the store is made of, so that a test can end the world before and after each of them.
 * Errors carry Node's `code` (`ENOENT`, `EEXIST`, `ENOSPC`).
 */
export interface FileSystem {
  /** Makes the folder and its parents; an existing one is fine. */
  makeFolder(path: string): Promise<void>;
  /** Names in the folder; throws `ENOENT` when there is none. */
  list(folder: string): Promise<string[]>;
  /** The file's bytes from `offset` (default 0) to its end. */
  read(path: string, offset?: number): Promise<Uint8Array>;
  /** Creates a file that must not exist yet (`EEXIST`). */
  create(path: string): Promise<AppendFile>;
  /** Gives a file a second name that must not exist yet (`EEXIST`): the one atomic "create with content". */
  link(existing: string, path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the folder's entries (creates, renames) survive a power cut. */
  syncFolder(path: string): Promise<void>;
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

/** Writes a new file completely and makes it durable; its name becomes durable with the next `syncFolder`. */
export async function writeNewFile(
  files: FileSystem,
  path: string,
  parts: readonly Uint8Array[],
): Promise<void> {
  const file = await files.create(path);
  try {
    for (const part of parts) await file.append(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Removes a file that nobody needs any more. One that is gone already, or that Windows will not give up because a
 * reader holds it open, is left for a later cleaning: its name alone says that it is out of date.
 */
export async function removeObsolete(files: FileSystem, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (!["ENOENT", "EBUSY", "EPERM", "EACCES"].includes(errorCode(error) ?? "")) throw error;
  }
}

/** The real disk. */
export const diskFiles: FileSystem = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  list: (folder) => readdir(folder),
  async read(path, offset = 0) {
    if (offset === 0) return await readFile(path);
    const file = await open(path, "r");
    try {
      return await readTail(file, offset);
    } finally {
      await file.close();
    }
  },
  async create(path) {
    const file = await open(path, "ax", 0o600);
    return {
      append: (bytes) => file.appendFile(bytes),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  link: (existing, path) => link(existing, path),
  rename: (from, to) => rename(from, to),
  remove: (path) => unlink(path),
  async syncFolder(path) {
    // Windows cannot open a folder to sync it, and writes its entries through on its own.
    if (process.platform === "win32") return;
    const folder = await open(path, constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

async function readTail(file: FileHandle, offset: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(Math.max(0, size - offset));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
