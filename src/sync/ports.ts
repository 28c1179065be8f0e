import type { Failure } from "../model/failure";
import type { RecordType } from "../model/record";
import type { FieldDescription, TableDescription } from "../model/schema";

/** Values as the wire has them, by column or REST name; a name that is absent was not read. */
export type WireValues = Readonly<Record<string, unknown>>;

/** What became of one record of a write. `unknown`: the answer was lost, the write may have been applied. */
export type WriteResult =
  | {
      kind: "written";
      id: string;
      version: string | null;
      created: boolean;
      requestId: string | null;
    }
  | { kind: "failed"; failure: Failure }
  | { kind: "unknown"; failure: Failure };

export interface CallOptions {
  signal?: AbortSignal;
  /** A person waits for this call: it goes before the cycle's. */
  urgent?: boolean;
}

// ---------------------------------------------------------------------------------------------- Dynamics

export interface DynamicsIdentity {
  userId: string;
  organizationId: string;
  version: string;
}

/** A contact or lead row; `version` is the ETag as sent (`W/"3405012"`). */
export interface DynamicsRow {
  id: string;
  version: string;
  values: WireValues;
}

/** One page of a tracked read. `checkpoint` is the delta link, on the last page only. */
export interface DynamicsPage {
  rows: readonly DynamicsRow[];
  deletedIds: readonly string[];
  checkpoint: string | null;
}

export type DynamicsWrite =
  /** Create with a client-chosen id and `If-None-Match: *`; a second try answers `exists`. */
  | { kind: "create"; id: string; values: WireValues }
  /** Change with `If-Match`; a moved version answers `stale`, a deleted row `gone`. */
  | { kind: "update"; id: string; version: string; values: WireValues };

/** Every method throws CallError when the call as a whole fails. */
export interface DynamicsPort {
  identity(options?: CallOptions): Promise<DynamicsIdentity>;
  /** Throws `configuration` when the table is not there (no lead table: code 0x8006088a). */
  describe(recordType: RecordType, options?: CallOptions): Promise<TableDescription>;
  /**
   * Rows changed since `checkpoint`, or all rows (checkpoint null), page by page, each row in its current state.
   * `columns` are logical names; lookups come back under their logical name as a GUID, parts of them (`ownerid.name`) as
   * values of their own. Throws `expired`.
   */
  changes(
    recordType: RecordType,
    request: { columns: readonly string[]; checkpoint: string | null } & CallOptions,
  ): AsyncIterable<DynamicsPage>;
  /** Current rows by id; an id without a row is absent from the answer. */
  read(
    recordType: RecordType,
    ids: readonly string[],
    columns: readonly string[],
    options?: CallOptions,
  ): Promise<DynamicsRow[]>;
  /** Rows whose text column equals one of the values (Dataverse compares case-insensitively). */
  find(
    recordType: RecordType,
    query: { column: string; values: readonly string[] },
    columns: readonly string[],
    options?: CallOptions,
  ): Promise<DynamicsRow[]>;
  /**
   * Ids of the rows of any table that were changed since this instant (milliseconds since 1970). Names behind lookups to
   * them are read afresh from then on.
   */
  touched(table: string, since: number, options?: CallOptions): Promise<string[]>;
  /** Writes in the given order, each with its own precondition and its own outcome, in the order of the input. */
  write(
    recordType: RecordType,
    writes: readonly DynamicsWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]>;
}

// ---------------------------------------------------------------------------------------------- Marketo

/** Values of the person by REST name; an empty field may be null or absent. */
export interface MarketoPerson {
  id: number;
  values: WireValues;
}

/** One field of a change event; the values are texts as the feed has them, null when empty. */
export interface EventField {
  name: string;
  oldValue: string | null;
  newValue: string | null;
}

/** What a change feed says. `guid` is marketoGUID, `at` the activity date as ISO instant (seconds). */
export type MarketoEvent =
  | {
      kind: "changed";
      guid: string;
      personId: number;
      at: string;
      fields: readonly EventField[];
      source: string | null;
    }
  | { kind: "created"; guid: string; personId: number; at: string; source: string | null }
  | { kind: "deleted"; guid: string; personId: number; at: string }
  | { kind: "merged"; guid: string; personId: number; at: string; loserIds: readonly number[] };

/** One page of events. `checkpoint` (opaque text) is on the last page only. */
export interface MarketoPage {
  events: readonly MarketoEvent[];
  checkpoint: string | null;
}

export type MarketoWrite =
  /** updateOnly by id. A person that is gone answers `gone`. */
  | { kind: "update"; id: number; values: WireValues }
  /** createOrUpdate by the field that holds the Dynamics id (part of `values`): a repetition meets the same person. */
  | { kind: "create"; values: WireValues };

export interface MarketoUsage {
  /** Calls of the whole instance today, and the instance's daily quota if known. */
  usedToday: number;
}

/** Every method throws CallError when the call as a whole fails. At most 300 records a call; longer lists are split. */
export interface MarketoPort {
  describe(options?: CallOptions): Promise<FieldDescription[]>;
  /** A checkpoint from which `changes` tells everything after `since` (milliseconds since 1970). */
  checkpointAt(since: number, options?: CallOptions): Promise<string>;
  /**
   * Events since the checkpoint, with an overlap of at least ten minutes because rows may appear late (Q2): the caller
   * drops events whose guid it has seen. `fields` are the REST names to watch; `scores` asks for score changes too.
   */
  changes(
    request: { fields: readonly string[]; scores: boolean; checkpoint: string } & CallOptions,
  ): AsyncIterable<MarketoPage>;
  /** Persons by id; an id without a person is absent from the answer. */
  read(
    ids: readonly number[],
    fields: readonly string[],
    options?: CallOptions,
  ): Promise<MarketoPerson[]>;
  /**
   * Persons whose field equals one of the values. Values that contain a comma cannot be searched and are left out. Throws
   * `TooManyMatches` for a value that more persons have than a search gives.
   */
  find(
    query: { field: string; values: readonly string[] },
    fields: readonly string[],
    options?: CallOptions,
  ): Promise<MarketoPerson[]>;
  /** Outcomes in the order of the input; `keyField` is the REST name of the field that holds the Dynamics id. */
  write(
    writes: readonly MarketoWrite[],
    options: { keyField: string } & CallOptions,
  ): Promise<WriteResult[]>;
  /**
   * Merges one person into another one, for good: the winner keeps its values and gets those that it lacks, the loser is
   * gone. Never repeated by itself; when one of them is not there, the answer is `gone`.
   */
  merge(
    persons: { winnerId: number; loserId: number },
    options?: CallOptions,
  ): Promise<WriteResult>;
  usage(options?: CallOptions): Promise<MarketoUsage>;
}

/** The number of calls made since the port was made, for the cycle's summary. */
export interface CallCounter {
  readonly calls: number;
}

export interface Connectors {
  dynamics: DynamicsPort & CallCounter;
  marketo: MarketoPort & CallCounter;
}

// ---------------------------------------------------------------------------------------------- World

/** Time and chance, injected so that decisions can be repeated. */
export interface World {
  /** Milliseconds since 1970. */
  now(): number;
  /** A new GUID in lower case; successive ids ascend (sequential GUIDs keep SQL indexes whole). */
  newId(): string;
}
