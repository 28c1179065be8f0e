/** The two systems that are kept the same. */
export type Side = "dynamics" | "marketo";
export const SIDES: readonly Side[] = ["dynamics", "marketo"];

export function other(side: Side): Side {
  return side === "dynamics" ? "marketo" : "dynamics";
}

/** One value for each side. */
export type Pair<T> = Record<Side, T>;

/** The Dynamics tables that a person can be linked to. */
export type RecordType = "contact" | "lead";
export const RECORD_TYPES: readonly RecordType[] = ["contact", "lead"];

/**
 * A value in canonical form, the same for equal values of both sides: text, number, yes/no; a calendar day as
 * `YYYY-MM-DD`; an instant as `YYYY-MM-DDThh:mm:ssZ`; an option set as its number; a multi-select as ascending numbers
 * joined by `;`; an id in lower case. `null` is the one empty.
 */
export type FieldValue = string | number | boolean | null;

/** Canonical values by field key; the key is the Dynamics column's logical name. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** What became of a planned change. */
export type Outcome = "applied" | "skipped" | "conflicted" | "refused" | "failed";
export const OUTCOMES: readonly Outcome[] = [
  "applied",
  "skipped",
  "conflicted",
  "refused",
  "failed",
];
