import type { AppendFile, FileSystem } from "./files";
import { journalPath } from "./folder";
import { commitFrame, encodeFrame } from "./frames";
import type { Generation } from "./frames";
import type { JournalStart } from "./recovery";

/** The journal file of one generation, made with its first commit so that an idle writer leaves no file behind. */
export class Journal {
  #file: AppendFile | null = null;
  #sequence: number;
  #bytes = 0;
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #generation: Generation;
  readonly #start: JournalStart;

  constructor(
    files: FileSystem,
    folder: string,
    at: { generation: Generation; sequence: number; start: JournalStart },
  ) {
    this.#files = files;
    this.#folder = folder;
    this.#generation = at.generation;
    this.#sequence = at.sequence;
    this.#start = at.start;
  }

  /** The last commit in the journal, or the one that it follows. */
  get sequence(): number {
    return this.#sequence;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends one commit; it is durable when the promise resolves. */
  async append(payload: Uint8Array): Promise<void> {
    const commit = commitFrame(this.#generation, this.#sequence + 1, payload);
    const first = this.#file === null;
    this.#file ??= await this.#files.create(journalPath(this.#folder, this.#generation));
    const bytes = first ? Buffer.concat([this.#startFrame(), commit]) : commit;
    await this.#file.append(bytes);
    await this.#file.sync();
    if (first) await this.#files.syncFolder(this.#folder);
    this.#sequence += 1;
    this.#bytes += bytes.length;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  #startFrame(): Uint8Array {
    return encodeFrame({
      kind: "start",
      generation: this.#generation,
      sequence: this.#sequence,
      payload: Buffer.from(JSON.stringify(this.#start)),
    });
  }
}
