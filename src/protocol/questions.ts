import type { Answer } from "../model/answer";
import type { RecordType } from "../model/record";

/** A record about which nothing is written until somebody has answered. */
export interface Question {
  kind: "ambiguous" | "held" | "persons";
  recordType: RecordType;
  dynamicsId: string;
  code: string;
  /** The question in words. */
  message: string;
  /** The persons in question; of a held merge the one that survived; of two persons the linked one first. */
  personIds: readonly number[];
  /** Held merge: the record that has the surviving person. Two persons: the record that survived. */
  other: { recordType: RecordType; dynamicsId: string } | null;
  /** ISO instant. */
  since: string;
  /** Given, and not carried out yet. */
  answer: Answer | null;
}

export interface AnswerRequest {
  recordType: RecordType;
  dynamicsId: string;
  answer: Answer;
  /** Who answers, for the log. */
  by: string;
  /** Why, for the log. */
  because: string;
}
