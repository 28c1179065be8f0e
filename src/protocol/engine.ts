import type { Activity, CycleSummary, Halt, ReasonCode } from "../model/activity";
import type { FieldValue, Pair, RecordType, Side } from "../model/record";
import type { FieldDescription, TableDescription } from "../model/schema";

/** What a cycle is doing; sent while it runs. */
export type CycleStage =
  "opening" | "recovering" | "reading" | "matching" | "planning" | "writing" | "recording";

export type CycleEvent =
  | { type: "started"; pair: string; cycle: number; at: string }
  /** `done` of `total` records of this stage; total is null while it is not known. */
  | { type: "progress"; pair: string; stage: CycleStage; done: number; total: number | null }
  | { type: "activities"; pair: string; activities: readonly Activity[] }
  /** Something the user should know that stops nothing: a mapping switched off, a lead table missing. */
  | { type: "warning"; pair: string; code: string; message: string }
  | { type: "ended"; pair: string; summary: CycleSummary };

/** What the host hears of a cycle. It reads the rows that it shows; sending it all of them would hold up the editor. */
export type HostEvent =
  | Exclude<CycleEvent, { type: "activities" }>
  /** So many activities were added to the log. */
  | { type: "logged"; pair: string; count: number };

/** One planned change as the preview shows it. */
export interface PlannedChange {
  recordType: RecordType;
  dynamicsId: string | null;
  personId: number | null;
  action: "create" | "update" | "link" | "flag" | "unlink" | "merge" | "ask" | "refuse" | "skip";
  to: Side | null;
  reason: ReasonCode;
  message: string | null;
  changes: readonly {
    field: string;
    to: Side;
    before: FieldValue | undefined;
    after: FieldValue;
    lost?: FieldValue;
  }[];
}

export interface Preview {
  pair: string;
  planHash: string;
  counts: {
    created: Pair<number>;
    updated: Pair<number>;
    /** Each is an update of the person, too: it gets the row's id. */
    linked: number;
    conflicts: number;
    ambiguous: number;
    refused: number;
    emptied: number;
    deleted: number;
  };
  /** What would stop this plan; null when it would simply run. */
  halt: Halt | null;
  /** Refusals grouped by their message, largest group first. */
  refusals: readonly { message: string; count: number }[];
  /** The first planned changes, at most `sampleSize`. */
  sample: readonly PlannedChange[];
  calls: Pair<number>;
  /** In words: what may happen beyond this plan, e.g. campaigns that creates may start. */
  warnings: readonly string[];
}

export interface MappedField {
  column: string;
  field: string;
  direction: "both" | "toMarketo" | "toDynamics";
  enabled: boolean;
  /** Why it cannot sync; null when it can. */
  problem: string | null;
  warnings: readonly string[];
  columnLabel: string | null;
  columnType: string | null;
  fieldLabel: string | null;
  fieldType: string | null;
}

/** What is known of a pair's two sides. */
export interface PairSchema {
  pair: string;
  identity: { userId: string; organizationId: string; version: string };
  /** The sync user's name in Dynamics; null when it cannot be read. */
  userName: string | null;
  tables: Partial<Record<RecordType, TableDescription>>;
  fields: readonly FieldDescription[];
  maps: Partial<Record<RecordType, readonly MappedField[]>>;
}

/** Values of a few real records by column and by REST name, as the user would write them. Never logged. */
export type FieldSamples = Pair<Readonly<Record<string, readonly string[]>>>;

/** What Marketo holds in one field, the most frequent first. Never logged. */
export interface SeenValues {
  /** How many persons were looked at. */
  persons: number;
  values: readonly { value: string; count: number }[];
}

/** What waits of one record type (B-90): the rest of a plan, records that could not be written, requests. */
export interface BacklogStatus {
  recordType: RecordType;
  links: number;
  /** By the side that is to be written. */
  waiting: { creates: Pair<number>; updates: Pair<number> };
  /** Of them, records whose last attempt failed or was refused. */
  failed: number;
  /** Records that wait for a human's answer; they are not among the waiting ones. */
  questions: number;
  /** ISO instant of the oldest change that waits; null when none does. */
  oldest: string | null;
  /** Records written in the last full clock hour (B-91). */
  lastHour: number;
}

export interface PairStatus {
  pair: string;
  lastCycle: CycleSummary | null;
  links: Record<RecordType, number>;
  failed: number;
  refused: number;
  conflicted: number;
  callsToday: Pair<number>;
  backlog: readonly BacklogStatus[];
  /** Records written in the last full clock hour (B-91), all types together. */
  lastHour: number;
  /** Milliseconds of work until nothing waits, at the speed of the last cycles; null when that cannot be told. */
  drainMs: number | null;
  /** Who holds the pair's state: this process or another one. */
  writer: { self: boolean; owner: string } | null;
}

export interface CreateContactRequest {
  personId?: number;
  email?: string;
  owner?: string;
  recordType?: RecordType;
}

export interface PersonSummary {
  id: number;
  values: Readonly<Record<string, FieldValue>>;
  /** The contact or lead that the person is linked to already. */
  linkedTo: { recordType: RecordType; dynamicsId: string } | null;
}
