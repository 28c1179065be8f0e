import { chunks } from "../sync/cycleContext";
import type { StatePort } from "../sync/statePort";

/** Records due again in one commit. */
const CHUNK = 1000;

/**
 * Clears the delay of failed and refused records of one reason (or of all): the attempt itself is part of the next cycle
 * (R5). A question that waits for its answer has no delay. Returns how many records that concerns.
 */
export async function retryFailed(state: StatePort, now: number, code?: string): Promise<number> {
  const failed = state
    .failed()
    .filter((record) => code === undefined || record.code === code)
    .filter(({ outcome, nextAttempt }) => outcome !== "conflicted" || nextAttempt !== null);
  for (const chunk of chunks(failed, CHUNK)) {
    await state.commit((writer) => {
      for (const record of chunk) writer.putFailed({ ...record, nextAttempt: now });
    });
  }
  return failed.length;
}
