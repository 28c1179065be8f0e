import type { FieldValue, Side } from "../model/record";
import type { ColumnDescription, FieldDescription } from "../model/schema";

/** The way values of one mapping travel. */
export type Direction = "both" | "toMarketo" | "toDynamics";

/** One line of a field map as the pair file has it. */
export interface MappingSpec {
  /** Logical name of the Dynamics column. */
  column: string;
  /** REST name of the Marketo field. */
  field: string;
  direction: Direction;
  /** Dynamics value (option number, option label, `true`, `false`, text) to Marketo value. */
  valueMap?: Readonly<Record<string, string | number | boolean>>;
  /** Whether Marketo holds the label (the default) or the number of an option. */
  options?: "label" | "number";
}

/** Why a value cannot be written to a side; names the limit, never the value. */
export interface FitProblem {
  code: FitCode;
  message: string;
}

export type FitCode =
  | "too-long"
  | "out-of-range"
  | "too-precise"
  | "not-ascii"
  | "control-character"
  | "unreadable"
  | "unmapped-value";

/**
 * Turns one field's values from and into both wire forms. Every function is total: a wire value that the type cannot
 * hold becomes its text form, and `fits` refuses that text on the other side.
 */
export interface FieldCodec {
  fromDynamics(wire: unknown): FieldValue;
  toDynamics(value: FieldValue): unknown;
  fromMarketo(wire: unknown): FieldValue;
  toMarketo(value: FieldValue): unknown;
  /** A text of the change feed; undefined when the text does not tell the value (a time without its zone). */
  fromFeed(text: string | null): FieldValue | undefined;
  /** Equal keys are equal values; the empty key belongs to the empty value alone. */
  compareKey(value: FieldValue): string;
  /** Whether the value may be written to this side. */
  fits(side: Side, value: FieldValue): FitProblem | null;
}

/** One mapping that is in force. */
export interface FieldRule {
  /** The column's logical name: the key of the field everywhere. */
  key: string;
  /** The REST name of the Marketo field. */
  field: string;
  direction: Direction;
  codec: FieldCodec;
  /** May the column be set when a row is created? (Changing it is what `direction` allows.) */
  creatable: boolean;
  /** Both descriptions, for the interface. */
  column: ColumnDescription;
  target: FieldDescription;
  /** Changes when values compare differently (types, options, value map): then the field's bases are void. */
  signature: string;
}

/** Does the rule write to this side? */
export function writes(rule: FieldRule, side: Side): boolean {
  return rule.direction === "both" || rule.direction === WRITING[side];
}

const WRITING: Readonly<Record<Side, Direction>> = {
  dynamics: "toDynamics",
  marketo: "toMarketo",
};
