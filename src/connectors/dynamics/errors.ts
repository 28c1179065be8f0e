import type { Failure } from "../../model/failure";
import { parseRetryAfter, type CodeRule } from "../../http/retry";
import { ERROR_TABLE, STATUS_TABLE, type ErrorRow } from "./errorTable";

/** An answer or a part of a batch answer. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** An error answer, classified. */
export interface ClassifiedError {
  row: ErrorRow;
  failure: Failure;
}

const UNKNOWN: ErrorRow = { name: "Unknown", class: "refused" };
const MAX_MESSAGE = 1_000;

/** Classifies by the code first and the status second: gateways and versions differ in the status. */
export function classify(answer: Answer, now: number): ClassifiedError {
  const { code, message } = errorOf(answer.body);
  const row =
    ERROR_TABLE[code.toLowerCase()] ??
    STATUS_TABLE[answer.status] ??
    (answer.status >= 500 ? STATUS_TABLE[500] : undefined) ??
    UNKNOWN;
  const requestId = answer.headers["x-ms-service-request-id"] ?? answer.headers["req_id"];
  const retryAfterMs = parseRetryAfter(answer.headers["retry-after"], now);
  const said = message || `The server answered with HTTP ${answer.status}.`;
  return {
    row,
    failure: {
      class: row.class,
      code: code || `HTTP ${answer.status}`,
      message: row.remedy ? `${said} ${row.remedy}` : said,
      side: "dynamics",
      ...(requestId ? { requestId } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  };
}

/** The decision table of http/retry for the codes and answers of Dataverse. */
export const RETRY_CODES: Readonly<Record<string, CodeRule>> = Object.fromEntries([
  ...Object.entries(ERROR_TABLE).map(([code, row]) => [code, ruleOf(row)]),
  ...Object.entries(STATUS_TABLE).map(([status, row]) => [`HTTP ${status}`, ruleOf(row)]),
]);

export function ruleOf(row: ErrorRow): CodeRule {
  if (row.class !== "retry") return { kind: "permanent" };
  return {
    kind: "transient",
    done: row.done ?? "no",
    attempts: row.attempts,
    afterMs: row.afterMs,
  };
}

/** `{error:{code,message}}`; anything else (HTML of a gateway, nothing) has neither. */
function errorOf(body: string): { code: string; message: string } {
  try {
    const parsed = JSON.parse(body) as { error?: { code?: unknown; message?: unknown } } | null;
    const { code, message } = parsed?.error ?? {};
    return {
      code: typeof code === "string" ? code : "",
      message: typeof message === "string" ? message.slice(0, MAX_MESSAGE).trim() : "",
    };
  } catch {
    return { code: "", message: "" };
  }
}
