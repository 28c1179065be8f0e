import { CallError, type Failure } from "../../model/failure";
import type { CallOptions, WriteResult } from "../../sync/ports";
import { chunksBySize, MOST_BODY_BYTES, type Sized } from "./chunks";
import { MarketoCallError, type MarketoCall, type MarketoClient } from "./client";
import { integer, type Envelope, type Json } from "./envelope";
import { ruleOf } from "./errors";
import { toWriteResult } from "./results";

/** One record on its way into a call; `index` is its place in the input. */
export interface Entry extends Sized {
  index: number;
  record: Json;
}

/** Records of one kind, that go into calls of one kind. */
export interface Group {
  entries: readonly Entry[];
  toCall(records: readonly Json[]): MarketoCall;
}

/** Records a call: 300 by the API's rule, fewer for a while after the server ran out of time. */
export interface Pace {
  size: number;
}

export const MOST_RECORDS = 300;
const LEAST_RECORDS = 25;
const WORKERS = 5;
/** Refused calls that the search for bad records may cost per chunk; one bad record among 300 costs about nine. */
const MOST_REFUSED_CALLS = 32;

export function newPace(): Pace {
  return { size: MOST_RECORDS };
}

export interface Written {
  /** The outcomes by place in the input. */
  results: Map<number, WriteResult>;
  /** Set when going on was no use: signed out, no permission, quota, canceled, lasting throttling. */
  stop: Failure | null;
}

interface Writing extends Written {
  client: MarketoClient;
  options: CallOptions;
  pace: Pace;
}

/** Writes groups side by side, as far as the budget lets it, and answers for each record alone. */
export async function writeRecords(
  context: Omit<Writing, "results">,
  groups: readonly Group[],
): Promise<Written> {
  const writing: Writing = { ...context, results: new Map() };
  const queue = groups.flatMap((group) => {
    const limits = { count: writing.pace.size, bytes: MOST_BODY_BYTES };
    return chunksBySize(group.entries, limits).map((entries) => ({ ...group, entries }));
  });
  const work = async () => {
    for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
      await writeChunk(writing, chunk, { refusedCalls: 0 });
    }
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, queue.length) }, work));
  return writing;
}

/** True when no record was written, none may have been, and none was judged by itself. */
export function failedAsWhole({ results, stop }: Written): boolean {
  if (stop === null) return false;
  return [...results.values()].every(
    (result) => result.kind === "failed" && result.failure === stop,
  );
}

async function writeChunk(
  writing: Writing,
  chunk: Group,
  search: { refusedCalls: number },
): Promise<void> {
  if (writing.stop) return fail(writing, chunk, writing.stop);
  try {
    const call = chunk.toCall(chunk.entries.map((entry) => entry.record));
    const envelope = await writing.client.call(call, writing.options);
    writing.pace.size = Math.min(MOST_RECORDS, writing.pace.size * 2);
    note(writing, chunk, envelope);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    await afterFailure(writing, chunk, search, error);
  }
}

async function afterFailure(
  writing: Writing,
  chunk: Group,
  search: { refusedCalls: number },
  error: CallError,
): Promise<void> {
  const { entries } = chunk;
  const rule = error instanceof MarketoCallError && error.error ? ruleOf(error.error) : undefined;
  if (error instanceof MarketoCallError && error.mayHaveApplied) {
    const tooSlow = error.failure.code === "604" || error.failure.code === "CS-TIMEOUT";
    if (tooSlow) writing.pace.size = Math.max(LEAST_RECORDS, writing.pace.size >> 1);
    for (const { index } of entries) {
      writing.results.set(index, { kind: "unknown", failure: error.failure });
    }
  } else if (!rule?.split) {
    writing.stop ??= error.failure;
    fail(writing, chunk, writing.stop);
  } else if (entries.length === 1) {
    fail(writing, chunk, error.failure);
  } else if (++search.refusedCalls > MOST_REFUSED_CALLS) {
    // These were not tried one by one: they may be good and are tried again later.
    fail(writing, chunk, { ...error.failure, class: "retry" });
  } else {
    const middle = entries.length >> 1;
    await writeChunk(writing, { ...chunk, entries: entries.slice(0, middle) }, search);
    await writeChunk(writing, { ...chunk, entries: entries.slice(middle) }, search);
  }
}

function note(writing: Writing, { entries }: Group, { result, requestId }: Envelope): void {
  const rows = rowsOf(entries, result);
  entries.forEach(({ index, record }, place) => {
    writing.results.set(index, toWriteResult(rows[place], requestId, idOf(record)));
  });
}

/**
 * The answer's row for each record. It has them in the order of the records; if it has not, or not as many, only an id
 * says whom a row is about, and a record whose row is not found is unknown.
 */
function rowsOf(entries: readonly Entry[], result: readonly Json[]): readonly (Json | undefined)[] {
  const isAbout = (row: Json | undefined, record: Json) => {
    const [asked, answered] = [idOf(record), integer(row?.["id"])];
    return asked === undefined || answered === undefined || asked === answered;
  };
  const isInOrder =
    result.length === entries.length &&
    entries.every(({ record }, place) => isAbout(result[place], record));
  if (isInOrder) return result;
  const byId = new Map(result.map((row) => [integer(row["id"]), row]));
  return entries.map(({ record }) => {
    const id = idOf(record);
    return id === undefined ? undefined : byId.get(id);
  });
}

function idOf(record: Json): number | undefined {
  const id = record["id"];
  return typeof id === "number" ? id : undefined;
}

function fail(writing: Writing, { entries }: Group, failure: Failure): void {
  for (const { index } of entries) writing.results.set(index, { kind: "failed", failure });
}
