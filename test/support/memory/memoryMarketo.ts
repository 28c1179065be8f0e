import { CallError, type Failure } from "../../../src/model/failure";
import type { FieldDescription } from "../../../src/model/schema";
import type {
  CallCounter,
  CallOptions,
  MarketoEvent,
  MarketoPage,
  MarketoPerson,
  MarketoPort,
  MarketoUsage,
  MarketoWrite,
  WireValues,
  WriteResult,
} from "../../../src/sync/ports";
import { MemoryCalls, MemoryFaults, writeInCalls } from "./faults";
import { lifeExtras } from "./marketoExtras";
import { MarketoStore } from "./marketoStore";
import { checkValue, refusal, type Stored } from "./values";

const MOST_RECORDS = 300;
const OVERLAP_MS = 10 * 60_000;
const FEED_MEMORY_MS = 14 * 24 * 3_600_000;

/** MarketoPort over plain Maps: the same promises as the real connector, without a wire. */
export class MemoryMarketo implements MarketoPort, CallCounter {
  readonly faults = new MemoryFaults();
  readonly store: MarketoStore;
  /** A refusal of one record, as a rule of the instance would give it. */
  refuse: (write: MarketoWrite) => Failure | undefined = () => undefined;
  readonly extras: ReturnType<typeof lifeExtras>;
  #calls = new MemoryCalls(this.faults);

  constructor(options: { now: () => number; fields?: readonly FieldDescription[] }) {
    this.store = new MarketoStore(options.now, options.fields);
    this.extras = lifeExtras({
      store: this.store,
      calls: this.#calls,
      person: (id, fields) => this.#person(id, fields),
    });
  }

  get calls(): number {
    return this.#calls.count;
  }

  async describe(options?: CallOptions): Promise<FieldDescription[]> {
    this.#calls.read("describe", options);
    this.#calls.read("describe", options);
    return [...this.store.fields.values()];
  }

  async checkpointAt(since: number, options?: CallOptions): Promise<string> {
    this.#calls.read("changes", options);
    return JSON.stringify({ since, readAt: since });
  }

  async *changes(
    request: { fields: readonly string[]; scores: boolean; checkpoint: string } & CallOptions,
  ): AsyncGenerator<MarketoPage> {
    const readAt = this.store.now();
    const start = startOf(request.checkpoint, readAt);
    for (let feed = 0; feed < 3; feed++) this.#calls.read("changes", request);
    const events = this.#visible(start, readAt).flatMap((row) => {
      if (row.isScore && !request.scores) return [];
      return narrow(row.event, request.fields) ?? [];
    });
    for (let at = 0; at < events.length; at += MOST_RECORDS) {
      if (at > 0) this.#calls.read("changes", request);
      yield { events: events.slice(at, at + MOST_RECORDS), checkpoint: null };
    }
    yield { events: [], checkpoint: JSON.stringify({ since: start, readAt }) };
  }

  #visible(start: number, now: number) {
    const first = Math.floor(start / 1000) * 1000;
    return this.store.log.filter(
      (row) => row.visibleAt <= now && Date.parse(row.event.at) >= first,
    );
  }

  async read(
    ids: readonly number[],
    fields: readonly string[],
    options?: CallOptions,
  ): Promise<MarketoPerson[]> {
    const unique = [...new Set(ids)];
    this.#countReads("read", unique.length, options);
    this.#mustKnow(fields);
    return unique.flatMap((id) => this.#person(id, fields) ?? []);
  }

  async find(
    query: { field: string; values: readonly string[] },
    fields: readonly string[],
    options?: CallOptions,
  ): Promise<MarketoPerson[]> {
    const values = new Set(query.values.filter((v) => v.trim() !== "" && !v.includes(",")));
    this.#countReads("find", values.size, options);
    this.#mustKnow([query.field, ...fields]);
    const ids = [...values].flatMap((value) => this.store.find(query.field, value));
    return [...new Set(ids)].sort((a, b) => a - b).flatMap((id) => this.#person(id, fields) ?? []);
  }

  async write(
    writes: readonly MarketoWrite[],
    options: { keyField: string } & CallOptions,
  ): Promise<WriteResult[]> {
    const how = { ...options, size: MOST_RECORDS };
    return writeInCalls(this.#calls, writes, how, (write) => this.#write(write, options.keyField));
  }

  async merge(
    { winnerId, loserId }: { winnerId: number; loserId: number },
    options: CallOptions = {},
  ): Promise<WriteResult> {
    const [result] = writeInCalls(this.#calls, [loserId], { ...options, size: 1 }, () =>
      this.#merge(winnerId, loserId),
    );
    return result!;
  }

  #merge(winnerId: number, loserId: number): WriteResult {
    const { persons } = this.store;
    if (![winnerId, loserId].every((id) => persons.has(id))) {
      return failed("gone", "1004", "Lead not found");
    }
    if (winnerId === loserId) {
      return failed("refused", "1003", "A lead cannot be merged with itself");
    }
    this.store.merge(winnerId, [loserId]);
    return written(winnerId, false);
  }

  async usage(options?: CallOptions): Promise<MarketoUsage> {
    this.#calls.read("other", options);
    return { usedToday: this.calls };
  }

  #countReads(operation: "read" | "find", records: number, options?: CallOptions): void {
    for (let at = 0; at < records; at += MOST_RECORDS) this.#calls.read(operation, options);
  }

  #mustKnow(fields: readonly string[]): void {
    const unknown = fields.find((name) => !this.store.fields.has(name));
    if (unknown !== undefined) throw new CallError(unknownField(unknown));
  }

  #person(id: number, fields: readonly string[]): MarketoPerson | undefined {
    const person = this.store.persons.get(id);
    if (!person) return undefined;
    const valueOf = (name: string) => (name === "id" ? id : (person.get(name) ?? null));
    return { id, values: Object.fromEntries(fields.map((name) => [name, valueOf(name)])) };
  }

  #write(write: MarketoWrite, keyField: string): WriteResult {
    const refused = this.refuse(write);
    if (refused) return { kind: "failed", failure: refused };
    const checked = this.#check(write.values);
    if (!(checked instanceof Map)) return { kind: "failed", failure: checked };
    if (write.kind === "create") return this.#create(checked, keyField);
    if (!this.store.persons.has(write.id)) return failed("gone", "1004", "Lead not found");
    this.store.change(write.id, checked);
    return written(write.id, false);
  }

  #create(values: ReadonlyMap<string, Stored>, keyField: string): WriteResult {
    const key = values.get(keyField);
    if (typeof key !== "string") {
      return failed("configuration", "CS-CONFIG", `The new person has no value for "${keyField}".`);
    }
    const [match, second] = this.store.find(keyField, key);
    if (second !== undefined) {
      return failed("ambiguous", "1007", "Multiple lead match lookup criteria");
    }
    if (match === undefined) return written(this.store.insert(values), true);
    this.store.change(match, values);
    return written(match, false);
  }

  #check(values: WireValues): Map<string, Stored> | Failure {
    const checked = new Map<string, Stored>();
    for (const [name, raw] of Object.entries(values)) {
      const field = this.store.fields.get(name);
      if (!field) return unknownField(name);
      if (!field.updatable) return refusal("1003", `Field '${name}' is read-only`);
      const result = checkValue(field, raw);
      if (!result.ok) return result.failure;
      checked.set(name, result.value);
    }
    return checked;
  }
}

/** Ten minutes before the last read, but not before the first checkpoint; an old or strange text is `expired`. */
function startOf(text: string, now: number): number {
  const { since, readAt } = parse(text);
  if (typeof since !== "number" || typeof readAt !== "number" || readAt < now - FEED_MEMORY_MS) {
    throw new CallError({
      class: "expired",
      code: "CS-EXPIRED",
      message: "The place in Marketo's change feed was lost; all records are compared.",
      side: "marketo",
    });
  }
  return Math.max(since, readAt - OVERLAP_MS);
}

function parse(text: string): { since?: unknown; readAt?: unknown } {
  return text.startsWith("{") ? (JSON.parse(text) as { since?: unknown; readAt?: unknown }) : {};
}

function narrow(event: MarketoEvent, watched: readonly string[]): MarketoEvent | undefined {
  if (event.kind !== "changed") return event;
  const fields = event.fields.filter(({ name }) => watched.includes(name));
  return fields.length > 0 ? { ...event, fields } : undefined;
}

function written(id: number, created: boolean): WriteResult {
  return { kind: "written", id: String(id), version: null, created, requestId: null };
}

function failed(failureClass: Failure["class"], code: string, message: string): WriteResult {
  return { kind: "failed", failure: { class: failureClass, code, message, side: "marketo" } };
}

function unknownField(name: string): Failure {
  return {
    class: "configuration",
    code: "1006",
    message: `Field '${name}' not found`,
    side: "marketo",
  };
}
