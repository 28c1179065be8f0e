import type { NewIntent, StateWriter } from "../sync/statePort";
import { ChangeSet, nextId } from "./changeSet";
import { encodeOperations } from "./codec";
import { closed, failed } from "./errors";
import { removeObsolete } from "./files";
import type { FileSystem } from "./files";
import { generationOf, journalPath, readFolder, snapshotPath } from "./folder";
import type { Generation } from "./frames";
import { Journal } from "./journal";
import type { Lease } from "./lease";
import type { LeaseContent } from "./leaseFile";
import type { StateMemory } from "./memory";
import type { Operation } from "./operations";
import { StateReads } from "./reads";
import type { JournalStart, Recovered } from "./recovery";
import { trimOperation } from "./retention";
import type { Retention } from "./retention";
import type { State, StateStats } from "./state";
import { writeSnapshot } from "./snapshots";

/** On closing, a journal of that part of the limit is folded into a snapshot, so that the next start is quick. */
const WORTHWHILE_PART = 4;
/** Many short sessions leave many small journals; a snapshot puts an end to them. */
const MOST_JOURNAL_FILES = 32;

export interface WritableParts {
  files: FileSystem;
  folder: string;
  start: JournalStart;
  memory: StateMemory;
  lease: Lease;
  now: () => number;
  retention: Retention;
  journalLimit: (snapshotBytes: number) => number;
}

/** The state as its one writer has it. */
export class WritableState extends StateReads implements State {
  readonly #parts: WritableParts;
  /** The newest snapshot known to be whole. */
  #snapshot: { generation: Generation; bytes: number } | null;
  #journal: Journal;
  #journalFiles: number;
  /** Bytes and files of the journals of earlier writers since the snapshot. */
  #earlierBytes: number;
  #count = 1;
  #queue: Promise<unknown> = Promise.resolve();
  #failure: Error | null = null;
  #closing: Promise<void> | null = null;

  constructor(parts: WritableParts, recovered: Recovered | null) {
    super();
    this.#parts = parts;
    const snapshot = recovered?.snapshot;
    this.#snapshot = snapshot
      ? { generation: snapshot.generation, bytes: snapshot.database.length }
      : null;
    this.#earlierBytes = recovered?.journalBytes ?? 0;
    this.#journalFiles = recovered?.journalFiles ?? 0;
    this.#journal = this.#newJournal(recovered?.sequence ?? 0);
  }

  /** Makes the folder ready: a new or migrated state gets its snapshot before anything else. */
  async begin(needsSnapshot: boolean): Promise<void> {
    const { lease } = this.#parts;
    if (needsSnapshot || this.#journalFiles > MOST_JOURNAL_FILES) await this.#takeSnapshot();
    await lease.note(this.#journal.sequence);
    lease.start(
      () => this.#journal.sequence,
      (error) => this.#fail(error),
    );
  }

  lease(): LeaseContent {
    return { ...this.#parts.lease.content };
  }

  stats(): StateStats {
    return {
      sequence: this.#journal.sequence,
      databaseBytes: this.memory().database.bytes(),
      journalBytes: this.#earlierBytes + this.#journal.bytes,
      snapshotBytes: this.#snapshot?.bytes ?? 0,
    };
  }

  /** The writer's memory is always the newest state. */
  refresh(): Promise<boolean> {
    this.memory();
    return Promise.resolve(false);
  }

  announce(intents: readonly NewIntent[]): Promise<number[]> {
    return this.#exclusive(async () => {
      const first = nextId(this.memory().database, "intent");
      const operations = intents.map(
        ({ dynamicsId, personId, reason, clashes, sent, ...rest }, place): Operation => ({
          kind: "addIntent",
          values: [
            ...[first + place, rest.cycle, rest.side, rest.recordType, rest.kind],
            ...[dynamicsId, personId, reason, clashes.length ? JSON.stringify(clashes) : null],
            sent.length ? sent : null,
          ],
        }),
      );
      await this.#persist(operations);
      return intents.map((_, place) => first + place);
    });
  }

  commit<T>(change: (writer: StateWriter) => T): Promise<T> {
    return this.#exclusive(async () => {
      const memory = this.memory();
      const { database } = memory;
      const changes = new ChangeSet(memory);
      const result = change(changes);
      changes.close();
      if (changes.operations.length > 0) {
        const added = changes.addedActivities();
        const now = this.#parts.now();
        const trim = trimOperation(database, this.#parts.retention, { now, added });
        await this.#persist(trim ? [...changes.operations, trim] : changes.operations);
      }
      return result;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.then(() => this.#finish());
    return this.#closing;
  }

  protected memory(): StateMemory {
    if (this.#failure) throw this.#failure;
    return this.#parts.memory;
  }

  /** Commits run one after the other, each seeing what the one before it left. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(closed(this.#parts.folder));
    const result = this.#queue.then(work);
    // The next one waits for this one, whatever becomes of it; its own caller hears of a failure.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Disk first, then memory: what cannot be made durable is never seen. */
  async #persist(operations: readonly Operation[]): Promise<void> {
    const { memory, lease } = this.#parts;
    const fields = memory.fields.pending();
    const all = [...fields, ...operations];
    if (all.length === 0) return;
    await this.#orFail(async () => {
      await lease.check();
      await this.#journal.append(encodeOperations(all));
      // Checked again: a writer that was replaced in between must not report a commit that its successor never saw.
      await lease.check();
      memory.apply(all);
      memory.fields.settle(fields.length);
    });
    if (this.#journalSize() > this.#journalLimit()) await this.#orFail(() => this.#takeSnapshot());
  }

  async #takeSnapshot(): Promise<void> {
    const { files, folder, memory, lease, start } = this.#parts;
    if (this.#journal.bytes > 0) this.#count += 1;
    const generation = generationOf(lease.fence, this.#count);
    const sequence = this.#journal.sequence;
    const database = memory.database.export();
    const content = { ...start, generation, sequence, database };
    await writeSnapshot(files, folder, content, () => lease.check());
    await this.#journal.close();
    const older = this.#snapshot?.generation ?? generation;
    this.#snapshot = { generation, bytes: database.length };
    this.#earlierBytes = 0;
    this.#journalFiles = 0;
    this.#journal = this.#newJournal(sequence);
    await lease.check();
    await this.#clean(older);
  }

  /** Keeps the newest snapshot, the one before it, and every journal since that one. */
  async #clean(older: Generation): Promise<void> {
    const { files, folder } = this.#parts;
    const { snapshots, journals } = await readFolder(files, folder);
    const newest = this.#snapshot?.generation ?? older;
    const needless = snapshots.filter((found) => found < newest && found !== older);
    for (const generation of needless)
      await removeObsolete(files, snapshotPath(folder, generation));
    for (const generation of journals.filter((found) => found < older))
      await removeObsolete(files, journalPath(folder, generation));
  }

  #newJournal(sequence: number): Journal {
    const { files, folder, start, lease } = this.#parts;
    const generation = generationOf(lease.fence, this.#count);
    return new Journal(files, folder, { generation, sequence, start });
  }

  #journalSize(): number {
    return this.#earlierBytes + this.#journal.bytes;
  }

  #journalLimit(): number {
    return this.#parts.journalLimit(this.#snapshot?.bytes ?? 0);
  }

  async #finish(): Promise<void> {
    const { lease, memory, folder } = this.#parts;
    try {
      if (!this.#failure) {
        await this.#persist([]);
        if (this.#journalSize() > this.#journalLimit() / WORTHWHILE_PART)
          await this.#orFail(() => this.#takeSnapshot());
      }
      await this.#release();
    } finally {
      lease.stop();
      this.#failure ??= closed(folder);
      memory.database.close();
    }
  }

  async #release(): Promise<void> {
    const { lease } = this.#parts;
    try {
      await this.#journal.close();
      await lease.release(this.#journal.sequence);
    } catch (error) {
      // After a failure the disk may be gone altogether; its caller knows already, and the lease runs out by itself.
      if (!this.#failure) throw failed(this.#parts.folder, error);
    }
  }

  async #orFail(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #fail(cause: unknown): Error {
    this.#failure ??= failed(this.#parts.folder, cause);
    this.#parts.lease.stop();
    return this.#failure;
  }
}
