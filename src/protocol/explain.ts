import type { ReasonCode } from "../model/activity";
import type { FieldValue, Outcome, Pair, RecordType, Side } from "../model/record";

/** One logged change of the field. */
export interface ExplainedChange {
  /** Id of the activity that tells it. */
  activity: number;
  /** ISO instant. */
  time: string;
  cycle: number;
  /** The side that was written, or should have been. */
  to: Side;
  outcome: Outcome;
  reason: ReasonCode;
  /** The rule in words, with the server's own message where it refused. */
  rule: string;
  before: FieldValue | undefined;
  after: FieldValue;
  /** The value that lost a clash. */
  lost?: FieldValue;
}

/** What the next cycle would do with the field as things stand now. */
export interface NextStep {
  action: "write" | "refuse" | "ask" | "nothing";
  to: Side | null;
  before?: FieldValue;
  after?: FieldValue;
  lost?: FieldValue;
  /** Why, in words. */
  text: string;
}

/** The whole story of one field of one record. */
export interface Explanation {
  recordType: RecordType;
  dynamicsId: string | null;
  personId: number | null;
  /** Logical name of the column, or what was asked for when nothing maps it. */
  column: string;
  /** REST name of the Marketo field; null when nothing maps the column. */
  field: string | null;
  /** Newest first. */
  history: readonly ExplainedChange[];
  current: Pair<FieldValue | undefined>;
  next: NextStep;
}
