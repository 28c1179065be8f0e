import { basename, dirname } from "node:path";
import type { AppendFile, FileSystem } from "../../src/state/files";

interface Content {
  bytes: Buffer;
  /** How many of the bytes survive a power cut for certain. */
  synced: number;
}

/**
 * What a power cut leaves of that which was not made durable: all of it, nothing of it, only the removals (a folder's
 * entries may become durable in any order), half of the bytes, or bytes that read as zero.
 */
export type Loss = "nothing" | "everything" | "all but removals" | "half" | "zeroed";
export const LOSSES: readonly Loss[] = [
  "nothing",
  "everything",
  "all but removals",
  "half",
  "zeroed",
];

/** An operation that changes something. */
export interface DiskChange {
  kind: "create" | "append" | "sync" | "link" | "rename" | "remove" | "syncFolder" | "makeFolder";
  path: string;
}

export class DiskError extends Error {
  constructor(
    readonly code: string,
    path: string,
  ) {
    super(`${code}: ${basename(path)}`);
  }
}

/** A disk in memory that knows what is durable, counts bytes, and can fail or end the world at any change. */
export class MemoryDisk implements FileSystem {
  #entries = new Map<string, Content>();
  #durable = new Map<string, Content>();
  bytesWritten = 0;
  readonly changes: DiskChange[] = [];
  /** Called before each change; what it throws is the change's failure. An append may be cut short first. */
  beforeChange: (change: DiskChange, tear: () => void) => void | Promise<void> = () => undefined;

  /** The disk as the next process finds it after the power was cut now. */
  afterPowerCut(loss: Loss): MemoryDisk {
    const disk = new MemoryDisk();
    const durableOnly = loss === "everything" || loss === "all but removals";
    for (const [path, content] of durableOnly ? this.#durable : this.#entries) {
      if (loss === "all but removals" && !this.#entries.has(path)) continue;
      const copy = remains(content, loss);
      disk.#entries.set(path, copy);
      disk.#durable.set(path, copy);
    }
    return disk;
  }

  paths(): string[] {
    return [...this.#entries.keys()].sort();
  }

  pathOf(start: string): string {
    const found = this.paths().filter((path) => basename(path).startsWith(start));
    if (found.length === 0) throw new Error(`There is no file ${start}…`);
    return found.at(-1) ?? "";
  }

  content(path: string): Buffer {
    return Buffer.from(this.#get(path).bytes);
  }

  put(path: string, bytes: Uint8Array): void {
    this.#entries.set(path, { bytes: Buffer.from(bytes), synced: bytes.length });
  }

  delete(path: string): void {
    this.#entries.delete(path);
  }

  makeFolder(path: string): Promise<void> {
    return this.#change({ kind: "makeFolder", path }, () => undefined);
  }

  list(folder: string): Promise<string[]> {
    return Promise.resolve(
      this.paths()
        .filter((path) => dirname(path) === folder)
        .map((path) => basename(path)),
    );
  }

  read(path: string, offset = 0): Promise<Uint8Array> {
    return Promise.resolve().then(() => new Uint8Array(this.#get(path).bytes.subarray(offset)));
  }

  async create(path: string): Promise<AppendFile> {
    const content: Content = { bytes: Buffer.alloc(0), synced: 0 };
    await this.#change({ kind: "create", path }, () => {
      if (this.#entries.has(path)) throw new DiskError("EEXIST", path);
      this.#entries.set(path, content);
    });
    const append = (bytes: Uint8Array): void => {
      content.bytes = Buffer.concat([content.bytes, bytes]);
      this.bytesWritten += bytes.length;
    };
    return {
      append: (bytes) =>
        this.#change(
          { kind: "append", path },
          () => append(bytes),
          () => append(bytes.subarray(0, bytes.length / 2)),
        ),
      sync: () =>
        this.#change({ kind: "sync", path }, () => {
          content.synced = content.bytes.length;
        }),
      close: () => Promise.resolve(),
    };
  }

  link(existing: string, path: string): Promise<void> {
    return this.#change({ kind: "link", path }, () => {
      if (this.#entries.has(path)) throw new DiskError("EEXIST", path);
      this.#entries.set(path, this.#get(existing));
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change({ kind: "rename", path: to }, () => {
      const content = this.#get(from);
      this.#entries.delete(from);
      this.#entries.set(to, content);
    });
  }

  remove(path: string): Promise<void> {
    return this.#change({ kind: "remove", path }, () => {
      this.#get(path);
      this.#entries.delete(path);
    });
  }

  syncFolder(path: string): Promise<void> {
    return this.#change({ kind: "syncFolder", path }, () => {
      for (const known of this.#durable.keys())
        if (dirname(known) === path && !this.#entries.has(known)) this.#durable.delete(known);
      for (const [known, content] of this.#entries)
        if (dirname(known) === path) this.#durable.set(known, content);
    });
  }

  #get(path: string): Content {
    const content = this.#entries.get(path);
    if (!content) throw new DiskError("ENOENT", path);
    return content;
  }

  async #change(change: DiskChange, work: () => void, tear: () => void = () => undefined) {
    this.changes.push(change);
    await this.beforeChange(change, tear);
    work();
  }
}

function remains({ bytes, synced }: Content, loss: Loss): Content {
  const kept = {
    nothing: bytes,
    everything: bytes.subarray(0, synced),
    "all but removals": bytes.subarray(0, synced),
    half: bytes.subarray(0, synced + Math.floor((bytes.length - synced) / 2)),
    zeroed: Buffer.concat([bytes.subarray(0, synced), Buffer.alloc(bytes.length - synced)]),
  }[loss];
  return { bytes: Buffer.from(kept), synced: kept.length };
}
