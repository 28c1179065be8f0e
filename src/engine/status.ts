import { centralDay } from "../connectors/marketo/budget";
import type { CycleSummary } from "../model/activity";
import { RECORD_TYPES, SIDES, type RecordType } from "../model/record";
import type { BacklogStatus, PairStatus } from "../protocol/engine";
import type { State } from "../state/state";
import { readBacklog } from "../sync/backlog";
import { isRequest } from "../sync/requestIndex";
import type { FailedRecord } from "../sync/statePort";
import { waitingRequests } from "./waitingRequests";

const HOUR_MS = 3_600_000;
/** Cycles whose speed tells how long the rest takes. */
const CYCLES_TIMED = 20;

/** What a pair's state tells of its work (B-90 to B-92): links, calls, what waits and since when. No call is made. */
export function statusOf(pair: string, state: State, now: number): PairStatus {
  const cycles = state.cycles(CYCLES_TIMED).map((text) => JSON.parse(text) as CycleSummary);
  const failed = state.failed();
  const count = (outcome: FailedRecord["outcome"]) =>
    failed.filter((record) => record.outcome === outcome).length;
  const lease = state.lease();
  const backlog = RECORD_TYPES.map((type) => backlogOf({ state, failed, now }, type));
  return {
    pair,
    lastCycle: cycles[0] ?? null,
    links: { contact: state.countLinks("contact"), lead: state.countLinks("lead") },
    failed: count("failed"),
    refused: count("refused"),
    conflicted: count("conflicted"),
    callsToday: {
      dynamics: state.callsOn("dynamics", String(Math.floor(now / (24 * HOUR_MS)))),
      marketo: state.callsOn("marketo", String(centralDay(now))),
    },
    backlog,
    lastHour: backlog.reduce((sum, { lastHour }) => sum + lastHour, 0),
    drainMs: drainTime(backlog, failed, cycles),
    // A lease that was given back names its last owner, who writes no more.
    writer: lease && !lease.released ? { self: false, owner: lease.owner } : null,
  };
}

interface Facts {
  state: State;
  failed: readonly FailedRecord[];
  now: number;
}

/** The rest of the plan, then what failed before, then requests that no cycle has come to yet. */
function backlogOf({ state, failed, now }: Facts, recordType: RecordType): BacklogStatus {
  const { creates, updates, oldest: planned } = readBacklog(state)[recordType];
  const own = failed.filter((record) => record.recordType === recordType);
  const waiting = own.filter(({ outcome }) => outcome !== "conflicted");
  for (const record of waiting) {
    if (isRequest(record)) creates.dynamics++;
    else if (record.personId === null) creates.marketo++;
    else updates[record.side]++;
  }
  const requests = waitingRequests(state);
  const isAsked = requests?.recordType === recordType;
  if (isAsked) creates.dynamics += requests.count;
  const since = [
    ...waiting.map(({ firstAt }) => firstAt),
    ...(planned === null ? [] : [Date.parse(planned)]),
    ...(isAsked ? [requests.since] : []),
  ];
  const oldest = since.length ? since.reduce((one, two) => Math.min(one, two)) : null;
  return {
    recordType,
    links: state.countLinks(recordType),
    waiting: { creates, updates },
    failed: waiting.length,
    questions: own.length - waiting.length,
    oldest: oldest === null ? null : new Date(oldest).toISOString(),
    lastHour: writtenInLastHour(state, now, recordType),
  };
}

function writtenInLastHour(state: State, now: number, recordType: RecordType): number {
  const end = Math.floor(now / HOUR_MS) * HOUR_MS;
  const from = new Date(end - HOUR_MS).toISOString();
  const to = new Date(end).toISOString();
  return state.countActivities({ recordType, carriedOut: true, from, to });
}

/** Refused records wait for a change, not for time. */
function drainTime(
  backlog: readonly BacklogStatus[],
  failed: readonly FailedRecord[],
  cycles: readonly CycleSummary[],
): number | null {
  const refused = failed.filter(({ outcome }) => outcome === "refused").length;
  const all = backlog.flatMap(({ waiting: { creates, updates } }) =>
    SIDES.map((side) => creates[side] + updates[side]),
  );
  const left = all.reduce((sum, count) => sum + count, 0) - refused;
  if (left <= 0) return 0;
  const busy = cycles.filter((cycle) => writesOf(cycle) > 0);
  const ms = busy.reduce((sum, cycle) => sum + cycle.ms, 0);
  const writes = busy.reduce((sum, cycle) => sum + writesOf(cycle), 0);
  return writes === 0 ? null : Math.round((left * ms) / writes);
}

function writesOf({ counts: { created, updated } }: CycleSummary): number {
  return SIDES.reduce((sum, side) => sum + created[side] + updated[side], 0);
}
