import { other, RECORD_TYPES, SIDES, type Pair, type RecordType } from "../model/record";
import type { Job } from "./jobs";
import type { Writes } from "./plan";
import type { StatePort, StateWriter } from "./statePort";

/** What a plan has still to write of one record type, by the side that is written. */
export interface TypeBacklog {
  creates: Pair<number>;
  updates: Pair<number>;
  /** When the oldest of these changes was made (ISO instant), as far as known. */
  oldest: string | null;
}

export type StoredBacklog = Partial<Record<RecordType, TypeBacklog>>;

/** Name of the checkpoint that holds it while a plan is carried out, or waits because it was halted or broke off. */
export const BACKLOG_KEY = "backlog";

/**
 * How much of a plan is still to be written (B-90). It is kept in the commits that the cycle makes anyway, so that a
 * window that only looks sees it, too, and a cycle at rest writes nothing.
 */
export class Backlog {
  readonly #types = new Map<RecordType, TypeBacklog>();

  add(recordType: RecordType, writes: Writes, changedAt: Pair<string | null>): void {
    for (const side of SIDES) {
      const kind = writes[side];
      if (kind === null) continue;
      const type = this.#of(recordType);
      type[kind === "create" ? "creates" : "updates"][side]++;
      const at = changedAt[other(side)];
      if (at !== null && (type.oldest === null || at < type.oldest)) type.oldest = at;
    }
  }

  /** These are written, or the index of failed records has them. */
  take(jobs: readonly Job[]): void {
    for (const { subject, side, kind } of jobs) {
      const counts = this.#of(subject.setup.recordType)[kind === "create" ? "creates" : "updates"];
      counts[side] = Math.max(0, counts[side] - 1);
    }
  }

  save(writer: StateWriter): void {
    if (!this.#types.size) return;
    writer.setCheckpoint(BACKLOG_KEY, JSON.stringify(Object.fromEntries(this.#types)));
  }

  #of(recordType: RecordType): TypeBacklog {
    const known = this.#types.get(recordType) ?? emptyTypeBacklog();
    this.#types.set(recordType, known);
    return known;
  }
}

export function emptyTypeBacklog(): TypeBacklog {
  const none = () => ({ dynamics: 0, marketo: 0 });
  return { creates: none(), updates: none(), oldest: null };
}

/** The plan is through. */
export function clearBacklog(state: StatePort, writer: StateWriter): void {
  if (state.checkpoint(BACKLOG_KEY) !== null) writer.setCheckpoint(BACKLOG_KEY, null);
}

export function readBacklog(state: Pick<StatePort, "checkpoint">): Record<RecordType, TypeBacklog> {
  const text = state.checkpoint(BACKLOG_KEY);
  const stored = text === null ? {} : (JSON.parse(text) as StoredBacklog);
  const [contact, lead] = RECORD_TYPES.map((type) => stored[type] ?? emptyTypeBacklog());
  return { contact: contact!, lead: lead! };
}
