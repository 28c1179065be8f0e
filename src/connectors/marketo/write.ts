import { CallError, type Failure } from "../../model/failure";
import type { CallOptions, MarketoWrite, WriteResult } from "../../sync/ports";
import { bytesOf, wavesByKey } from "./chunks";
import type { MarketoCall, MarketoClient } from "./client";
import type { Json } from "./envelope";
import {
  failedAsWhole,
  writeRecords,
  type Entry,
  type Group,
  type Pace,
  type Written,
} from "./recordCall";

const WRITE_TIMEOUT_MS = 120_000;

/** One entry with the key that no two calls may write at once. */
type KeyedEntry = Entry & { kind: MarketoWrite["kind"]; key: string };

export async function writePersons(
  context: { client: MarketoClient; pace: Pace },
  writes: readonly MarketoWrite[],
  { keyField, ...options }: { keyField: string } & CallOptions,
): Promise<WriteResult[]> {
  const { client, pace } = context;
  const whole: Written = { results: new Map(), stop: null };
  const entries: KeyedEntry[] = [];
  for (const [index, write] of writes.entries()) {
    const entry = toEntry(write, index, keyField);
    if (entry) entries.push(entry);
    else whole.results.set(index, { kind: "failed", failure: keyMissing(keyField) });
  }
  for (const wave of wavesByKey(entries, ({ kind, key }) => `${kind} ${key}`)) {
    const groups = [group(wave, "update", keyField), group(wave, "create", keyField)];
    const written = await writeRecords({ client, pace, options, stop: whole.stop }, groups);
    whole.stop = written.stop;
    for (const [index, result] of written.results) whole.results.set(index, result);
  }
  if (whole.stop && failedAsWhole(whole)) throw new CallError(whole.stop);
  return writes.map((_, index) => whole.results.get(index) ?? notWritten());
}

/** Every entry gets a result; this one would show a mistake of ours instead of hiding it. */
function notWritten(): WriteResult {
  const message = "The record was left out of the call; it is tried again in the next cycle.";
  const failure: Failure = { class: "retry", code: "CS-NO-RESULT", message, side: "marketo" };
  return { kind: "failed", failure };
}

function toEntry(write: MarketoWrite, index: number, keyField: string): KeyedEntry | undefined {
  if (write.kind === "update") {
    const record = { ...write.values, id: write.id };
    return { kind: "update", key: String(write.id), index, record, bytes: bytesOf(record) };
  }
  const key = write.values[keyField];
  if (typeof key !== "string" || key === "") return undefined;
  const record = write.values;
  return { kind: "create", key: key.toLowerCase(), index, record, bytes: bytesOf(record) };
}

function group(wave: readonly KeyedEntry[], kind: MarketoWrite["kind"], keyField: string): Group {
  const how =
    kind === "update"
      ? { action: "updateOnly", lookupField: "id" }
      : { action: "createOrUpdate", lookupField: keyField };
  return {
    entries: wave.filter((entry) => entry.kind === kind),
    toCall: (input: readonly Json[]): MarketoCall => ({
      method: "POST",
      path: "/rest/v1/leads.json",
      body: { ...how, input },
      timeoutMs: WRITE_TIMEOUT_MS,
    }),
  };
}

/** Without its key a repeated create would make a second person. */
function keyMissing(keyField: string): Failure {
  return {
    class: "configuration",
    code: "CS-CONFIG",
    message: `The new person carries no value for "${keyField}", the field that holds the Dynamics id.`,
    side: "marketo",
  };
}
