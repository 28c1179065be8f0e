import { reason, type Reason } from "./errors";
import type { DataType, FieldDefinition, FieldValue } from "./fieldTypes";
import { isDate, isoSeconds, parseDateTime, toSeconds } from "./time";

export type Coerced = { ok: true; value: FieldValue } | { ok: false; reason: Reason };
type Coerce = (text: string, field: FieldDefinition) => Coerced;

const good = (value: FieldValue): Coerced => ({ ok: true, value });
const bad = (text: string, field: FieldDefinition): Coerced => ({
  ok: false,
  reason: reason("1001", text, field.dataType),
});

const asText: Coerce = (text) => good(text);

const asEmail: Coerce = (text) =>
  /^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(text)
    ? good(text)
    : { ok: false, reason: reason("1003", `Invalid email address '${text}'`) };

const MAX_INTEGER = 2n ** 63n;

const asInteger: Coerce = (text, field) => {
  if (!/^[+-]?\d+(\.0+)?$/.test(text)) return bad(text, field);
  const whole = BigInt(text.replace(/\.0+$/, "").replace("+", ""));
  return whole >= -MAX_INTEGER && whole < MAX_INTEGER ? good(Number(whole)) : bad(text, field);
};

const asDecimal: Coerce = (text, field) =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? good(Number(text)) : bad(text, field);

const asBoolean: Coerce = (text, field) => {
  if (/^(true|1)$/i.test(text)) return good(true);
  return /^(false|0)$/i.test(text) ? good(false) : bad(text, field);
};

const asDate: Coerce = (text, field) => (isDate(text) ? good(text) : bad(text, field));

const asDateTime: Coerce = (text, field) => {
  const ms = parseDateTime(text);
  return ms === undefined ? bad(text, field) : good(isoSeconds(toSeconds(ms)));
};

const coercions: Record<DataType, Coerce> = {
  string: asText,
  text: asText,
  phone: asText,
  url: asText,
  email: asEmail,
  integer: asInteger,
  score: asInteger,
  percent: asInteger,
  float: asDecimal,
  currency: asDecimal,
  boolean: asBoolean,
  date: asDate,
  datetime: asDateTime,
  reference: asText,
  formula: asText,
};

/** The stored form of a value that a client sent; `null` and `""` both clear the field. */
export function coerce(
  raw: unknown,
  field: FieldDefinition,
  longStrings: "reject" | "truncate",
): Coerced {
  if (raw === null || raw === undefined || raw === "") return good(null);
  if (typeof raw === "object" || typeof raw === "function") return bad(JSON.stringify(raw), field);
  const coerced = coercions[field.dataType](String(raw), field);
  if (!coerced.ok || typeof coerced.value !== "string" || field.length === undefined) {
    return coerced;
  }
  return withinLength(coerced.value, field, field.length, longStrings);
}

function withinLength(
  text: string,
  field: FieldDefinition,
  length: number,
  longStrings: "reject" | "truncate",
): Coerced {
  if (text.length * 4 <= length) return good(text);
  // Text fields are limited in bytes, the others in characters.
  const size = field.dataType === "text" ? Buffer.byteLength(text) : [...text].length;
  if (size <= length) return good(text);
  if (longStrings === "truncate") return good([...text].slice(0, length).join(""));
  const shown = `${text.slice(0, 40)}…`;
  return { ok: false, reason: reason("1001", shown, `${field.dataType}(${length})`) };
}
