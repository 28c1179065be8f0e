import type { HttpTransport } from "../../src/http/transport";
import type { AppendFile, FileSystem } from "../../src/state/files";
import type { State } from "../../src/state/state";
import type { StateWriter } from "../../src/sync/statePort";

/** Where a process ends: around the nth operation of a name. `torn`: when half of the bytes are written. */
export interface CrashPoint {
  operation: string;
  nth: number;
  when: "before" | "torn" | "after";
}

/** Counts operations by name and ends this process at the chosen one. */
export class Moments {
  readonly #counts = new Map<string, number>();
  readonly #point: CrashPoint | null;

  constructor(point: CrashPoint | null) {
    this.#point = point;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  async around<T>(
    operation: string,
    work: () => Promise<T>,
    half: () => Promise<unknown> = work,
  ): Promise<T> {
    const nth = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, nth);
    const point = this.#point;
    const when = point?.operation === operation && point.nth === nth ? point.when : null;
    if (when === "before") die();
    if (when === "torn") {
      await half();
      die();
    }
    const result = await work();
    if (when === "after") die();
    return result;
  }
}

/** Really: no handler runs, no file is closed, no answer is awaited. */
function die(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Files that count every operation that changes the disk; a read leaves nothing behind that a crash could show. */
export function watchFiles(files: FileSystem, moments: Moments): FileSystem {
  return {
    ...files,
    makeFolder: (path) => moments.around("file makeFolder", () => files.makeFolder(path)),
    create: (path) =>
      moments.around("file create", async () => watchFile(await files.create(path), moments)),
    link: (existing, path) => moments.around("file link", () => files.link(existing, path)),
    rename: (from, to) => moments.around("file rename", () => files.rename(from, to)),
    remove: (path) => moments.around("file remove", () => files.remove(path)),
    syncFolder: (path) => moments.around("file syncFolder", () => files.syncFolder(path)),
  };
}

function watchFile(file: AppendFile, moments: Moments): AppendFile {
  return {
    append: (bytes) =>
      moments.around(
        "file append",
        () => file.append(bytes),
        () => file.append(bytes.subarray(0, bytes.length / 2)),
      ),
    sync: () => moments.around("file sync", () => file.sync()),
    close: () => file.close(),
  };
}

/** A transport that counts the calls that may change something; each has a name like `POST /rest/v1/leads.json`. */
export function watchTransport(transport: HttpTransport, moments: Moments): HttpTransport {
  return {
    send: (request) => {
      if (request.method === "GET") return transport.send(request);
      const { pathname } = new URL(request.url);
      return moments.around(`${request.method} ${pathname}`, () => transport.send(request));
    },
    close: () => transport.close(),
  };
}

/** Counts the announcements and the commits of a state. */
export function watchState(state: State, moments: Moments): State {
  const announce = state.announce.bind(state);
  const commit = state.commit.bind(state);
  state.announce = (intents) => moments.around("state announce", () => announce(intents));
  state.commit = <T>(change: (writer: StateWriter) => T) =>
    moments.around("state commit", () => commit(change));
  return state;
}
