/** What a human says to a question that only a human can answer. */
export type Answer =
  /** Ambiguous match: the record belongs to this person, one of those in question. */
  | { kind: "match"; personId: number }
  /** Ambiguous match: none of the persons is meant; the record gets a person of its own. */
  | { kind: "new" }
  /** Held merge: the held record gets the surviving person, and the other record's link ends. */
  | { kind: "take" }
  /** Two persons of merged records: this one stays, and the other one is merged into it. */
  | { kind: "keep"; personId: number }
  /** Held merge: the other record keeps the person, and the held link ends. Two persons: both stay as they are. */
  | { kind: "leave" };
