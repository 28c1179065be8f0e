import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode, removeObsolete, writeNewFile } from "./files";
import type { FileSystem } from "./files";
import { leasePath } from "./folder";

/** What the file `lease-<fence>` says about the process that writes, or wrote last. */
export interface LeaseContent {
  fence: number;
  /** Who it is, in words for people. */
  owner: string;
  processId: number;
  /** The machine, and on Linux the space in which the process id counts. */
  host: string;
  /** Grows with every heartbeat. */
  beat: number;
  /** Wall-clock time of the heartbeat, milliseconds since 1970. */
  at: number;
  /** A lease without a heartbeat for so long may be taken over. */
  durationMs: number;
  released: boolean;
  /** The last commit known to be durable; null as long as the folder never had a state. */
  sequence: number | null;
}

/** Time and processes as a lease sees them; injected so that tests can stop a clock and end a process. */
export interface LeaseWorld {
  host: string;
  processId: number;
  isAlive(processId: number): boolean;
  /** Milliseconds on a clock that never jumps. */
  monotonic(): number;
  /** Rejects with an AbortError when the signal fires; does not keep the process alive unless told so. */
  sleep(ms: number, options?: { signal?: AbortSignal; keepAlive?: boolean }): Promise<void>;
}

export const realLeaseWorld: LeaseWorld = {
  host: [process.platform, hostname(), processSpace()].filter(Boolean).join(" "),
  processId: process.pid,
  isAlive(processId) {
    try {
      process.kill(processId, 0);
      return true;
    } catch (error) {
      // EPERM: it lives, it is only not ours.
      return errorCode(error) !== "ESRCH";
    }
  },
  monotonic: () => performance.now(),
  async sleep(ms, { signal, keepAlive = false } = {}) {
    await delay(ms, undefined, { ref: keepAlive, ...(signal ? { signal } : {}) });
  },
};

/** Two containers may share a host name and a folder; process ids count within one of them only. */
function processSpace(): string {
  if (process.platform !== "linux") return "";
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    // Without /proc the host name alone has to do; the heartbeat still protects.
    return "";
  }
}

/** The lease's content, or null when the file is gone or not readable as a lease. */
export async function readLease(
  files: FileSystem,
  folder: string,
  fence: number,
): Promise<LeaseContent | null> {
  try {
    const text = Buffer.from(await files.read(leasePath(folder, fence))).toString("utf8");
    const value = JSON.parse(text) as LeaseContent;
    return value.fence === fence && typeof value.beat === "number" ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Creates the lease file with its content in one atomic step; false when somebody else was first. */
export async function createLease(
  files: FileSystem,
  folder: string,
  content: LeaseContent,
): Promise<boolean> {
  const temporary = temporaryPath(folder, content);
  await removeObsolete(files, temporary);
  await writeNewFile(files, temporary, [encode(content)]);
  try {
    return await linkOrCreate(files, temporary, folder, content);
  } finally {
    await removeObsolete(files, temporary);
  }
}

async function linkOrCreate(
  files: FileSystem,
  temporary: string,
  folder: string,
  content: LeaseContent,
): Promise<boolean> {
  const path = leasePath(folder, content.fence);
  try {
    await files.link(temporary, path);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST") return false;
    // Some file systems (exFAT, a few network shares) know no second names; exclusive creation is nearly as good.
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "UNKNOWN"].includes(code ?? ""))
      throw error;
    try {
      await writeNewFile(files, path, [encode(content)]);
    } catch (second) {
      if (errorCode(second) === "EEXIST") return false;
      throw second;
    }
  }
  await files.syncFolder(folder);
  return true;
}

/** Replaces the content of the own lease file. */
export async function rewriteLease(
  files: FileSystem,
  folder: string,
  content: LeaseContent,
): Promise<void> {
  const temporary = temporaryPath(folder, content);
  await removeObsolete(files, temporary);
  await writeNewFile(files, temporary, [encode(content)]);
  await files.rename(temporary, leasePath(folder, content.fence));
}

function temporaryPath(folder: string, { fence, host, processId }: LeaseContent): string {
  const name = Buffer.from(host).toString("hex").slice(-12);
  return join(folder, `lease-${fence}.${name}-${processId}.tmp`);
}

function encode(content: LeaseContent): Uint8Array {
  return Buffer.from(`${JSON.stringify(content)}\n`);
}
