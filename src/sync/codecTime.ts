import type { FieldValue, Side } from "../model/record";
import type { FieldDescription } from "../model/schema";
import { textOf, unreadable } from "./codecText";
import type { FieldCodec, FitProblem } from "./fieldRule";

/** A calendar day, the same text everywhere: no time zone can shift it. */
export function dateCodec(): FieldCodec {
  return timeCodec({
    expected: "a calendar day (YYYY-MM-DD)",
    valid: isDay,
    fromDynamics: dayOf,
    fromMarketo: dayOf,
    fromFeed: dayOf,
    toDynamics: (value) => value,
    toMarketo: (value) => value,
  });
}

/** A moment, canonical in UTC and whole seconds. */
export function instantCodec(field: FieldDescription): FieldCodec {
  return timeCodec({
    expected: "a date and time",
    valid: (text) => text.length === 20 && text.endsWith("Z") && isWallClock(text.slice(0, -1)),
    fromDynamics: instantOf,
    fromMarketo: instantOf,
    fromFeed: (text) =>
      field.type === "datetime" && isZoneless(text) ? undefined : instantOf(text),
    toDynamics: (value) => value,
    toMarketo: (value) => value,
  });
}

/**
 * What a clock on the wall shows, wherever it hangs. Dynamics writes it with a `Z` that does not mean UTC. A Marketo
 * datetime gets the same digits as UTC; text fields get it without a zone.
 */
export function wallClockCodec(field: FieldDescription): FieldCodec {
  const instant = field.type === "datetime";
  const fromMarketo = (text: string): string =>
    instant ? instantOf(text).replace(/Z$/, "") : wallClockOf(text);
  return timeCodec({
    expected: "a date and time",
    valid: isWallClock,
    fromDynamics: wallClockOf,
    fromMarketo,
    fromFeed: (text) => (instant && isZoneless(text) ? undefined : fromMarketo(text)),
    toDynamics: (value) => `${value}Z`,
    toMarketo: (value) => (instant ? `${value}Z` : value),
  });
}

interface TimeForm {
  expected: string;
  valid(text: string): boolean;
  fromDynamics(text: string): string;
  fromMarketo(text: string): string;
  fromFeed(text: string): string | undefined;
  toDynamics(value: string): string;
  toMarketo(value: string): string;
}

/** Gives a form of text its empty value, its comparison and its limits. */
function timeCodec(form: TimeForm): FieldCodec {
  const read = (convert: (text: string) => string) => (wire: unknown) => {
    const text = textOf(wire);
    return text === null ? null : convert(text);
  };
  const write = (convert: (value: string) => string) => (value: FieldValue) =>
    typeof value === "string" ? convert(value) : value;
  return {
    fromDynamics: read(form.fromDynamics),
    toDynamics: write(form.toDynamics),
    fromMarketo: read(form.fromMarketo),
    toMarketo: write(form.toMarketo),
    fromFeed: (text) => (text === null || text === "" ? null : form.fromFeed(text)),
    compareKey: (value) => (value === null ? "" : String(value)),
    fits: (side, value) => {
      if (value === null) return null;
      if (typeof value !== "string" || !form.valid(value)) return unreadable(form.expected);
      return dayProblem(side, value.slice(0, 10));
    },
  };
}

/** Dynamics keeps days of the SQL calendar only. */
function dayProblem(side: Side, day: string): FitProblem | null {
  if (side === "marketo" || (day >= "1753-01-01" && day <= "9999-12-30")) return null;
  return {
    code: "out-of-range",
    message: "Dynamics holds days from 1753-01-01 to 9999-12-30; correct the date.",
  };
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MIDNIGHT = /[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/i;

/** The day of a text, a midnight after it cut off; any other text as it is. */
function dayOf(text: string): string {
  const day = text.trim().replace(MIDNIGHT, "");
  return isDay(day) ? day : text;
}

/** The moment in UTC and whole seconds; a text without a zone is UTC; any other text as it is. */
function instantOf(text: string): string {
  const moment = readMoment(text);
  if (!moment) return text;
  const { day, clock, offset } = moment;
  if (offset === 0) return `${day}T${clock}Z`;
  const shifted = new Date(Date.parse(`${day}T${clock}Z`) - offset * 60_000);
  const iso = shifted.toISOString();
  // A zone can carry a time over the edge of the four-digit years.
  return iso.length === 24 && !iso.startsWith("0000") ? `${iso.slice(0, 19)}Z` : text;
}

/** Date and clock as they stand, zone and fractions cut off; any other text as it is. */
function wallClockOf(text: string): string {
  const moment = readMoment(text);
  return moment ? `${moment.day}T${moment.clock}` : text;
}

/** Is the text canonical (`YYYY-MM-DDThh:mm:ss`)? */
function isWallClock(text: string): boolean {
  const moment = readMoment(text);
  return moment !== null && `${moment.day}T${moment.clock}` === text;
}

function isZoneless(text: string): boolean {
  return readMoment(text)?.zoned === false;
}

/** The parts of a date and time text; the offset is in minutes east of UTC. */
function readMoment(
  text: string,
): { day: string; clock: string; offset: number; zoned: boolean } | null {
  const match = MOMENT.exec(text.trim());
  if (!match) return null;
  const [, day = "", hours = "", minutes = "", seconds = "00", utc, sign, east = "0", and = "0"] =
    match;
  const offset = (sign === "-" ? -1 : 1) * (Number(east) * 60 + Number(and));
  const onClock = Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60;
  if (!onClock || !isDay(day) || Math.abs(offset) > 18 * 60) return null;
  const zoned = utc !== undefined || sign !== undefined;
  return { day, clock: `${hours}:${minutes}:${seconds}`, offset, zoned };
}

function isDay(text: string): boolean {
  const match = DAY.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return leap ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
