import type { Failure } from "../../../src/model/failure";
import type { FieldDescription, MarketoType } from "../../../src/model/schema";

export type Stored = string | number | boolean | null;
export type Checked = { ok: true; value: Stored } | { ok: false; failure: Failure };

const good = (value: Stored): Checked => ({ ok: true, value });

export function refusal(code: string, message: string): Failure {
  return { class: "refused", code, message, side: "marketo" };
}

const bad = (raw: unknown, type: string): Checked => ({
  ok: false,
  failure: refusal("1001", `Invalid value '${String(raw)}'. Required of type '${type}'`),
});

/** The stored form of a value that was sent; `null`, `""` and `undefined` all clear the field. */
export function checkValue(field: FieldDescription, raw: unknown): Checked {
  if (raw === null || raw === undefined || raw === "") return good(null);
  const value = CONVERSIONS[field.type](String(raw));
  if (value === undefined) return bad(raw, field.type);
  if (typeof value !== "string" || field.maxLength === undefined) return good(value);
  const size = field.type === "text" ? Buffer.byteLength(value) : [...value].length;
  return size <= field.maxLength ? good(value) : bad(value.slice(0, 20), field.type);
}

type Convert = (text: string) => Stored | undefined;

const asText: Convert = (text) => text;
const asInteger: Convert = (text) => (/^-?\d+$/.test(text) ? Number(text) : undefined);
const asNumber: Convert = (text) => (Number.isFinite(Number(text)) ? Number(text) : undefined);
const asEmail: Convert = (text) =>
  /^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(text) ? text : undefined;
const asBoolean: Convert = (text) =>
  text === "true" || text === "false" ? text === "true" : undefined;
const asDay: Convert = (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined);
const asInstant: Convert = (text) => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`;
};

const CONVERSIONS: Readonly<Record<MarketoType, Convert>> = {
  string: asText,
  text: asText,
  email: asEmail,
  phone: asText,
  url: asText,
  integer: asInteger,
  score: asInteger,
  percent: asInteger,
  float: asNumber,
  currency: asNumber,
  boolean: asBoolean,
  date: asDay,
  datetime: asInstant,
  reference: asText,
  formula: asText,
  unsupported: asText,
};
