import { GivenUpError } from "../../http/repeat";
import { decideRetry, RETRY_DEFAULTS } from "../../http/retry";
import type { Timing } from "../../http/timing";
import { CallError, type Failure } from "../../model/failure";
import type { RecordType } from "../../model/record";
import type { CallOptions, DynamicsWrite, WriteResult } from "../../sync/ports";
import type { BatchPart } from "./batch";
import { aboutThisRow, toPart, writtenResult } from "./writeParts";
import type { OrgClient } from "./client";
import { classify, RETRY_CODES, ruleOf, type Answer } from "./errors";
import type { LookupCatalog } from "./lookups";
import { readWhere } from "./reading";
import { TABLES } from "./rows";

export interface Writer {
  client: OrgClient;
  catalog: LookupCatalog;
  timing: Timing;
  random: () => number;
  /** Operations in one call. */
  batchSize: number;
  /** Calls at once, at most. */
  parallel: number;
}

/** A write with its place in the answer, and its operation of the batch. */
interface Item {
  index: number;
  write: DynamicsWrite;
  part: BatchPart;
  attempt: number;
}

/** What one batch leaves: outcomes by index, and what is to be sent again after a wait. */
interface ChunkOutcome {
  results: Map<number, WriteResult>;
  again: { items: Item[]; afterMs: number };
}

/** Writes in batches; every write has its own precondition and its own outcome, in the order of the input. */
export async function writeAll(
  writer: Writer,
  recordType: RecordType,
  writes: readonly DynamicsWrite[],
  options: CallOptions = {},
): Promise<WriteResult[]> {
  const results = new Map<number, WriteResult>();
  const items = await prepare(writer, recordType, writes, results);
  const queue: Item[][] = [];
  for (let start = 0; start < items.length; start += writer.batchSize) {
    queue.push(items.slice(start, start + writer.batchSize));
  }
  let stopped: CallError | undefined;
  const work = async () => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const failed = stopped ?? (await writeBatch(writer, recordType, batch, { results, options }));
      if (!failed) continue;
      // What was not sent because of this is a failure of its own; what was written before keeps its result.
      stopped = failed;
      for (const { index } of batch) {
        if (!results.has(index)) results.set(index, { kind: "failed", failure: failed.failure });
      }
    }
  };
  await Promise.all(Array.from({ length: workers(writer, writes) }, work));
  if (stopped && nothingHappened(results, stopped.failure)) throw stopped;
  return writes.map((_, index) => results.get(index) ?? lost("This write was never answered."));
}

/** Two writes to one row must keep their order, and rows that meet in two calls at once deadlock. */
function workers({ client, parallel }: Writer, writes: readonly DynamicsWrite[]): number {
  if (new Set(writes.map((write) => write.id)).size < writes.length) return 1;
  return Math.max(1, Math.min(parallel, client.recommendedParallel ?? parallel));
}

function nothingHappened(results: ReadonlyMap<number, WriteResult>, failure: Failure): boolean {
  return [...results.values()].every(
    (result) => result.kind === "failed" && result.failure === failure,
  );
}

/** Puts the writes into their wire form; a value that has none fails alone, before anything is sent. */
async function prepare(
  writer: Writer,
  recordType: RecordType,
  writes: readonly DynamicsWrite[],
  results: Map<number, WriteResult>,
): Promise<Item[]> {
  const columns = [...new Set(writes.flatMap((write) => Object.keys(write.values)))];
  const lookups = await writer.catalog.of(recordType, columns);
  const items: Item[] = [];
  for (const [index, write] of writes.entries()) {
    try {
      const part = await toPart({ ...writer, recordType, lookups }, write);
      items.push({ index, write, part, attempt: 1 });
    } catch (error) {
      if (!(error instanceof CallError) || error.failure.class !== "refused") throw error;
      results.set(index, { kind: "failed", failure: error.failure });
    }
  }
  return items;
}

/** Sends one batch until each write has an outcome; returns the failure when the call as a whole failed. */
async function writeBatch(
  writer: Writer,
  recordType: RecordType,
  batch: readonly Item[],
  { results, options }: { results: Map<number, WriteResult>; options: CallOptions },
): Promise<CallError | undefined> {
  let pending = [...batch];
  try {
    while (pending.length > 0) {
      const outcome = await writeOnce(writer, recordType, pending, options);
      for (const [index, result] of outcome.results) results.set(index, result);
      pending = outcome.again.items;
      if (pending.length > 0) await writer.timing.sleep(outcome.again.afterMs, options.signal);
    }
    return undefined;
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
}

async function writeOnce(
  writer: Writer,
  recordType: RecordType,
  items: readonly Item[],
  options: CallOptions,
): Promise<ChunkOutcome> {
  const answers = await send(writer, items, options);
  const outcome: ChunkOutcome = { results: new Map(), again: { items: [], afterMs: 0 } };
  if (answers instanceof GivenUpError) {
    await settleLost(writer, recordType, items, { outcome, failure: answers.failure, options });
    return outcome;
  }
  const missing = items.slice(answers.length);
  items.slice(0, answers.length).forEach((item, position) => {
    const answer = answers[position];
    if (answer) judge(writer, item, answer, outcome);
  });
  if (missing.length > 0) {
    const { failure } = lost("The batch broke off before this write was answered.");
    await settleLost(writer, recordType, missing, { outcome, failure, options });
  }
  return outcome;
}

/** The answers, or the error when the answer was lost and the batch may have been carried out. */
async function send(
  { client }: Writer,
  items: readonly Item[],
  { signal }: CallOptions,
): Promise<Answer[] | GivenUpError> {
  try {
    return await client.batch(
      items.map((item) => item.part),
      { idempotent: false, ...(signal ? { signal } : {}) },
    );
  } catch (error) {
    if (error instanceof GivenUpError && error.done === "maybe") return error;
    throw error;
  }
}

function judge(
  { timing, random }: Writer,
  item: Item,
  answer: Answer,
  { results, again }: ChunkOutcome,
): void {
  if (answer.status < 400) {
    results.set(item.index, writtenResult(item.write, answer));
    return;
  }
  const { failure, row } = classify(answer, timing.now());
  const decision = decideRetry(
    {
      method: "PATCH",
      idempotent: false,
      status: answer.status,
      code: failure.code,
      attempt: item.attempt,
      permanent: failure.class !== "retry",
      ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
    },
    { ...RETRY_DEFAULTS, codes: RETRY_CODES, jitter: random() },
  );
  if (decision.kind === "retry") {
    again.items.push({ ...item, attempt: item.attempt + 1 });
    again.afterMs = Math.max(again.afterMs, decision.afterMs);
    return;
  }
  const rule = ruleOf(row);
  const maybeDone = rule.kind === "transient" && rule.done === "maybe";
  results.set(item.index, {
    kind: maybeDone ? "unknown" : "failed",
    failure: aboutThisRow(item.write, failure),
  });
}

/**
 * After a lost answer an update is unknown: repeating it would meet its own new version. A create is not: its row is
 * there or not, and no other writer chose this id.
 */
async function settleLost(
  writer: Writer,
  recordType: RecordType,
  items: readonly Item[],
  { outcome, failure, options }: { outcome: ChunkOutcome; failure: Failure; options: CallOptions },
): Promise<void> {
  const creates = items.filter((item) => item.write.kind === "create");
  const present = await existing(writer, recordType, creates, options);
  for (const item of items) {
    const { write, index } = item;
    if (write.kind === "create" && present?.has(write.id)) {
      // The version is left open: someone may have changed the row since our create.
      const known = { id: write.id, version: null, created: true, requestId: null };
      outcome.results.set(index, { kind: "written", ...known });
    } else if (write.kind === "create" && present && item.attempt < RETRY_DEFAULTS.attempts) {
      outcome.again.items.push({ ...item, attempt: item.attempt + 1 });
      outcome.again.afterMs = Math.max(outcome.again.afterMs, RETRY_DEFAULTS.baseMs);
    } else {
      outcome.results.set(index, { kind: "unknown", failure });
    }
  }
}

/** Which of the created rows are there; undefined when that cannot be found out now. */
async function existing(
  { client, catalog, timing }: Writer,
  recordType: RecordType,
  creates: readonly Item[],
  options: CallOptions,
): Promise<Set<string> | undefined> {
  const where = {
    column: TABLES[recordType].primaryId,
    values: creates.map((item) => item.write.id),
  };
  try {
    const reader = { client, catalog, now: () => timing.now() };
    const rows = await readWhere(reader, recordType, where, [], options);
    return new Set(rows.map((row) => row.id));
  } catch (error) {
    if (error instanceof CallError) return undefined;
    throw error;
  }
}

function lost(message: string): { kind: "unknown"; failure: Failure } {
  return {
    kind: "unknown",
    failure: { class: "retry", code: "CS-NETWORK", message, side: "dynamics" },
  };
}
