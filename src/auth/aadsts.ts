import type { FailureClass } from "../model/failure";

/** One number of Entra: what it means for the user, and what to do about it. */
export interface SignInProblem {
  sentence: string;
  /** `signIn` unless given: a retry helps only where Entra itself has a passing trouble. */
  class?: FailureClass;
}

const FRESH = "Sign in again.";
const EXTRA_CHECK =
  'This account needs a further check in the browser: choose "Sign in again", or use an application user.';
const ADMIN = "Ask an administrator of the tenant.";

/** By AADSTS number. Numbers that are not here fall back to the OAuth code. */
export const AADSTS: Readonly<Record<number, SignInProblem>> = {
  16000: { sentence: `The account that is signed in belongs to no tenant that fits. ${FRESH}` },
  50011: {
    sentence:
      'The app registration does not know the address that the browser returns to. Add the platform "Mobile and desktop applications" with the redirect URI http://localhost.',
  },
  50013: { sentence: "The signed request was not accepted. Check the certificate and the clock." },
  50020: {
    sentence:
      "This account is not a member of the tenant. Sign in with an account of the tenant, or have it invited as a guest.",
  },
  50034: {
    sentence: "There is no such account in the tenant. Check the account and the tenant id.",
  },
  50053: {
    sentence: "The account is locked after too many wrong sign-ins. Wait, or ask an administrator.",
  },
  50055: { sentence: "The password has expired. Change it in the browser, then sign in again." },
  50057: { sentence: `The account is disabled. ${ADMIN}` },
  50058: { sentence: `Nobody is signed in any more. ${FRESH}` },
  50059: { sentence: "The tenant could not be told. Fill in the tenant id." },
  50076: { sentence: EXTRA_CHECK },
  50078: { sentence: EXTRA_CHECK },
  50079: { sentence: EXTRA_CHECK },
  50105: {
    sentence: "The account is not assigned to the app. Have an administrator assign it in Entra.",
  },
  50126: { sentence: "The account or its password is wrong. Check both." },
  50128: { sentence: "There is no such tenant domain. Check the tenant id." },
  50133: { sentence: `The session ended because the password was changed. ${FRESH}` },
  50140: { sentence: FRESH },
  50158: { sentence: EXTRA_CHECK },
  50173: { sentence: `The sign-in was revoked, for instance by a new password. ${FRESH}` },
  50194: { sentence: "The app is for one tenant only. Fill in the tenant id of the organization." },
  50196: {
    sentence: "The sign-in went round in circles. Wait some minutes, then sign in again.",
    class: "retry",
  },
  53000: { sentence: `A policy of the tenant asks for a compliant device. ${ADMIN}` },
  53001: { sentence: `A policy of the tenant asks for a device of the domain. ${ADMIN}` },
  53003: { sentence: `A Conditional Access policy blocks this sign-in. ${ADMIN}` },
  53004: { sentence: EXTRA_CHECK },
  54005: { sentence: `The code was already used. ${FRESH}` },
  65001: {
    sentence:
      "Nobody has consented to the app yet. Have an administrator grant consent for Dynamics CRM (user_impersonation).",
  },
  65004: { sentence: "The sign-in was declined in the browser. Sign in again and accept." },
  70000: { sentence: `The stored sign-in is not valid any more. ${FRESH}` },
  70001: { sentence: "The app is unknown to the tenant. Check the client id and the tenant id." },
  70002: {
    sentence: "The credentials of the app are wrong. Check the client secret or the certificate.",
  },
  70003: { sentence: "The app may not use this way of signing in. Choose another one." },
  70008: { sentence: `The sign-in has expired because it was not used for long. ${FRESH}` },
  70011: {
    sentence:
      "The organization does not know the permission asked for. Check the URL of the organization.",
  },
  70016: { sentence: "The code has not been confirmed in the browser yet." },
  70018: { sentence: `The device code is not valid. ${FRESH}` },
  70019: { sentence: "The device code has expired. Sign in again and enter the new code in time." },
  70020: { sentence: "The device code has expired. Sign in again and enter the new code in time." },
  70043: { sentence: `A policy of the tenant limits how long a sign-in lasts. ${FRESH}` },
  75011: { sentence: EXTRA_CHECK },
  80002: {
    sentence: "The sign-in server of the company did not answer. Try again later.",
    class: "retry",
  },
  90002: { sentence: "There is no such tenant. Check the tenant id." },
  90014: { sentence: "The sign-in request was incomplete. Check the client id and the tenant id." },
  90019: { sentence: "The tenant could not be told. Fill in the tenant id." },
  90023: { sentence: "The tenant id is not valid. Check it." },
  90033: {
    sentence: "The sign-in server has a passing trouble. It is tried again.",
    class: "retry",
  },
  90055: {
    sentence: "The tenant makes too many sign-ins. It is tried again later.",
    class: "retry",
  },
  90072: {
    sentence:
      "This account does not exist in the tenant of the organization. Sign in with an account of that tenant, or have it invited as a guest.",
  },
  90094: { sentence: "The app needs the consent of an administrator. Ask one to grant it." },
  130500: { sentence: `The app was blocked by Microsoft. ${ADMIN}` },
  135010: {
    sentence: "The key of the certificate is not accepted. Use an RSA key of 2048 bits or more.",
  },
  500011: {
    sentence:
      "The tenant does not know this organization. Check that the URL is of an organization of this tenant.",
  },
  500014: { sentence: `Dynamics is disabled in the tenant. ${ADMIN}` },
  500113: {
    sentence:
      'The app registration has no redirect address. Add the platform "Mobile and desktop applications" with http://localhost.',
  },
  500133: {
    sentence: `The proof of sign-in has expired. Check the clock of this machine. ${FRESH}`,
  },
  501481: { sentence: `The browser's answer belongs to another sign-in. ${FRESH}` },
  530003: { sentence: `A policy of the tenant asks for a managed device. ${ADMIN}` },
  530034: {
    sentence: `A policy of the tenant blocks sign-in by device code. Choose "browser" or an application user.`,
  },
  650052: { sentence: `The tenant has no subscription for Dynamics. ${ADMIN}` },
  650057: {
    sentence:
      'The app registration does not ask for Dynamics. Add the permission "Dynamics CRM: user_impersonation".',
  },
  700003: { sentence: "The device is not known to the tenant any more. Sign in again." },
  700016: {
    sentence:
      "The app is unknown to the tenant. Check the client id, and that the app is registered in this tenant.",
  },
  700021: { sentence: "The signed request names another app. Check the client id." },
  700023: {
    sentence:
      "The signed request was made for another sign-in server. Check the tenant id and the cloud.",
  },
  700024: {
    sentence: "The signed request is not within its time. Set the clock of this machine right.",
  },
  700027: {
    sentence:
      "The certificate is not one of the app registration's. Upload its public part to the app registration, or use the right one.",
  },
  700030: { sentence: "The certificate is not valid for this app. Use another certificate." },
  700051: {
    sentence:
      "The app registration does not allow this way of signing in. Allow it in its authentication settings.",
  },
  700054: {
    sentence:
      "The app registration does not allow this way of signing in. Allow it in its authentication settings.",
  },
  700056: { sentence: "The account was deleted. Sign in with another account." },
  700082: { sentence: `The sign-in has expired because it was not used for long. ${FRESH}` },
  700084: { sentence: `The sign-in has reached its longest time. ${FRESH}` },
  7000112: {
    sentence:
      "The app is disabled in the tenant. Enable it under Enterprise applications, or ask an administrator.",
  },
  7000212: {
    sentence:
      "The signed request was made for another sign-in server. Check the tenant id and the cloud.",
  },
  7000215: {
    sentence:
      "The client secret is wrong. Paste the secret's value as it was shown when it was created, or create a new one.",
  },
  7000216: { sentence: "The app needs a client secret or a certificate. Choose one of them." },
  7000218: {
    sentence:
      'The app registration is not allowed to sign in people. Set "Allow public client flows" to Yes in its authentication settings.',
  },
  7000222: {
    sentence:
      "The client secret has expired. Create a new one in the app registration and store it here.",
  },
  7000229: {
    sentence:
      "The app has no service principal in the tenant. Have an administrator add it under Enterprise applications.",
  },
  900144: {
    sentence: "The sign-in request was incomplete. Check the client id and the tenant id.",
  },
  900382: {
    sentence: "The app cannot be used in this cloud. Register it in the cloud of the organization.",
  },
  900971: {
    sentence:
      'The app registration has no redirect address. Add the platform "Mobile and desktop applications" with http://localhost.',
  },
  1002012: {
    sentence: "The permission asked for is not valid. Check the URL of the organization.",
  },
};

/** By OAuth code, for answers without a known number. */
export const OAUTH: Readonly<Record<string, SignInProblem>> = {
  access_denied: { sentence: "The sign-in was declined in the browser. Sign in again and accept." },
  authorization_declined: {
    sentence: "The sign-in was declined in the browser. Sign in again and accept.",
  },
  bad_verification_code: { sentence: `The device code is not valid. ${FRESH}` },
  code_expired: {
    sentence: "The device code has expired. Sign in again and enter the new code in time.",
  },
  expired_token: {
    sentence: "The device code has expired. Sign in again and enter the new code in time.",
  },
  interaction_required: { sentence: EXTRA_CHECK },
  login_required: { sentence: FRESH },
  consent_required: {
    sentence: "Nobody has consented to the app yet. Have an administrator grant consent.",
  },
  invalid_client: {
    sentence:
      "The credentials of the app were not accepted. Check the client secret or the certificate.",
  },
  invalid_grant: { sentence: `The stored sign-in is not valid any more. ${FRESH}` },
  invalid_request: {
    sentence: "The sign-in request was not accepted. Check the client id and the tenant id.",
  },
  invalid_resource: {
    sentence: "The tenant does not know this organization. Check the URL of the organization.",
  },
  invalid_scope: {
    sentence:
      "The organization does not know the permission asked for. Check the URL of the organization.",
  },
  unauthorized_client: {
    sentence: "The app is unknown to the tenant or may not sign in this way. Check the client id.",
  },
  unsupported_grant_type: {
    sentence: "The app registration does not allow this way of signing in. Choose another one.",
  },
  server_error: {
    sentence: "The sign-in server has a passing trouble. It is tried again.",
    class: "retry",
  },
  temporarily_unavailable: {
    sentence: "The sign-in server is too busy. It is tried again.",
    class: "retry",
  },
};

/** By the error codes of the sign-in library, for what never reached the server. */
export const LIBRARY: Readonly<Record<string, SignInProblem>> = {
  device_code_expired: {
    sentence: "The device code has expired. Sign in again and enter the new code in time.",
  },
  device_code_polling_cancelled: { sentence: "The sign-in was stopped.", class: "canceled" },
  user_timeout_reached: { sentence: "Nobody confirmed the sign-in in time. Sign in again." },
  device_code_unknown_error: { sentence: FRESH },
  no_account_found: { sentence: `Nobody is signed in. ${FRESH}` },
  no_account_in_silent_request: { sentence: `Nobody is signed in. ${FRESH}` },
  no_tokens_found: { sentence: `Nobody is signed in any more. ${FRESH}` },
  refresh_token_expired: { sentence: `The sign-in has expired. ${FRESH}` },
  bad_token: { sentence: `The stored sign-in is not valid any more. ${FRESH}` },
  missing_tenant_id_error: {
    sentence:
      "An application user needs the tenant id itself. Fill in the tenant id of the organization.",
  },
  invalid_client_credential: {
    sentence: "The app needs a client secret or a certificate. Store one of them.",
  },
  invalid_client_secret: { sentence: "The client secret is empty. Store the secret's value." },
  authority_uri_insecure: { sentence: "The address of the sign-in server must begin with https." },
  url_parse_error: {
    sentence: "The address of the sign-in server is not valid. Check the tenant id.",
  },
  url_empty_error: { sentence: "The address of the sign-in server is empty. Check the tenant id." },
  endpoints_resolution_error: {
    sentence: "The sign-in server could not be found. Check the tenant id and the network.",
    class: "retry",
  },
  openid_config_error: {
    sentence: "The sign-in server could not be found. Check the tenant id and the network.",
    class: "retry",
  },
  untrusted_authority: {
    sentence: "The address is not of a known sign-in server. Check the cloud and the tenant id.",
  },
  state_not_found: {
    sentence:
      "The certificate's thumbprint is missing. Store the certificate together with its key.",
  },
  loopback_server_timeout: {
    sentence: "The browser did not return. Sign in again, or use a device code.",
  },
  no_loopback_server_exists: {
    sentence: "The browser could not return to this machine. Use a device code.",
  },
  unable_to_load_redirectUrl: {
    sentence: "The browser could not return to this machine. Use a device code.",
  },
};
