import type { Activity, ActivityChange, NewActivity, ReasonCode } from "../model/activity";
import type { FieldValue, RecordType, Side } from "../model/record";

/**
 * What both sides last agreed on: 8 bytes of hash per field, at the position that `fieldPositions` gives; a missing or
 * all-zero slot means "no base for this field".
 */
export type Base = Uint8Array;

/**
 * - `active`: both records exist and sync.
 * - `dynamicsDeleted`: the row was deleted in Dynamics; the person stays, flagged.
 * - `marketoDeleted`: the person was deleted in Marketo; the next change of the row creates a new one.
 * - `frozen`: left the filter; nothing travels.
 * - `held`: a question only a human can answer (both survivors of a merge are linked, a loop).
 */
export type LinkState = "active" | "dynamicsDeleted" | "marketoDeleted" | "frozen" | "held";

export interface Link {
  recordType: RecordType;
  dynamicsId: string;
  personId: number;
  /** The ETag of the row state that the base stands for; null after our own write until the delta shows the new one. */
  version: string | null;
  state: LinkState;
  base: Base;
}

/**
 * A write that was announced before it was sent. One without `done` is found again after a crash; its records are read
 * and compared, never blindly repeated.
 */
export interface Intent {
  id: number;
  cycle: number;
  side: Side;
  recordType: RecordType;
  /** `merge`: the person was to be merged into another one, as a human answered about the row. */
  kind: "create" | "update" | "merge";
  dynamicsId: string | null;
  personId: number | null;
  /** Why the write was planned, kept so that a recovered write is logged with its true reason. */
  reason: ReasonCode;
  /** The values that lose a clash by this write: once it has arrived, nobody else knows them. */
  clashes: readonly ActivityChange[];
  /** Hashes of the values sent, by the position of their fields (`sync/sentValues.ts`). */
  sent: Uint8Array;
}

export type NewIntent = Omit<Intent, "id">;

/** A write to Marketo that its change feed has not shown yet (DESIGN 5.3): used as audit and to find blocked fields. */
export interface PendingEcho {
  personId: number;
  /** Position of the field in the base. */
  position: number;
  field: string;
  /** Hash of the base before the write and of the value sent, 8 bytes each. */
  priorHash: Uint8Array;
  sentHash: Uint8Array;
  activityId: number;
  cycle: number;
  /** Milliseconds since 1970. */
  sentAt: number;
}

/** A record whose last change could not be written: both sides are read afresh when it is tried again. */
export interface FailedRecord {
  recordType: RecordType;
  /** At least one of the two ids is known. */
  dynamicsId: string | null;
  personId: number | null;
  /** `refused` waits for a change on either side; `failed` is tried again at `nextAttempt`. */
  outcome: "refused" | "failed" | "conflicted";
  side: Side;
  code: string;
  message: string;
  attempts: number;
  firstAt: number;
  lastAt: number;
  /** Milliseconds since 1970; null: only when one of the sides changes. */
  nextAttempt: number | null;
}

export interface ActivityQuery {
  /** Exactly this activity. */
  id?: number;
  /** Activities up to this id: pages stand still while a cycle adds new ones. */
  upTo?: number;
  /** A Dynamics id or a person id. */
  record?: string;
  outcomes?: readonly string[];
  side?: Side;
  field?: string;
  recordType?: RecordType;
  /** Only what was carried out: no refusals, and no questions. */
  carriedOut?: boolean;
  cycle?: number;
  /** Text looked for in ids, reasons, values and messages. */
  text?: string;
  conflictsOnly?: boolean;
  /** ISO instants: from (included) to (excluded). */
  from?: string;
  to?: string;
  limit?: number;
  offset?: number;
  /** Newest first by default. */
  sort?: { by: "time" | "cycle" | "outcome" | "record"; descending: boolean };
}

/** What became known of a change after it was logged. */
export type ChangeAmendment = Pick<ActivityChange, "field" | "to"> & Partial<ActivityChange>;

/** Everything that is changed in one durable step. Methods only collect; nothing is visible before the commit. */
export interface StateWriter {
  putLink(link: Link): void;
  removeLink(recordType: RecordType, dynamicsId: string): void;
  setCheckpoint(key: string, value: string | null): void;
  /** Returns the new activity's id. */
  addActivity(activity: NewActivity): number;
  /** Fills in what became known later (the value before, a lost value): merged into the change of that field and side. */
  amendActivity(id: number, changes: readonly ChangeAmendment[]): void;
  finishIntents(ids: readonly number[]): void;
  /** Each write of a field has its own echo, named by the activity that tells of it. */
  putEcho(echo: PendingEcho): void;
  /** These writes have arrived, or need not be looked for any more. */
  confirmEchoes(echoes: readonly PendingEcho[]): void;
  /** Forgets all writes of these fields. */
  removeEchoes(personId: number, positions: readonly number[]): void;
  addSeen(guids: readonly { guid: string; at: number }[]): void;
  /** Forgets guids of events that were told before this time (milliseconds since 1970). */
  trimSeen(before: number): void;
  putFailed(record: FailedRecord): void;
  removeFailed(key: {
    recordType: RecordType;
    dynamicsId: string | null;
    personId: number | null;
  }): void;
  /** Adds to the day's call ledger; the day is the vendor's own (`YYYY-MM-DD`). */
  addCalls(side: Side, day: string, calls: number): void;
  putCycle(summary: string, cycle: number): void;
}

/** One pair's durable state. Reads see the last commit. Commits are durable when their promise resolves. */
export interface StatePort {
  /** Position of each field in the base; unknown keys get the next free position (durable with the next commit). */
  fieldPositions(recordType: RecordType, keys: readonly string[]): Map<string, number>;
  /** The field leaves the map: its position is never used again, so that a later return starts without a base. */
  retireField(recordType: RecordType, key: string): void;

  linksByDynamicsId(recordType: RecordType, ids: readonly string[]): Map<string, Link>;
  linksByPersonId(ids: readonly number[]): Map<number, Link>;
  /** All links of a type in id order, in pages, for a full compare. */
  links(recordType: RecordType): Iterable<readonly Link[]>;
  /** Links of a type in id order, from the one after `dynamicsId` (null: from the first) on. */
  linksAfter(recordType: RecordType, dynamicsId: string | null, limit: number): Link[];
  countLinks(recordType: RecordType): number;

  checkpoint(key: string): string | null;
  openIntents(): Intent[];
  echoes(personIds: readonly number[]): PendingEcho[];
  /** Echoes of writes sent before this time (milliseconds since 1970). */
  overdueEchoes(sentBefore: number): PendingEcho[];
  /** Those of the given guids that were seen already. */
  seen(guids: readonly string[]): Set<string>;
  failed(filter?: { dueBefore?: number; record?: string; limit?: number }): FailedRecord[];
  /** Failed records among these ids, to know which ones must be read on both sides. */
  failedAmong(recordType: RecordType, dynamicsIds: readonly string[]): Map<string, FailedRecord>;
  failedAmongPersons(ids: readonly number[]): Map<number, FailedRecord>;
  activities(query: ActivityQuery): Activity[];
  countActivities(query: ActivityQuery): number;
  /** Activities in the order in which they were written, from the one after `id` on. */
  activitiesAfter(id: number, limit: number): Activity[];
  /** The id of the newest activity that was ever written; 0 when there is none. */
  lastActivity(): number;
  /** What the log has as the last written value, by record and field; `wanted` names the fields of each record. */
  loggedValues(
    recordType: RecordType,
    wanted: ReadonlyMap<string, readonly string[]>,
  ): Map<string, Map<string, FieldValue>>;
  callsOn(side: Side, day: string): number;
  lastCycle(): number;
  cycles(limit: number): string[];

  /** Announces writes; durable before it resolves. Returns the ids in the order given. */
  announce(intents: readonly NewIntent[]): Promise<number[]>;
  /** Runs `change`, then makes all of it durable as one step; if it throws, nothing is kept. */
  commit<T>(change: (writer: StateWriter) => T): Promise<T>;
}
