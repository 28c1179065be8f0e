import type { RecordType } from "../model/record";
import type { StatePort } from "../sync/statePort";

/** Requests of Marketo campaigns that were too many for real time. */
export interface WaitingRequests {
  recordType: RecordType;
  /** At least so many: of a long list only the beginning was read. */
  count: number;
  /** Milliseconds since 1970. */
  since: number;
}

const WAITING_KEY = "requestsWaiting";

export function waitingRequests(state: Pick<StatePort, "checkpoint">): WaitingRequests | null {
  const text = state.checkpoint(WAITING_KEY);
  return text === null ? null : (JSON.parse(text) as WaitingRequests);
}

/** Keeps how many wait, for the status; a commit only when that has changed. */
export async function rememberWaiting(
  state: StatePort,
  { recordType, count, now }: { recordType: RecordType; count: number; now: number },
): Promise<void> {
  const known = waitingRequests(state);
  if ((known?.count ?? 0) === count) return;
  const waiting = { recordType, count, since: known?.since ?? now };
  await state.commit((writer) =>
    writer.setCheckpoint(WAITING_KEY, count === 0 ? null : JSON.stringify(waiting)),
  );
}
