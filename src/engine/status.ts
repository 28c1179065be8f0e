import { centralDay } from "../connectors/marketo/budget";
import type { CycleSummary } from "../model/activity";
import { RECORD_TYPES, type RecordType } from "../model/record";
import type { BacklogStatus, PairStatus } from "../protocol/engine";
import type { State } from "../state/state";
import type { FailedRecord } from "../sync/statePort";

const HOUR_MS = 3_600_000;

/** What a pair's state tells of its work (B-90 to B-92): links, calls, what waits and since when. */
export function statusOf(state: State, now: number): PairStatus {
  const [last] = state.cycles(1);
  const lastCycle = last ? (JSON.parse(last) as CycleSummary) : null;
  const failed = state.failed();
  const count = (outcome: FailedRecord["outcome"]) =>
    failed.filter((record) => record.outcome === outcome).length;
  const lease = state.lease();
  return {
    pair: lastCycle?.pair ?? "",
    lastCycle,
    links: { contact: state.countLinks("contact"), lead: state.countLinks("lead") },
    failed: count("failed"),
    refused: count("refused"),
    conflicted: count("conflicted"),
    callsToday: {
      dynamics: state.callsOn("dynamics", String(Math.floor(now / (24 * HOUR_MS)))),
      marketo: state.callsOn("marketo", String(centralDay(now))),
    },
    backlog: RECORD_TYPES.map((recordType) => backlogOf(state, failed, recordType)),
    lastHour: appliedInLastHour(state, now),
    writer: lease ? { self: false, owner: lease.owner } : null,
  };
}

function backlogOf(
  state: State,
  failed: readonly FailedRecord[],
  recordType: RecordType,
): BacklogStatus {
  const waiting = failed.filter((record) => record.recordType === recordType);
  const creates = waiting.filter((record) => record.personId === null || !record.dynamicsId).length;
  const oldest = waiting.reduce<number | null>(
    (first, record) => (first === null ? record.firstAt : Math.min(first, record.firstAt)),
    null,
  );
  return {
    recordType,
    links: state.countLinks(recordType),
    waiting: { creates, updates: waiting.length - creates },
    oldest: oldest === null ? null : new Date(oldest).toISOString(),
  };
}

/** Records applied in the last full clock hour (B-91). */
function appliedInLastHour(state: State, now: number): number {
  const end = Math.floor(now / HOUR_MS) * HOUR_MS;
  const from = new Date(end - HOUR_MS).toISOString();
  const to = new Date(end).toISOString();
  return state.countActivities({ outcomes: ["applied", "conflicted"], from, to });
}
