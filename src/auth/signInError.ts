import { CallError, type Failure } from "../model/failure";
import { AADSTS, LIBRARY, OAUTH, type SignInProblem } from "./aadsts";

/** What the sign-in server's last error said, as codes. */
export interface ServerRefusal {
  error: string;
  numbers: readonly number[];
  correlationId: string | null;
  retryAfterMs?: number;
}

export interface SignInContext {
  /** The last error answer of the server, if there was one. */
  refusal: ServerRefusal | undefined;
  /** The last call without a usable answer, if there was one. */
  networkFailure: Failure | undefined;
  /** The client secret has the form of a GUID: very likely the secret's id. */
  secretLooksLikeId: boolean;
}

const WRONG_SECRET = 7000215;
const SECRET_ID =
  "The client secret has the form of a secret's id. Paste the secret's value; Entra shows it only once, so create a new secret if it is gone.";

/** Turns what the sign-in library threw into one failure; branches on codes, never on texts. */
export function signInError(thrown: unknown, context: SignInContext): CallError {
  if (thrown instanceof CallError) return thrown;
  const libraryCode = (thrown as { errorCode?: unknown } | null)?.errorCode;
  const code = typeof libraryCode === "string" ? libraryCode : "unknown";
  const { refusal, networkFailure } = context;
  if (networkFailure) return new CallError({ ...networkFailure, side: "dynamics" });
  if (code === "device_code_polling_cancelled" || !refusal) return libraryError(thrown, code);
  const number = refusal.numbers.find((n) => AADSTS[n]) ?? refusal.numbers[0];
  const problem = (number !== undefined && AADSTS[number]) || OAUTH[refusal.error];
  const failure = failureOf(
    number === undefined ? refusal.error : `AADSTS${number}`,
    problem || unknownProblem(refusal.error),
  );
  return new CallError({
    ...failure,
    ...(number === WRONG_SECRET && context.secretLooksLikeId ? { message: SECRET_ID } : {}),
    ...(refusal.correlationId ? { requestId: refusal.correlationId } : {}),
    ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
  });
}

function libraryError(thrown: unknown, code: string): CallError {
  const problem = LIBRARY[code] ?? OAUTH[code];
  // An error that has no code is a fault of this program, not of the sign-in.
  if (!problem && code === "unknown" && thrown instanceof Error) throw thrown;
  return new CallError(failureOf(code, problem ?? unknownProblem(code)));
}

function failureOf(code: string, problem: SignInProblem): Failure {
  return {
    class: problem.class ?? "signIn",
    code,
    message: problem.sentence,
    side: "dynamics",
  };
}

function unknownProblem(code: string): SignInProblem {
  return {
    sentence: `The sign-in to Dynamics failed (${code}). Check the tenant id, the client id and the credentials, then sign in again.`,
  };
}

export function notSignedIn(): CallError {
  return new CallError(
    failureOf("no_account_found", { sentence: "Nobody is signed in to Dynamics. Sign in." }),
  );
}
