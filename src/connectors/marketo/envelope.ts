import type { HttpResponse } from "../../http/transport";
import { UNREADABLE, type ApiError } from "./errors";

/** A JSON object of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** A successful answer. `result` may have been absent: an empty page and a call without a payload look alike. */
export interface Envelope {
  requestId: string | null;
  result: readonly Json[];
  nextPageToken: string | null;
  moreResult: boolean;
}

export type Answer =
  | { kind: "success"; envelope: Envelope }
  | { kind: "error"; error: ApiError; requestId: string | null };

/** Reads what came back: Marketo tells most failures in the body of an HTTP 200. */
export function interpret({ status, body }: Pick<HttpResponse, "status" | "body">): Answer {
  const json = parse(body);
  const requestId = json ? text(json["requestId"]) : null;
  const error = json ? firstError(json["errors"]) : undefined;
  if (error && json?.["success"] !== true) return { kind: "error", error, requestId };
  if (status < 200 || status > 299) {
    const message = `Marketo answered with HTTP status ${status}.`;
    return { kind: "error", error: { code: String(status), message }, requestId };
  }
  if (json?.["success"] !== true) {
    const message = "Marketo answered without a result and without an error.";
    return { kind: "error", error: { code: UNREADABLE, message }, requestId };
  }
  return { kind: "success", envelope: toEnvelope(json, requestId) };
}

function toEnvelope(json: Json, requestId: string | null): Envelope {
  return {
    requestId,
    result: objects(json["result"]),
    nextPageToken: text(json["nextPageToken"]),
    moreResult: json["moreResult"] === true,
  };
}

function parse(body: string): Json | undefined {
  try {
    return asObject(JSON.parse(body));
  } catch {
    // HTML, an empty body or a cut answer: the caller reports it as unreadable.
    return undefined;
  }
}

export function asObject(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

/** The objects of a list, whatever else it holds; no list is an empty one. */
export function objects(value: unknown): Json[] {
  if (!Array.isArray(value)) return [];
  const entries: readonly unknown[] = value;
  return entries.map(asObject).filter((entry) => entry !== undefined);
}

/** A text, also of a number; null for everything else and for the empty text. */
export function text(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/** A whole number, also from its text; undefined for everything else. */
export function integer(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

/** The first of `errors` or `reasons`; codes are texts, but numbers are understood too. */
export function firstError(value: unknown): ApiError | undefined {
  const first = objects(value)[0];
  const code = first && text(first["code"]);
  if (!first || code === null || code === undefined) return undefined;
  return { code, message: text(first["message"]) ?? "Marketo gave no reason." };
}
