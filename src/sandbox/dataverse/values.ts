import { DataverseError, badLiteral } from "./errors";
import { edmType, isLookup, type Column, type Value } from "./model/column";
import { isGuid } from "./model/ids";
import type { Table } from "./model/model";

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
const INT32 = 2147483648;
const FIRST_YEAR = 1753;

/** The seconds of an ISO date-time with an offset, or undefined. Fractions of a second are dropped. */
export function parseDateTime(text: string): number | undefined {
  if (!DATE_TIME.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

export function isDate(text: string): boolean {
  const parts = DATE.exec(text);
  if (!parts) return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

export function formatDateTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** A stored value as JSON carries it. */
export function toWire(column: Column, value: Value): Value {
  return typeof value === "number" && column.type === "DateTime" ? formatDateTime(value) : value;
}

/** A JSON value for a column; the wrong JSON type is refused with the OData reader's sentence. */
export function fromWire(table: Table, column: Column, json: unknown): Value {
  if (json === null || json === undefined) return null;
  const value = convert(column, json);
  if (value === undefined) throw badLiteral(table.setName, json, edmType(column));
  return value;
}

function convert(column: Column, json: unknown): Value | undefined {
  switch (column.type) {
    case "Boolean":
      return typeof json === "boolean" ? json : undefined;
    case "Integer":
    case "Picklist":
    case "State":
    case "Status":
      return typeof json === "number" && Number.isInteger(json) && json >= -INT32 && json < INT32
        ? json
        : undefined;
    case "BigInt":
      return typeof json === "number" && Number.isInteger(json) ? json : undefined;
    case "Decimal":
    case "Money":
    case "Double":
      return typeof json === "number" ? round(json, column.precision ?? 2) : undefined;
    case "DateTime":
      return convertDate(column, json);
    default:
      return convertText(column, json);
  }
}

function convertText(column: Column, json: unknown): Value | undefined {
  if (typeof json !== "string") return undefined;
  if (column.type === "Uniqueidentifier" || isLookup(column))
    return isGuid(json) ? json.toLowerCase() : undefined;
  if (column.type === "MultiSelectPicklist")
    return (
      json
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean)
        .join(",") || null
    );
  return json === "" ? null : json;
}

function convertDate(column: Column, json: unknown): Value | undefined {
  if (typeof json !== "string") return undefined;
  if (column.behavior === "DateOnly") return isDate(json) ? json : undefined;
  return parseDateTime(json);
}

function round(value: number, precision: number): number {
  const factor = 10 ** precision;
  return Math.round(value * factor) / factor;
}

const refuse = (code: string, message: string) => new DataverseError(400, code, message);

/** Checks a value against the column's length, range and options, with the platform's codes and texts. */
export function validate(table: Table, column: Column, value: Value): void {
  if (value === null) return;
  switch (column.type) {
    case "String":
    case "Memo":
      return validateText(table, column, String(value));
    case "Integer":
      return validateRange(table, column, Number(value), "0x8004432f");
    case "Decimal":
    case "Double":
    case "Money":
      return validateRange(table, column, Number(value), "0x80044330");
    case "Picklist":
    case "State":
    case "Status":
      return validateOption(table, column, [Number(value)]);
    case "MultiSelectPicklist":
      return validateOption(table, column, String(value).split(",").map(Number));
    case "DateTime":
      return validateYear(value);
    default:
      return;
  }
}

/** The first character that XML 1.0 cannot carry: control characters except tab, line feed and carriage return. */
function invalidCharacter(value: string): number | undefined {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) return code;
  }
  return undefined;
}

function validateText(table: Table, column: Column, value: string): void {
  const bad = invalidCharacter(value);
  if (bad !== undefined) {
    const hex = bad.toString(16).toUpperCase().padStart(2, "0");
    throw refuse(
      "0x80040278",
      `'${String.fromCharCode(bad)}', hexadecimal value 0x${hex}, is an invalid character.`,
    );
  }
  if (value.length <= (column.maxLength ?? Infinity)) return;
  throw refuse(
    "0x80044331",
    `A validation error occurred.  The length of the '${column.name}' attribute of the '${table.name}' entity exceeded the maximum allowed length of '${column.maxLength}'.`,
  );
}

function validateRange(table: Table, column: Column, value: number, code: string): void {
  if (value >= (column.min ?? -Infinity) && value <= (column.max ?? Infinity)) return;
  throw refuse(
    code,
    `A validation error occurred. The value ${value} of '${column.name}' on record of type '${table.name}' is outside the valid range.`,
  );
}

function validateOption(table: Table, column: Column, values: readonly number[]): void {
  const accepted = (column.options ?? []).map((option) => option.value);
  for (const value of values) {
    if (accepted.includes(value)) continue;
    throw refuse(
      "0x8004431a",
      `A validation error occurred. The value ${value} of '${column.name}' on record of type '${table.name}' is outside the valid range. Accepted Values: ${accepted.join(",")}`,
    );
  }
}

function validateYear(value: Value): void {
  const year =
    typeof value === "number"
      ? new Date(value * 1000).getUTCFullYear()
      : Number(String(value).slice(0, 4));
  if (year >= FIRST_YEAR) return;
  throw refuse(
    "0x80040239",
    `DateTime is less than minimum value supported by CrmDateTime. Actual value: ${value}, Minimum value supported: 01/01/1753 00:00:00`,
  );
}
