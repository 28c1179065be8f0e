import { CallError, type Failure } from "../../../src/model/failure";
import type { RecordType } from "../../../src/model/record";
import type { TableDescription } from "../../../src/model/schema";
import type {
  CallCounter,
  CallOptions,
  DynamicsIdentity,
  DynamicsPage,
  DynamicsPort,
  DynamicsRow,
  DynamicsWrite,
  WriteResult,
} from "../../../src/sync/ports";
import { DynamicsStore, failure, refusalOf, type StoredRow } from "./dynamicsStore";
import { MemoryCalls, MemoryFaults, writeInCalls } from "./faults";

const DAY = 24 * 3_600_000;

export interface MemoryDynamicsOptions {
  now: () => number;
  tables?: Partial<Record<RecordType, TableDescription>>;
  /** Rows on a page of a tracked read. */
  pageSize?: number;
  /** Writes in one call; each call can fail by itself. */
  batchSize?: number;
  /** How long a delta checkpoint lives. */
  checkpointDays?: number;
}

/** DynamicsPort over plain Maps: the same promises as the real connector, without a wire. */
export class MemoryDynamics implements DynamicsPort, CallCounter {
  readonly faults = new MemoryFaults();
  readonly store: DynamicsStore;
  /** A refusal of one record, as a plug-in of the organization would give it. */
  refuse: (recordType: RecordType, write: DynamicsWrite) => Failure | undefined = () => undefined;
  #calls = new MemoryCalls(this.faults);
  #firstValid = 0;

  constructor(private readonly options: MemoryDynamicsOptions) {
    this.store = new DynamicsStore(options.now, options.tables);
  }

  get calls(): number {
    return this.#calls.count;
  }

  /** No checkpoint that was given so far is accepted any more. */
  expireCheckpoints(): void {
    this.#firstValid = this.store.log.length + 1;
    // The next checkpoint must lie behind the line even when nothing changes in between.
    this.store.log.push({ recordType: "contact", id: "", deleted: false });
  }

  async identity(options?: CallOptions): Promise<DynamicsIdentity> {
    this.#calls.read("other", options);
    return {
      userId: "22222222-0000-4000-8000-000000000001",
      organizationId: "22222222-0000-4000-8000-000000000002",
      version: "9.2.0.0",
    };
  }

  async describe(recordType: RecordType, options?: CallOptions): Promise<TableDescription> {
    this.#calls.read("describe", options);
    return this.store.tables[recordType];
  }

  async *changes(
    recordType: RecordType,
    request: { columns: readonly string[]; checkpoint: string | null } & CallOptions,
  ): AsyncGenerator<DynamicsPage> {
    this.#calls.read("changes", request);
    this.#mustKnow(recordType, request.columns);
    const end = `delta ${this.store.log.length} ${this.store.now()}`;
    const ids = this.#changedIds(recordType, request.checkpoint);
    const rows = this.store.rows(recordType);
    const present = ids
      .filter((id) => rows.has(id))
      .map((id) => this.#row(recordType, id, request));
    const deletedIds = ids.filter((id) => !rows.has(id));
    const size = this.options.pageSize ?? 5_000;
    const pages = Math.max(1, Math.ceil(present.length / size));
    for (let page = 0; page < pages; page++) {
      if (page > 0) this.#calls.read("changes", request);
      const last = page === pages - 1;
      yield {
        rows: present.slice(page * size, (page + 1) * size),
        deletedIds: last ? deletedIds : [],
        checkpoint: last ? end : null,
      };
    }
  }

  #changedIds(recordType: RecordType, checkpoint: string | null): string[] {
    if (checkpoint === null) return [...this.store.rows(recordType).keys()];
    const [, start = Number.NaN, at = Number.NaN] = checkpoint.split(" ").map(Number);
    const oldest = this.store.now() - (this.options.checkpointDays ?? 7) * DAY;
    if (!(start >= this.#firstValid && at >= oldest)) {
      throw new CallError(
        failure("expired", "0x80044352", "The change tracking token has expired."),
      );
    }
    const since = this.store.log.slice(start).filter((entry) => entry.recordType === recordType);
    // The latest change of a row decides its place.
    return [...new Set(since.map(({ id }) => id).reverse())].reverse().filter((id) => id !== "");
  }

  async read(
    recordType: RecordType,
    ids: readonly string[],
    columns: readonly string[],
    options?: CallOptions,
  ): Promise<DynamicsRow[]> {
    if (ids.length > 0) this.#calls.read("read", options);
    this.#mustKnow(recordType, columns);
    const unique = [...new Set(ids.map((id) => id.toLowerCase()))];
    const present = unique.filter((id) => this.store.rows(recordType).has(id));
    return present.map((id) => this.#row(recordType, id, { columns }));
  }

  async find(
    recordType: RecordType,
    query: { column: string; values: readonly string[] },
    columns: readonly string[],
    options?: CallOptions,
  ): Promise<DynamicsRow[]> {
    if (query.values.length > 0) this.#calls.read("find", options);
    this.#mustKnow(recordType, [query.column, ...columns]);
    const wanted = new Set(query.values.map((value) => value.toLowerCase()));
    const matches = (row: StoredRow) =>
      wanted.has(String(row.values.get(query.column) ?? "\0").toLowerCase());
    return [...this.store.rows(recordType)]
      .filter(([, row]) => matches(row))
      .map(([id]) => this.#row(recordType, id, { columns }));
  }

  /** There are no further tables that a lookup could point to. */
  async touched(_table: string, _since: number, options?: CallOptions): Promise<string[]> {
    this.#calls.read("other", options);
    return [];
  }

  async write(
    recordType: RecordType,
    writes: readonly DynamicsWrite[],
    options: CallOptions = {},
  ): Promise<WriteResult[]> {
    const how = { ...options, size: this.options.batchSize ?? 100 };
    return writeInCalls(this.#calls, writes, how, (write) => this.#write(recordType, write));
  }

  #write(recordType: RecordType, write: DynamicsWrite): WriteResult {
    const id = write.id.toLowerCase();
    const before = this.store.rows(recordType).get(id);
    const problem =
      preconditionOf(write, before) ??
      refusalOf(this.store, recordType, write.values) ??
      this.refuse(recordType, write);
    if (problem) return { kind: "failed", failure: problem };
    if (write.kind === "create") this.store.create(recordType, write.values, id);
    else this.store.edit(recordType, id, write.values);
    const version = etag(this.store.rows(recordType).get(id)!);
    return { kind: "written", id, version, created: write.kind === "create", requestId: null };
  }

  #mustKnow(recordType: RecordType, columns: readonly string[]): void {
    const unknown = columns.find((name) => !this.store.column(recordType, name));
    if (unknown === undefined) return;
    throw new CallError(
      failure("configuration", "0x80060888", `Could not find a property named '${unknown}'.`),
    );
  }

  /** A column that column security hides reads as null. */
  #row(
    recordType: RecordType,
    id: string,
    { columns }: { columns: readonly string[] },
  ): DynamicsRow {
    const row = this.store.rows(recordType).get(id)!;
    const valueOf = (name: string) =>
      this.store.column(recordType, name)?.hidden ? null : (row.values.get(name) ?? null);
    const values = Object.fromEntries(columns.map((name) => [name, valueOf(name)]));
    return { id, version: etag(row), values };
  }
}

function preconditionOf(write: DynamicsWrite, before: StoredRow | undefined): Failure | undefined {
  if (write.kind === "create") {
    return before && failure("exists", "0x80040237", "A record with this key exists already.");
  }
  if (!before) return failure("gone", "0x80040217", "The record does not exist.");
  if (etag(before) === write.version) return undefined;
  return failure("stale", "0x80060882", "The version of the existing record does not match.");
}

function etag(row: StoredRow): string {
  return `W/"${row.version}"`;
}
