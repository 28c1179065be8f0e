import type { CodeRule } from "../../http/retry";
import type { Failure, FailureClass } from "../../model/failure";

/** One error or reason as the API sends it; an HTTP status without a body of the API's stands as its number. */
export interface ApiError {
  code: string;
  message: string;
}

/** What one code means, for a whole call and for one record of it alike. */
export interface ErrorRule {
  class: FailureClass;
  /**
   * - `repeat`: a passing cause; again with a growing, spread delay.
   * - `waitWindow`: the 20-second window is full; every call waits until it has moved on.
   * - `renewToken`: sign in again, then repeat once.
   * - `giveUp`: a repetition cannot help.
   */
  action: "repeat" | "waitWindow" | "renewToken" | "giveUp";
  /** Tries at most, where a passing cause often turns out to be a lasting one. */
  attempts?: number;
  /** A write that was answered like this may have been applied all the same. */
  mayHaveApplied?: true;
  /** One record can be the cause: the call is split in halves until that record stands alone. */
  split?: true;
}

const again = (more: Partial<ErrorRule> = {}): ErrorRule => ({
  class: "retry",
  action: "repeat",
  ...more,
});
const never = (failureClass: FailureClass): ErrorRule => ({
  class: failureClass,
  action: "giveUp",
});
/** Refusals that are normally told per record, but sometimes for the whole call. */
const record = (failureClass: FailureClass): ErrorRule => ({
  ...never(failureClass),
  split: true,
});

const FEW = 3;
const renewToken: ErrorRule = { class: "signIn", action: "renewToken" };
const lostAnswer = again({ mayHaveApplied: true });

/** An answer that is no envelope: empty, HTML, cut off (Q16). */
export const UNREADABLE = "unreadable";

/** Every documented code, and the HTTP statuses that occur. */
export const ERROR_RULES: Readonly<Record<string, ErrorRule>> = {
  // HTTP and the call as a whole.
  [UNREADABLE]: lostAnswer,
  "401": renewToken,
  "403": never("configuration"),
  "404": never("configuration"),
  "408": lostAnswer,
  "413": record("refused"),
  "414": never("configuration"),
  "500": again({ mayHaveApplied: true, attempts: FEW }),
  "502": lostAnswer,
  "503": lostAnswer,
  "504": lostAnswer,
  "600": never("configuration"),
  "601": renewToken,
  "602": renewToken,
  "603": never("configuration"),
  "604": lostAnswer,
  "605": never("configuration"),
  "606": { class: "retry", action: "waitWindow" },
  "607": never("quota"),
  "608": again(),
  "609": never("configuration"),
  "610": never("configuration"),
  "611": again({ mayHaveApplied: true, attempts: FEW }),
  "612": never("configuration"),
  "613": never("configuration"),
  "614": again({ attempts: FEW }),
  "615": again(),
  "616": never("configuration"),
  "701": record("refused"),
  "702": record("refused"),
  "703": never("configuration"),
  "704": record("refused"),
  "709": record("refused"),
  "710": record("refused"),
  "711": record("refused"),
  "712": record("refused"),
  "713": again(),
  "714": record("refused"),
  "718": record("refused"),
  "719": lostAnswer,
  // One record, sometimes told for the whole call.
  "1001": record("refused"),
  "1002": record("configuration"),
  "1003": record("refused"),
  "1004": record("gone"),
  "1005": record("exists"),
  "1006": record("configuration"),
  "1007": record("ambiguous"),
  "1008": record("configuration"),
  "1009": never("configuration"),
  "1010": record("refused"),
  "1011": never("configuration"),
  "1012": record("refused"),
  "1013": record("gone"),
  "1014": record("refused"),
  "1015": record("gone"),
  "1016": again(),
  "1017": record("exists"),
  "1018": never("configuration"),
  "1019": again(),
  "1021": record("refused"),
  "1022": again(),
  "1027": never("configuration"),
  "1028": never("configuration"),
  "1029 queue": again(),
  "1029 quota": never("quota"),
  "1029 queued": never("exists"),
  "1035": never("configuration"),
  "1036": record("refused"),
  "1037": record("refused"),
  "1042": record("refused"),
  "1048": record("refused"),
  "1049": record("refused"),
  "1076": record("refused"),
  "1077": record("refused"),
  "1078": record("refused"),
  "1079": record("refused"),
  "1080": record("refused"),
};

/** A code that is not in the table: it is shown and not repeated, and holds up no other record. */
const UNKNOWN_CODE = record("refused");

/** The row of the table that an error stands in; 1029 has three meanings that only its text tells apart (Q15). */
export function ruleKey(error: ApiError): string {
  if (error.code !== "1029") return error.code;
  if (/already queued/i.test(error.message)) return "1029 queued";
  return /daily quota/i.test(error.message) ? "1029 quota" : "1029 queue";
}

export function ruleOf(error: ApiError): ErrorRule {
  return ERROR_RULES[ruleKey(error)] ?? UNKNOWN_CODE;
}

/** The table as the retry decision reads it. `windowMs` is how long a full window is waited out. */
export function retryCodes(windowMs: number): Record<string, CodeRule> {
  const codes: Record<string, CodeRule> = {};
  for (const [code, rule] of Object.entries(ERROR_RULES)) codes[code] = codeRule(rule, windowMs);
  return codes;
}

function codeRule(rule: ErrorRule, windowMs: number): CodeRule {
  if (rule.action === "giveUp" || rule.action === "renewToken") return { kind: "permanent" };
  const transient: CodeRule = { kind: "transient", done: rule.mayHaveApplied ? "maybe" : "no" };
  if (rule.attempts !== undefined) transient.attempts = rule.attempts;
  if (rule.action === "waitWindow") transient.afterMs = windowMs;
  return transient;
}

const TEXTS: Readonly<Record<string, string>> = {
  [UNREADABLE]: "Marketo answered with a body that is not JSON, or with none.",
  "603":
    "Access denied: give the API user's role the missing permission, or put this computer's address on Marketo's list of allowed IP addresses.",
  "607":
    "Marketo's daily quota of API calls is used up; calls are possible again after midnight US Central time.",
};

/** HTTP statuses are told apart from the API's own codes in what people see. */
function shownCode(code: string): string {
  if (code === UNREADABLE) return "HTTP 200";
  return /^[45]\d\d$/.test(code) ? `HTTP ${code}` : code;
}

export function toFailure(error: ApiError, requestId: string | null = null): Failure {
  const failure: Failure = {
    class: ruleOf(error).class,
    code: shownCode(error.code),
    message: TEXTS[error.code] ?? error.message,
    side: "marketo",
  };
  return requestId === null ? failure : { ...failure, requestId };
}
