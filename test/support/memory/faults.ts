import { CallError, type Failure } from "../../../src/model/failure";
import type { CallOptions, WriteResult } from "../../../src/sync/ports";

/**
 * What happens to a call of an in-memory connector.
 * - `fail`: the call fails as a whole and does nothing.
 * - `lost`: the answer is lost; `applied` says whether the work was done before.
 */
export type MemoryFault = { kind: "fail"; failure: Failure } | { kind: "lost"; applied: boolean };

export type Operation = "describe" | "changes" | "read" | "find" | "write" | "other";

/** Which calls a fault hits: `skip` calls pass first, then `times` are hit (default 1). */
export interface FaultRule {
  operation?: Operation;
  skip?: number;
  times?: number;
  fault: MemoryFault;
}

/** The armed faults of one in-memory connector, tried in the order in which they were added. */
export class MemoryFaults {
  #rules: { rule: FaultRule; skipped: number; hits: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, skipped: 0, hits: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  take(operation: Operation): MemoryFault | undefined {
    for (const armed of this.#rules) {
      const { rule } = armed;
      if (rule.operation && rule.operation !== operation) continue;
      if (armed.skipped < (rule.skip ?? 0)) {
        armed.skipped++;
        continue;
      }
      if (armed.hits >= (rule.times ?? 1)) continue;
      armed.hits++;
      return rule.fault;
    }
    return undefined;
  }
}

/** The gate that every call passes: it counts, it can be canceled, it can fail. */
export class MemoryCalls {
  count = 0;

  constructor(readonly faults: MemoryFaults) {}

  /** For calls that only read: a lost answer is a failed call. */
  read(operation: Operation, options: CallOptions = {}): void {
    const fault = this.take(operation, options);
    if (fault) throw new CallError(failureOf(fault));
  }

  take(operation: Operation, { signal }: CallOptions = {}): MemoryFault | undefined {
    if (signal?.aborted) throw new CallError(CANCELED);
    this.count++;
    return this.faults.take(operation);
  }
}

/**
 * Writes in calls of `size`, each of which can fail. Throws when every call failed as a whole, as the real connectors
 * do; else every record has its own outcome.
 */
export function writeInCalls<T>(
  calls: MemoryCalls,
  records: readonly T[],
  options: CallOptions & { size: number },
  apply: (record: T) => WriteResult,
): WriteResult[] {
  const results: WriteResult[] = [];
  let stop: Failure | undefined;
  for (let start = 0; start < records.length; start += options.size) {
    const chunk = records.slice(start, start + options.size);
    const fault = stop ? undefined : calls.take("write", options);
    if (fault?.kind === "fail") stop = fault.failure;
    for (const record of chunk) results.push(outcome(fault, stop, () => apply(record)));
  }
  const whole = stop && results.every((r) => r.kind === "failed" && r.failure === stop);
  if (stop && whole) throw new CallError(stop);
  return results;
}

function outcome(
  fault: MemoryFault | undefined,
  stop: Failure | undefined,
  apply: () => WriteResult,
): WriteResult {
  if (stop) return { kind: "failed", failure: stop };
  if (fault?.kind !== "lost") return apply();
  if (fault.applied) apply();
  return { kind: "unknown", failure: LOST };
}

function failureOf(fault: MemoryFault): Failure {
  return fault.kind === "fail" ? fault.failure : LOST;
}

const LOST: Failure = {
  class: "retry",
  code: "CS-NETWORK",
  message: "The connection broke before the answer was complete.",
};

const CANCELED: Failure = {
  class: "canceled",
  code: "CS-CANCELED",
  message: "The call was stopped before it ended.",
};
