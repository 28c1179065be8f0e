import { fail } from "./errors";
import type { Job } from "./jobs";
import { isObject, type Call } from "./routing";
import { DAY, parseDateTime, toSeconds } from "./time";

const MAX_DAYS = 31;

/** Checks the request and gives the work that fills the job's file. */
export type ExportWork = (call: Call) => (job: Job) => void;

/** A checked time span in seconds, both ends included. */
export interface Span {
  from: number;
  to: number;
}

/** `{startAt, endAt}` of at most 31 days, without milliseconds. */
export function readSpan(name: string, value: unknown): Span {
  if (!isObject(value)) return fail("1003", `Filter '${name}' must be an object`);
  const from = stamp(name, value["startAt"]);
  const to = stamp(name, value["endAt"]);
  if (to < from) fail("1003", `Filter '${name}' ends before it starts`);
  if (to - from > MAX_DAYS * DAY) fail("1003", `Filter '${name}' spans more than ${MAX_DAYS} days`);
  return { from: toSeconds(from), to: toSeconds(to) };
}

function stamp(name: string, value: unknown): number {
  if (typeof value !== "string") return fail("1002", `${name}.startAt and ${name}.endAt`);
  const ms = /\.\d/.test(value) ? undefined : parseDateTime(value);
  return ms ?? fail("704", value);
}

export const within = (span: Span, seconds: number): boolean =>
  seconds >= span.from && seconds <= span.to;

/** The header of a column, which `columnHeaderNames` can override. */
export function headers(names: string[], overrides: unknown): string[] {
  const given = isObject(overrides) ? overrides : {};
  return names.map((name) => (typeof given[name] === "string" ? given[name] : name));
}
