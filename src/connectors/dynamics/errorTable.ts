import type { FailureClass } from "../../model/failure";
import type { Sent } from "../../http/transportError";

/** What an error code of Dataverse means. */
export interface ErrorRow {
  name: string;
  class: FailureClass;
  /** Tries of one call at most, when fewer than usual. */
  attempts?: number;
  /** Wait this long when the server names no time. */
  afterMs?: number;
  /** May the work have been done although the call failed? Dataverse rolls a failed operation back: `no`. */
  done?: Sent;
  /** What a person can do about it; added to the server's own message. */
  remedy?: string;
  /** The access token was not accepted: a fresh one may be. */
  token?: true;
}

const LONG_PAUSE_MS = 60_000;
const COLUMN_REMEDY =
  "Give the sync user this right in a column security profile, or take the column out of the field map.";
const ROLE_REMEDY = "Add the missing privilege to the security role of the sync user.";
const LOAD_REMEDY = "The sync slows down by itself.";

function retry(name: string, more: Partial<ErrorRow> = {}): ErrorRow {
  return { name, class: "retry", done: "no", ...more };
}
function configuration(name: string, remedy: string): ErrorRow {
  return { name, class: "configuration", remedy };
}
function refused(name: string, remedy?: string): ErrorRow {
  return remedy ? { name, class: "refused", remedy } : { name, class: "refused" };
}
function token(name: string): ErrorRow {
  return { name, class: "signIn", token: true, remedy: "Sign in to Dynamics again." };
}

/** By code in lower case. The status decides only for codes that are not listed here. */
export const ERROR_TABLE: Readonly<Record<string, ErrorRow>> = {
  // Too much at once, or a passing trouble of the server.
  "0x80072321": retry("ExecutionTimeLimit", { remedy: LOAD_REMEDY }),
  "0x80072322": retry("RequestLimit", { remedy: LOAD_REMEDY }),
  "0x80072326": retry("ConcurrencyLimit", { remedy: LOAD_REMEDY }),
  "0x8005f103": retry("Throttling"),
  "0x80044151": retry("SqlTimeout"),
  "0x80044150": retry("SqlError", { attempts: 3 }),
  "0x80040255": retry("TransactionAborted"),
  "0x8004a001": retry("DatabaseBusy"),
  "0x80040216": retry("UnexpectedError", { attempts: 3 }),
  "0x80081111": retry("SandboxTimeout", { attempts: 2 }),
  "0x80044171": retry("SandboxTimeout", { attempts: 2 }),
  "0x80044172": retry("SandboxTimeout", { attempts: 2 }),
  "0x80044173": retry("SandboxTimeout", { attempts: 2 }),
  "0x80081116": retry("SandboxThrottled", { attempts: 3, afterMs: LONG_PAUSE_MS }),
  "0x80040224": retry("PluginUnexpected", { attempts: 2 }),
  // The organization is away; it comes back by itself, so no call is repeated until the next cycle.
  "0x8004a104": retry("OrganizationDisabled", {
    attempts: 1,
    remedy: "The organization is disabled; the sync goes on when it is back.",
  }),
  "0x8004a113": retry("AdministrationMode", {
    attempts: 1,
    remedy: "The organization is in administration mode; the sync goes on when it is back.",
  }),
  // Who we are.
  "0x8004a100": token("AuthenticationFailed"),
  "0x8004a101": token("TicketExpired"),
  "0x80072560": configuration(
    "UserNotMember",
    "Create an application user for this client id in the environment, with a security role.",
  ),
  "0x80042f09": configuration("NoRoles", "Give the sync user a security role."),
  "0x80040225": configuration(
    "UserDisabled",
    "Enable the user in the environment; if it is the owner that a record shall get, choose another one.",
  ),
  "0x8004a112": configuration("UserDisabled", "Enable the sync user in the environment."),
  "0x8004d24b": configuration("NoLicense", "Give the user a license, or use an application user."),
  "0x8004032c": configuration(
    "BusinessUnitDisabled",
    "Enable the business unit of the sync user, or move the user to another one.",
  ),
  // What we may do.
  "0x80040220": configuration("PrivilegeDenied", ROLE_REMEDY),
  "0x80048306": configuration("AccessDenied", ROLE_REMEDY),
  "0x8004f502": configuration("ColumnCreateDenied", COLUMN_REMEDY),
  "0x8004f503": configuration("ColumnSecurity", COLUMN_REMEDY),
  "0x8004f504": configuration("ColumnFilterDenied", COLUMN_REMEDY),
  "0x8004f506": configuration("ColumnFilterDenied", COLUMN_REMEDY),
  "0x8004f507": configuration("ColumnUpdateDenied", COLUMN_REMEDY),
  // How the request was put: table, column or key are not what the field map says.
  "0x80048d19": configuration("Payload", "Check the field map: a column or its type has changed."),
  "0x80060888": configuration("ODataParse", "Check the field map: a column is missing."),
  "0x8006088a": configuration(
    "ResourceNotFound",
    "The table is not installed in this environment (leads need the Sales app).",
  ),
  "0x8006088d": configuration(
    "NoOptimisticConcurrency",
    "Switch on optimistic concurrency for the table.",
  ),
  "0x80060890": configuration("KeyNotDefined", "Define the alternate key in the environment."),
  "0x80041103": configuration("NoSuchAttribute", "Check the field map: a column is missing."),
  "0x80040203": refused("InvalidArgument"),
  "0x80072491": configuration(
    "ChangeTrackingOff",
    'Switch on "Track changes" in the properties of the table.',
  ),
  "0x80044352": {
    name: "ExpiredVersionStamp",
    class: "expired",
    remedy: "All records are compared once.",
  },
  // The record is not what we thought.
  "0x80040217": { name: "ObjectDoesNotExist", class: "gone" },
  "0x80060882": { name: "ConcurrencyVersionMismatch", class: "stale" },
  "0x80060891": { name: "RecordNotFoundByKey", class: "gone" },
  "0x80040237": { name: "DuplicateRecord", class: "exists" },
  "0x8006089d": { name: "KeyAmbiguous", class: "ambiguous" },
  // The record's data are not accepted; the others go on.
  "0x80060892": refused("DuplicateKeyValue", "Another record has the same value in a unique key."),
  "0x80040333": refused("DuplicateRecordsFound", "A duplicate detection rule refused the record."),
  "0x80040265": refused("PluginAborted"),
  "0x80044331": refused("StringTooLong"),
  "0x8004431a": refused("OptionOutOfRange"),
  "0x8004432f": refused("IntegerOutOfRange"),
  "0x80044330": refused("DecimalOutOfRange"),
  "0x80040239": refused("DateOutOfRange"),
  "0x80044192": refused("InvalidEmail"),
  "0x80040278": refused("InvalidCharacters"),
  "0x80048408": refused("StateStatusMismatch"),
  "0x80040230": refused("CannotUpdateInactive"),
  "0x80040519": refused("LeadClosed"),
  "0x80045300": refused("MergeCyclic"),
  "0x80045301": refused("MergeSecurity"),
  "0x80045303": refused("MergeRefused"),
  "0x80045304": refused("MergeInactive"),
  "0x80045305": refused("MergeIdentical"),
  "0x80044182": refused("LoopDepth", "A workflow or plug-in of the organization calls itself."),
  "0x80040227": refused("CannotDelete"),
  "0x80040200": refused("RequiredMissing"),
};

/** For codes that the table does not know, and for answers without a code. */
export const STATUS_TABLE: Readonly<Record<number, ErrorRow>> = {
  400: refused("BadRequest"),
  401: token("Unauthorized"),
  403: configuration("Forbidden", ROLE_REMEDY),
  404: configuration("NotFound", "Check the URL of the organization and the field map."),
  405: refused("NotAllowed"),
  408: retry("RequestTimeout", { done: "maybe" }),
  412: { name: "PreconditionFailed", class: "stale" },
  413: configuration("TooLarge", "Make the batches smaller."),
  429: retry("TooManyRequests", { remedy: LOAD_REMEDY }),
  500: retry("ServerError", { attempts: 3 }),
  501: configuration("NotImplemented", "This server does not know the query; report it."),
  502: retry("BadGateway", { done: "maybe" }),
  503: retry("Unavailable", { done: "maybe" }),
  504: retry("GatewayTimeout", { done: "maybe" }),
};
