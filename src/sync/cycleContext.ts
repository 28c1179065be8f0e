import type { Activity } from "../model/activity";
import { CallError } from "../model/failure";
import type { RecordType } from "../model/record";
import type { Positions } from "./diff";
import type { FieldRule } from "./fieldRule";
import type { RowFilter } from "./lifecycle/rowFilter";
import type { Policies } from "./policy";
import type { Connectors, World } from "./ports";
import type { StatePort } from "./statePort";

/** One record type of a pair, ready for a cycle: its field map in force and what must be read for it. */
export interface TypeSetup {
  recordType: RecordType;
  rules: readonly FieldRule[];
  positions: Positions;
  /** Columns to read: the map's and those that decisions need. */
  columns: readonly string[];
  /** Which rows sync; null: all. */
  filter: RowFilter | null;
}

/** REST names of the person fields that hold the link; null where the instance has no such field. */
export interface LinkFields {
  /** Without it persons are linked by e-mail only, and none is created: a repeated create could double it. */
  id: string | null;
  type: string | null;
  deleted: string | null;
}

/** What a cycle tells while it runs. */
export interface CycleReport {
  progress(stage: CycleStageName, done: number, total: number | null): void;
  activities(activities: readonly Activity[]): void;
  warning(code: string, message: string): void;
}

export type CycleStageName =
  "recovering" | "reading" | "matching" | "planning" | "writing" | "recording";

/** Everything that one cycle of one pair works with. */
export interface CycleContext {
  pair: string;
  cycle: number;
  types: readonly TypeSetup[];
  linkFields: LinkFields;
  /** REST names to read of a person: both maps' and the link fields. */
  personFields: readonly string[];
  /** The yes/no field by which campaigns ask for records in Dynamics; null if they do not, or ask by a list. */
  requestField: string | null;
  connectors: Connectors;
  state: StatePort;
  world: World;
  policies: Policies;
  /** New rows may become persons (policy, and a field that holds the row's id). */
  createPersons: boolean;
  report: CycleReport;
  /**
   * Reads the descriptions again and throws SchemaMovedError if the map that stands on them is another one now: a column
   * that column security has begun to hide reads as empty, and must neither empty the other side (R6) nor be filled.
   */
  confirmSchema(): Promise<void>;
  /**
   * The same for the columns of these types, unless they were described just now: what is read as empty on a row that is
   * met for the first time is agreed on as empty, and nothing would tell later that it was only hidden.
   */
  confirmColumns(recordTypes: readonly RecordType[]): Promise<void>;
  signal: AbortSignal;
}

/** The ground that a plan stands on is not what it was: the plan is thrown away and made anew. */
export class SchemaMovedError extends CallError {
  constructor() {
    super({
      class: "retry",
      code: "CS-SCHEMA-MOVED",
      message: "Columns or fields changed while the cycle was planned; it is planned again.",
    });
    this.name = "SchemaMovedError";
  }
}

export function setupOf(context: CycleContext, recordType: RecordType): TypeSetup | undefined {
  return context.types.find((setup) => setup.recordType === recordType);
}

/** Ends the cycle at this point when the user or the host asked for it; what is done stays done. */
export function stopIfCanceled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new CallError({
    class: "canceled",
    code: "CS-CANCELED",
    message: "The cycle was canceled; the next one goes on where it stopped.",
  });
}

/** Name of the checkpoint that a record type's tracked read goes on from. */
export function deltaKey(recordType: RecordType): string {
  return `delta:${recordType}`;
}

/** Name of the checkpoint of Marketo's change feeds. */
export const FEED_KEY = "feed";

/** Name of the checkpoint that says when those feeds were last read to their end (milliseconds since 1970). */
export const FEED_READ_KEY = "feedReadAt";

export function chunks<T>(items: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let at = 0; at < items.length; at += size) result.push(items.slice(at, at + size));
  return result;
}
