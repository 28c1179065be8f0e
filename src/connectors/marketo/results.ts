import type { Failure } from "../../model/failure";
import type { WriteResult } from "../../sync/ports";
import { firstError, text, type Json } from "./envelope";
import { toFailure } from "./errors";

/** Statuses by which the API says that it did what was asked. */
const DONE = new Set(["created", "updated", "added", "removed", "deleted"]);

/** What the answer says about one record; `fallbackId` stands in where the answer names none. */
export function toWriteResult(
  row: Json | undefined,
  requestId: string | null,
  fallbackId?: number,
): WriteResult {
  if (row === undefined) return { kind: "unknown", failure: noResult(requestId) };
  const status = text(row["status"]) ?? "";
  if (DONE.has(status)) {
    const id = text(row["id"]) ?? text(row["marketoGUID"]) ?? text(fallbackId);
    if (id === null) return { kind: "unknown", failure: noResult(requestId) };
    return { kind: "written", id, version: null, created: status === "created", requestId };
  }
  // Sync leads gives `reasons`, custom activities give `errors` (Q20).
  const reason = firstError(row["reasons"]) ??
    firstError(row["errors"]) ?? { code: "skipped", message: "Marketo skipped the record." };
  return { kind: "failed", failure: toFailure(reason, requestId) };
}

function noResult(requestId: string | null): Failure {
  const message = "Marketo's answer does not say what became of the record.";
  const failure: Failure = { class: "retry", code: "CS-NO-RESULT", message, side: "marketo" };
  return requestId === null ? failure : { ...failure, requestId };
}
