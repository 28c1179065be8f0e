export type CompareOperator = "eq" | "ne" | "gt" | "ge" | "lt" | "le";

export type Literal =
  | { type: "string" | "guid" | "date" | "dateTime" | "enum"; value: string }
  | { type: "number"; value: number }
  | { type: "boolean"; value: boolean }
  | { type: "null"; value: null };

export type Operand = { kind: "property"; path: string } | { kind: "literal"; literal: Literal };

export type TextFunction = "contains" | "startswith" | "endswith";

export type Expression =
  | { kind: "logic"; operator: "and" | "or"; left: Expression; right: Expression }
  | { kind: "not"; operand: Expression }
  | { kind: "compare"; operator: CompareOperator; left: Operand; right: Operand }
  | { kind: "text"; name: TextFunction; left: Operand; right: Operand }
  /** A bare Boolean property or literal. */
  | { kind: "truth"; operand: Operand }
  | { kind: "member"; name: "In" | "NotIn" | "ContainValues"; property: string; values: string[] }
  | { kind: "lastDays"; property: string; days: number };
