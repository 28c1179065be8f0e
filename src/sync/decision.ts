import type { ReasonCode } from "../model/activity";
import type { FieldValues, Pair, RecordType, Side } from "../model/record";
import type { AgreedValue, FieldChange } from "./decideField";
import type { FieldDiff, Positions } from "./diff";
import type { FieldRule } from "./fieldRule";
import type { HeirReason } from "./lifecycle/heir";
import type { PersonsFacts } from "./lifecycle/questions";
import type { OnLeave } from "./lifecycle/rowFilter";
import type { MatchedBy, MatchResult } from "./match";
import type { FieldProblem } from "./normalize";
import type { Policies } from "./policy";
import type { Base, Link, LinkState } from "./statePort";

/** What all decisions of one record type have in common. */
export interface DecisionContext {
  recordType: RecordType;
  rules: readonly FieldRule[];
  positions: Positions;
  policies: Policies;
}

/** What is known of one side of a linked record. */
export type SideReading =
  /** Not read, so it counts as unchanged; `known` values, if any, only tell what a write replaces. */
  | { kind: "unread"; known?: FieldValues }
  | { kind: "read"; values: FieldValues }
  /** A positive tombstone; absence is none. */
  | { kind: "deleted" };

/** What a decision is about. */
export type Situation =
  | { kind: "linked"; state: LinkState; base: Base; sides: Pair<SideReading> }
  /** A row without a link, after matching; `person` holds the values of the person that the match found. */
  | { kind: "unlinked"; row: FieldValues; match: Exclude<MatchResult, { kind: "found" }> }
  | {
      kind: "unlinked";
      row: FieldValues;
      match: Extract<MatchResult, { kind: "found" }>;
      person: FieldValues;
      /** Empty at a first contact; an interrupted write of ours may have made some of it. */
      base: Base;
    }
  /** A row that takes over the link of another record, with what stays agreed on. */
  | {
      kind: "inherited";
      personId: number;
      base: Base;
      sides: Pair<SideReading>;
      reason: HeirReason;
    }
  /** A person that shall exist in Dynamics, too (R4). */
  | { kind: "requested"; person: FieldValues; linked: boolean; by: "command" | "marketo" };

/** One side of one record that is not written, because some of its values do not fit; nothing is cut to make it fit. */
export interface Refusal {
  side: Side;
  problems: readonly FieldProblem[];
  /** What would have been written. */
  changes: readonly FieldChange[];
}

/** The outcome of deciding field by field. */
export interface FieldDecisions {
  toDynamics: readonly FieldChange[];
  toMarketo: readonly FieldChange[];
  /** The base moves to these without a write. */
  agreed: readonly AgreedValue[];
  /** Edits of a one-way field's copy: neither carried nor overwritten. */
  drift: readonly FieldDiff[];
  refusals: readonly Refusal[];
  /** At least one field was changed on both sides, or met without a base, with different values. */
  conflict: boolean;
}

export type Decision =
  /** Write the changes; a revived link is active again (and the person's deleted flag goes). */
  | ({ kind: "write"; revive: boolean; reason: ReasonCode } & FieldDecisions)
  /** Nothing to write, but the base moves or the link is revived. */
  | ({ kind: "agree"; revive: boolean; reason: ReasonCode } & FieldDecisions)
  /** Something does not fit and nothing else is to be written; values agreed on still move the base. */
  | ({ kind: "refused"; revive: boolean; reason: ReasonCode } & FieldDecisions)
  /** Link the row to this person (first contact), and write the changes. */
  | ({ kind: "link"; personId: number; by: MatchedBy; reason: ReasonCode } & FieldDecisions)
  /** Create the person with these values; fields that are empty on the new person are agreed on. */
  | {
      kind: "createPerson" | "recreatePerson";
      changes: readonly FieldChange[];
      agreed: readonly AgreedValue[];
      reason: ReasonCode;
    }
  /** Create the row with these values. */
  | {
      kind: "createRow";
      changes: readonly FieldChange[];
      agreed: readonly AgreedValue[];
      reason: ReasonCode;
    }
  /** Flag the person as deleted in Dynamics; the link becomes `dynamicsDeleted`. */
  | { kind: "flagDeleted"; reason: ReasonCode }
  /** The link becomes `marketoDeleted`. */
  | { kind: "unlinkPerson"; reason: ReasonCode }
  /** Remove the link; nothing is written to either side. */
  | { kind: "dissolve"; reason: ReasonCode }
  /** The same after two linked records became one: a human is asked whether their persons are one, too. */
  | ({ kind: "end"; message: string } & Omit<PersonsFacts, "kind">)
  /** A human answered so: one person is merged into the other one, which goes by its own call. */
  | { kind: "mergePersons"; winnerId: number; loserId: number; reason: "answered" }
  /** Nothing is asked about the record any more. */
  | { kind: "close"; outcome: "applied" | "skipped"; reason: ReasonCode; message: string | null }
  /** The link waits for a human's answer; nothing travels. */
  | {
      kind: "hold";
      reason: ReasonCode;
      message: string;
      /** The surviving person, and the record that has it. */
      winnerId: number;
      other: Pick<Link, "recordType" | "dynamicsId">;
    }
  /** A resting link goes over to another record without a write; it goes on resting. */
  | { kind: "follow"; reason: HeirReason; to: Pick<Link, "dynamicsId" | "personId"> }
  /** The row left the filter. */
  | { kind: "leave"; onLeave: OnLeave; reason: ReasonCode }
  /** Several candidates: a human decides, nothing is written. */
  | {
      kind: "ambiguous";
      personIds: readonly number[];
      rowIds: readonly string[];
      reason: ReasonCode;
    }
  /** Nothing can be said before this side is read. */
  | { kind: "read"; side: Side }
  | { kind: "skip"; reason: ReasonCode; drift: readonly FieldDiff[] };
