import type { SandboxClock } from "../kernel/clock";
import type { SandboxResponse } from "../kernel/http";

/** What Entra says for one AADSTS number: HTTP status, OAuth code and text. */
interface Refusal {
  status: number;
  error: string;
  suberror?: string;
  text: string;
}

/** The refusals of the sandbox's sign-in server. Texts keep Entra's wording without naming anything real. */
const REFUSALS = {
  50076: {
    status: 400,
    error: "invalid_grant",
    suberror: "basic_action",
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
  },
  50173: {
    status: 400,
    error: "invalid_grant",
    suberror: "bad_token",
    text: "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
  },
  53003: {
    status: 400,
    error: "invalid_grant",
    suberror: "message_only",
    text: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
  },
  54005: {
    status: 400,
    error: "invalid_grant",
    text: "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
  },
  65001: {
    status: 400,
    error: "invalid_grant",
    suberror: "consent_required",
    text: "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.",
  },
  65004: {
    status: 400,
    error: "authorization_declined",
    text: "User declined to consent to access the app.",
  },
  70000: {
    status: 400,
    error: "invalid_grant",
    suberror: "bad_token",
    text: "The provided value for the input parameter is not valid.",
  },
  70003: {
    status: 400,
    error: "unsupported_grant_type",
    text: "The app requested an unsupported grant type.",
  },
  70008: {
    status: 400,
    error: "invalid_grant",
    text: "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
  },
  70011: {
    status: 400,
    error: "invalid_scope",
    text: "The provided value for the input parameter 'scope' is not valid.",
  },
  70016: {
    status: 400,
    error: "authorization_pending",
    text: "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
  },
  70018: {
    status: 400,
    error: "bad_verification_code",
    text: "Invalid verification code due to user typing in wrong user code for device code flow.",
  },
  70020: {
    status: 400,
    error: "expired_token",
    text: "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  },
  90002: {
    status: 400,
    error: "invalid_request",
    text: "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
  },
  500011: {
    status: 400,
    error: "invalid_resource",
    text: "The resource principal was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant.",
  },
  501481: {
    status: 400,
    error: "invalid_grant",
    text: "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
  },
  700016: {
    status: 400,
    error: "unauthorized_client",
    text: "Application was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant.",
  },
  700027: {
    status: 401,
    error: "invalid_client",
    text: "The certificate with identifier used to sign the client assertion is not registered on application, or the signature is not valid.",
  },
  700024: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion is not within its valid time range.",
  },
  700021: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion application identifier doesn't match 'client_id' parameter.",
  },
  7000212: {
    status: 401,
    error: "invalid_client",
    text: "The audience of the client assertion is not the token endpoint.",
  },
  7000215: {
    status: 401,
    error: "invalid_client",
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
  },
  7000218: {
    status: 401,
    error: "invalid_client",
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  7000222: {
    status: 401,
    error: "invalid_client",
    text: "The provided client secret keys are expired.",
  },
  900144: {
    status: 400,
    error: "invalid_request",
    text: "The request body must contain all required parameters.",
  },
  1002012: {
    status: 400,
    error: "invalid_scope",
    text: "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.",
  },
} as const satisfies Record<number, Refusal>;

/** A number of Entra's error catalog that the sandbox can answer. */
export type AadstsCode = keyof typeof REFUSALS;

export const AADSTS_CODES = Object.keys(REFUSALS).map(Number) as AadstsCode[];

export function isAadstsCode(code: unknown): code is AadstsCode {
  return typeof code === "number" && code in REFUSALS;
}

export function describeRefusal(code: AadstsCode): Refusal {
  return REFUSALS[code];
}

/** Entra's JSON error body for one refusal; `detail` follows the catalog text. */
export function refusalResponse(
  clock: SandboxClock,
  code: AadstsCode,
  correlationId: string,
  detail?: string,
): SandboxResponse {
  const refusal: Refusal = REFUSALS[code];
  const at = new Date(clock.now()).toISOString();
  const timestamp = `${at.slice(0, 10)} ${at.slice(11, 19)}Z`;
  const text = detail ? `${refusal.text} ${detail}` : refusal.text;
  const body = {
    error: refusal.error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${correlationId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: correlationId,
    correlation_id: correlationId,
    suberror: refusal.suberror ?? "",
    error_uri: `https://login.emu.test/error?code=${code}`,
  };
  return {
    status: refusal.status,
    headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" },
    body: JSON.stringify(body),
  };
}

/** Thrown inside the sign-in server; the router turns it into the JSON body. */
export class SignInRefused extends Error {
  constructor(
    readonly code: AadstsCode,
    readonly detail?: string,
  ) {
    super(`AADSTS${code}`);
  }
}
