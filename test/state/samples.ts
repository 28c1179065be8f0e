import type { ActivityChange, NewActivity } from "../../src/model/activity";
import type { FailedRecord, Link, NewIntent, PendingEcho } from "../../src/sync/statePort";

/** A GUID that is different for each number. */
export function guid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

export function link(number: number, change: Partial<Link> = {}): Link {
  return {
    recordType: "contact",
    dynamicsId: guid(number),
    personId: number,
    version: `W/"${number}"`,
    state: "active",
    base: Uint8Array.from({ length: 16 }, (_, at) => (number * 31 + at * 7) % 256),
    ...change,
  };
}

export function change(change: Partial<ActivityChange> = {}): ActivityChange {
  return { field: "firstname", to: "marketo", before: "Ann", after: "Anne", ...change };
}

export function activity(number: number, changed: Partial<NewActivity> = {}): NewActivity {
  return {
    time: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
    cycle: 1,
    pair: "main",
    recordType: "contact",
    dynamicsId: guid(number),
    personId: number,
    outcome: "applied",
    reason: "changed-in-dynamics",
    changes: [change()],
    error: null,
    changedAt: { dynamics: null, marketo: null },
    requestId: null,
    ...changed,
  };
}

export function intent(number: number, changed: Partial<NewIntent> = {}): NewIntent {
  return {
    cycle: 1,
    side: "marketo",
    recordType: "contact",
    kind: "update",
    dynamicsId: guid(number),
    personId: number,
    reason: "changed-in-dynamics",
    clashes: [],
    sent: new Uint8Array(),
    ...changed,
  };
}

export function echo(personId: number, position: number, changed: Partial<PendingEcho> = {}) {
  return {
    personId,
    position,
    field: `field${position}`,
    priorHash: new Uint8Array(8).fill(position + 1),
    sentHash: new Uint8Array(8).fill(position + 2),
    activityId: 1,
    cycle: 1,
    sentAt: personId * 1000,
    ...changed,
  };
}

export function failure(number: number, changed: Partial<FailedRecord> = {}): FailedRecord {
  return {
    recordType: "contact",
    dynamicsId: guid(number),
    personId: number,
    outcome: "failed",
    side: "dynamics",
    code: "0x80044331",
    message: "The text is too long.",
    attempts: 1,
    firstAt: number,
    lastAt: number,
    nextAttempt: number * 10,
    ...changed,
  };
}
