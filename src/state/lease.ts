import { ContactSyncError } from "../model/failure";
import { fenced } from "./errors";
import { removeObsolete } from "./files";
import type { FileSystem } from "./files";
import { leasePath, readFolder } from "./folder";
import { createLease, readLease, rewriteLease } from "./leaseFile";
import type { LeaseContent, LeaseWorld } from "./leaseFile";

export interface LeaseOptions {
  files: FileSystem;
  folder: string;
  owner: string;
  /** Wall clock, milliseconds since 1970. */
  now: () => number;
  durationMs: number;
  world: LeaseWorld;
}

/** Heartbeats in the time after which a silent lease counts as given up. */
const BEATS_PER_LEASE = 3;
/** Looks at another process's heartbeat in that time. */
const LOOKS_PER_LEASE = 10;

/** The right to write into a folder. Whoever holds the highest fencing number has it; there is never a second one. */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #stop = new AbortController();
  #content: LeaseContent;
  #lastBeat: number;
  #loop: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: LeaseOptions, content: LeaseContent) {
    this.#options = options;
    this.#content = content;
    this.#lastBeat = options.world.monotonic();
  }

  /**
   * Takes the lease, or throws CS-STATE-IN-USE with the owner's name. An owner that is gone or silent is replaced; what
   * it knew of the state stands in the new lease.
   */
  static async take(options: LeaseOptions): Promise<Lease> {
    const { files, folder } = options;
    for (;;) {
      const last = (await readFolder(files, folder)).leases.at(-1) ?? 0;
      const previous = last === 0 ? null : await readLease(files, folder, last);
      if (last > 0 && (await readFolder(files, folder)).leases.at(-1) !== last) continue;
      if (last > 0) await waitUntilGivenUp(options, last, previous);
      // A lease that cannot be read proves at least that somebody was here: an empty folder is then a loss.
      const sequence = previous ? previous.sequence : last > 0 ? 0 : null;
      const content = newLease(options, last + 1, sequence);
      if (!(await createLease(files, folder, content))) continue;
      const { leases } = await readFolder(files, folder);
      if (leases.at(-1) === content.fence) {
        for (const old of leases.slice(0, -1)) await removeObsolete(files, leasePath(folder, old));
        return new Lease(options, content);
      }
      // A slow start: others took and left the lease meanwhile, so this number was free again but is out of date.
      await removeObsolete(files, leasePath(folder, content.fence));
    }
  }

  get content(): Readonly<LeaseContent> {
    return this.#content;
  }

  get fence(): number {
    return this.#content.fence;
  }

  /** Throws CS-STATE-FENCED when another process has taken over, or when the folder was removed. */
  async check(): Promise<void> {
    const { leases } = await readFolder(this.#options.files, this.#options.folder);
    if (leases.at(-1) !== this.fence) throw fenced(this.#options.folder);
  }

  /** Beats from now on. `onLost` is called once: when another process took over, or no beat could be written in time. */
  start(sequence: () => number, onLost: (error: unknown) => void): void {
    this.#loop = this.#beatUntilStopped(sequence, onLost);
  }

  /** Gives the lease back, so that the next writer need not wait. */
  async release(sequence: number | null): Promise<void> {
    this.stop();
    await this.#loop;
    await this.check();
    await this.#write({ released: true, sequence });
  }

  /** Stops the heartbeat without a word, as after a failure. */
  stop(): void {
    this.#stop.abort();
  }

  /** Notes the last durable commit right away. */
  async note(sequence: number): Promise<void> {
    await this.#write({ sequence });
  }

  async #beatUntilStopped(sequence: () => number, onLost: (error: unknown) => void): Promise<void> {
    const { world, durationMs } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await world.sleep(durationMs / BEATS_PER_LEASE, { signal });
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      try {
        await this.check();
        await this.#write({ sequence: sequence() });
      } catch (error) {
        const silent = world.monotonic() - this.#lastBeat;
        if (error instanceof ContactSyncError || silent >= durationMs) return onLost(error);
      }
    }
  }

  async #write(change: Partial<LeaseContent>): Promise<void> {
    const { files, folder, now, world } = this.#options;
    const write = this.#writing.then(async () => {
      this.#content = { ...this.#content, ...change, beat: this.#content.beat + 1, at: now() };
      await rewriteLease(files, folder, this.#content);
      this.#lastBeat = world.monotonic();
    });
    // The next write waits for this one, whatever becomes of it; its own caller hears of a failure.
    this.#writing = write.catch(() => undefined);
    await write;
  }
}

function newLease(options: LeaseOptions, fence: number, sequence: number | null): LeaseContent {
  const { owner, durationMs, now, world } = options;
  return {
    fence,
    owner,
    processId: world.processId,
    host: world.host,
    beat: 0,
    at: now(),
    durationMs,
    released: false,
    sequence,
  };
}

/**
 * Returns when the lease may be taken over, throws when its owner is alive. A wall clock can jump and a process id can
 * be used again, so neither alone ends a lease: only a dead process on this very machine does at once. Otherwise the
 * heartbeat must be old by the wall clock and then stand still, watched on a clock that cannot jump.
 */
async function waitUntilGivenUp(
  options: LeaseOptions,
  fence: number,
  seen: LeaseContent | null,
): Promise<void> {
  const { files, folder, world } = options;
  if (seen?.released) return;
  if (seen && seen.host === world.host && !world.isAlive(seen.processId)) return;
  const durationMs = Math.max(options.durationMs, seen?.durationMs ?? 0);
  if (seen && Math.abs(options.now() - seen.at) < durationMs) throw inUse(folder, seen);
  const start = world.monotonic();
  while (world.monotonic() - start < durationMs) {
    await world.sleep(durationMs / LOOKS_PER_LEASE, { keepAlive: true });
    const content = await readLease(files, folder, fence);
    if (content?.released) return;
    if (content && content.beat !== seen?.beat) throw inUse(folder, content);
  }
}

function inUse(folder: string, { owner, processId, host, at }: LeaseContent): ContactSyncError {
  return new ContactSyncError(
    "CS-STATE-IN-USE",
    `The state in ${folder} is in use by ${owner} (process ${processId} on ${host}, last seen ${new Date(at).toISOString()}). Close it there, or open the state for reading only.`,
  );
}
