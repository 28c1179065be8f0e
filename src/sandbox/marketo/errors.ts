/** Every error that the server gives, with its text: the one place where code and wording meet. */
const texts = {
  "601": () => "Access token invalid",
  "602": () => "Access token expired",
  "603": () => "Access denied",
  "605": (method: string) => `HTTP method '${method}' not supported`,
  "606": (rate: string, seconds: string) =>
    `Max rate limit '${rate}' exceeded with in '${seconds}' secs`,
  "607": (quota: string) => `Daily quota '${quota}' reached`,
  "609": () => "Invalid JSON",
  "610": () => "Requested resource not found",
  "611": () => "System error",
  "612": () => "Invalid Content Type",
  "613": () => "Invalid Multipart Request",
  "615": (limit: string) => `Concurrent access limit '${limit}' reached`,
  "704": (value: string) => `Invalid date value '${value}'`,
  "709": (rule: string) => rule,
  "718": (id: string) => `Sales person with external id '${id}' not found`,
  "1001": (value: string, type: string) => `Invalid value '${value}'. Required of type '${type}'`,
  "1002": (name: string) => `Missing value for the required parameter '${name}'`,
  "1003": (what: string) => what,
  "1004": () => "Lead not found",
  "1005": () => "Lead already exists",
  "1006": (field: string) => `Field '${field}' not found`,
  "1007": () => "Multiple lead match lookup criteria",
  "1008": (name: string) => `Partition '${name}' not found or no permission to access it`,
  "1009": () => "Partition name must be specified",
  "1010": () => "Lead already exists in another partition",
  "1011": (field: string) => `Lookup field '${field}' not supported`,
  "1012": (cookie: string) => `Invalid cookie value '${cookie}'`,
  "1013": (what: string) => `${what} not found`,
  "1015": () => "Lead not in list",
  "1016": (count: string) =>
    `There are ${count} imports currently being processed. Please try again later`,
  "1017": (what: string) => `${what} already exists`,
  "1018": () => "CRM Enabled: this call is not allowed while a native CRM sync is on",
  "1021": (field: string) => `Company field '${field}' cannot be updated in Sync Lead`,
  "1022": (what: string) => `${what} is in use`,
  "1027": (what: string) => what,
  "1028": (what: string) => what,
  "1029": (what: string) => what,
  "1035": (kind: string) => `Unsupported filter type '${kind}' for target subscription`,
  "1036": (key: string) => `Duplicate object with key '${key}' found in input`,
  "1049": () => "Activity attributes exceed 65536 bytes",
  "1080": (limit: string) => `Cannot merge more than ${limit} leads`,
} satisfies Record<string, (...values: string[]) => string>;

type Texts = typeof texts;
export type ErrorCode = keyof Texts;

export interface Reason {
  code: ErrorCode;
  message: string;
}

export function reason<C extends ErrorCode>(code: C, ...values: Parameters<Texts[C]>): Reason {
  const write = texts[code] as (...values: string[]) => string;
  return { code, message: write(...values) };
}

/** Ends a call with a request-level error (HTTP 200, `success: false`). */
export class ApiError extends Error {
  constructor(readonly reason: Reason) {
    super(reason.message);
  }
}

export function fail<C extends ErrorCode>(code: C, ...values: Parameters<Texts[C]>): never {
  throw new ApiError(reason(code, ...values));
}

/** A look-up by a field that does not exist has a text of its own. */
export function failLookup(field: string): never {
  throw new ApiError({ code: "1006", message: `Lookup field '${field}' not found` });
}

/** Codes that do not count against the daily quota. */
export const uncounted: ReadonlySet<string> = new Set(["601", "602", "604", "605", "608", "611"]);
