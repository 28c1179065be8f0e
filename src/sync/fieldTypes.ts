import type { ColumnType, MarketoType } from "../model/schema";

/** How the values of a pair of types are read, written and compared. */
export type CodecKind =
  | "text"
  | "email"
  | "number"
  | "boolean"
  | "mapped"
  | "options"
  | "date"
  | "instant"
  | "wallClock"
  | "id";

type Row = Readonly<Partial<Record<MarketoType, CodecKind>>>;

/** Anything that is text on both sides; an e-mail field compares without case. */
const TEXT: Row = {
  string: "text",
  text: "text",
  phone: "text",
  url: "text",
  email: "email",
  boolean: "mapped",
};
const EMAIL: Row = { string: "email", text: "email", email: "email" };
/** A fraction or a number too large for the other side is refused for its record, so every numeric pair is allowed. */
const NUMBER: Row = {
  integer: "number",
  score: "number",
  percent: "number",
  float: "number",
  currency: "number",
  string: "number",
  text: "number",
};
/** An option is one of a known list: its label, its number or what the value map says. */
const OPTION: Row = {
  string: "mapped",
  text: "mapped",
  integer: "mapped",
  score: "mapped",
  boolean: "mapped",
};
/** Ids are text at Marketo; names arrive by columns of their own. */
const ID: Row = { string: "id", text: "id" };

/**
 * Every pair of types that may be mapped; what is absent is refused. A calendar day has no place in a Marketo datetime
 * (it would need a time zone), nor an instant in a Marketo date. Formula and reference fields send no change events.
 */
export const PAIRS: Readonly<Record<ColumnType, Row>> = {
  text: TEXT,
  memo: TEXT,
  phone: TEXT,
  url: TEXT,
  email: EMAIL,
  integer: NUMBER,
  bigint: { integer: "number", string: "number", text: "number" },
  decimal: NUMBER,
  double: NUMBER,
  money: NUMBER,
  boolean: {
    boolean: "boolean",
    string: "mapped",
    text: "mapped",
    integer: "mapped",
    score: "mapped",
  },
  date: { date: "date", string: "date", text: "date" },
  datetime: { datetime: "instant", string: "instant", text: "instant" },
  localDatetime: { datetime: "wallClock", string: "wallClock", text: "wallClock" },
  picklist: OPTION,
  state: OPTION,
  status: OPTION,
  multiSelect: { string: "options", text: "options" },
  lookup: ID,
  customer: ID,
  owner: ID,
  guid: ID,
  unsupported: {},
};

/** The Marketo types that a column of this type may be mapped to. */
export function allowedTypes(type: ColumnType): MarketoType[] {
  return Object.keys(PAIRS[type]) as MarketoType[];
}

/** Columns that no value can be sent to from a Marketo text: the table that a lookup id belongs to is not known there. */
export const READ_ONLY_COLUMN_TYPES: ReadonlySet<ColumnType> = new Set(["lookup", "customer"]);

/** The longest text of a Marketo type when the instance does not say. */
export const MARKETO_LENGTH: Readonly<Partial<Record<MarketoType, number>>> = {
  string: 255,
  email: 255,
  phone: 255,
  url: 255,
  text: 30_000,
};

export const STRING_LIKE: ReadonlySet<MarketoType> = new Set([
  "string",
  "text",
  "email",
  "phone",
  "url",
]);
/** Marketo types that hold whole numbers only. */
export const WHOLE: ReadonlySet<MarketoType> = new Set(["integer", "score", "percent"]);
