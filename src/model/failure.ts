import type { Side } from "./record";

/**
 * What a refused or failed call means for the cycle.
 * - `retry`: a passing cause (throttling, gateway, deadlock); the same call may work later.
 * - `stale`: the record moved on since it was read (412); read again and decide again.
 * - `gone`: the record does not exist any more.
 * - `exists`: a create met a record with the same id or key; after a lost answer that is success.
 * - `ambiguous`: several records answer to the key (Marketo error 1007).
 * - `refused`: this record's data is not accepted (length, option range, plug-in, duplicate rule).
 * - `configuration`: the set-up must change first (privilege, unknown column or field, table missing).
 * - `signIn`: nobody is signed in, or the credentials were refused.
 * - `quota`: the day's calls are used up (Marketo error 607, or our own daily cap).
 * - `expired`: the checkpoint is too old (Dataverse 0x80044352); only a full compare helps.
 * - `canceled`: the user or the host stopped the call.
 */
export type FailureClass =
  | "retry"
  | "stale"
  | "gone"
  | "exists"
  | "ambiguous"
  | "refused"
  | "configuration"
  | "signIn"
  | "quota"
  | "expired"
  | "canceled";

/** Why one call or one record of a call did not succeed. Carries no field values of its own making. */
export interface Failure {
  class: FailureClass;
  /** The vendor's code (`0x80044331`, `1007`, `AADSTS7000215`), an HTTP status (`HTTP 502`) or one of ours (`CS-…`). */
  code: string;
  /** The vendor's own message, or one clear sentence with the remedy. */
  message: string;
  side?: Side;
  /** `x-ms-service-request-id` or Marketo's `requestId`, for the vendor's support. */
  requestId?: string;
  /** Milliseconds to wait at least, when the server said so. */
  retryAfterMs?: number;
}

/** A call that could not be carried out as a whole. A record that fails alone is a result, not this. */
export class CallError extends Error {
  constructor(readonly failure: Failure) {
    super(`${failure.code}: ${failure.message}`);
    this.name = "CallError";
  }
}

/** A search for this one value would find more records than the vendor gives (Marketo error 1003). */
export class TooManyMatches extends CallError {
  constructor(
    failure: Failure,
    readonly value: string,
  ) {
    super(failure);
    this.name = "TooManyMatches";
  }
}

/** Our own error codes: stable, documented in the README, never reused. */
export type OwnCode =
  | "CS-ARGUMENT"
  | "CS-CONFIG"
  | "CS-SECRET-IN-FILE"
  | "CS-SECRET-MISSING"
  | "CS-STATE-NEWER"
  | "CS-STATE-DAMAGED"
  | "CS-STATE-IN-USE"
  | "CS-STATE-FENCED"
  | "CS-STATE-FAILED"
  | "CS-ORG-CHANGED"
  | "CS-SHARED-ORG"
  | "CS-HALTED"
  | "CS-DAILY-CAP"
  | "CS-TIMEOUT"
  | "CS-NETWORK"
  | "CS-TOO-LARGE"
  | "CS-DOES-NOT-FIT"
  | "CS-UNMAPPED-VALUE"
  | "CS-BLOCKED-FIELD"
  | "CS-NO-PERSON"
  | "CS-NO-RECORD"
  | "CS-VERSION-UNKNOWN"
  | "CS-AMBIGUOUS"
  | "CS-MERGED"
  | "CS-ANSWERED"
  | "CS-LOOP"
  | "CS-CANCELED";

/** An error of our own with a code for programs and one sentence with the remedy for people. */
export class ContactSyncError extends Error {
  constructor(
    readonly code: OwnCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "ContactSyncError";
  }
}
