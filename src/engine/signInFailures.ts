import { CallError, type Failure } from "../model/failure";

/** An error of a sign-in as the other end of the engine's protocol may see it. */
export function signInFailure(error: unknown): { code: string; message: string } {
  if (error instanceof CallError) {
    const { code, message, class: kind } = error.failure;
    return { code: kind === "signIn" ? `${SIGN_IN}${code}` : code, message };
  }
  // By its code, not by its class: the host is another bundle with classes of its own.
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof Error && typeof code === "string" && code.startsWith("CS-")) {
    const isMissing = code === "CS-SECRET-MISSING";
    return { code: isMissing ? `${SIGN_IN}${code}` : code, message: error.message };
  }
  return { code: "CS-UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
}

/** The same failure again on the engine's side. */
export function failureOfSignIn(
  { code, message }: { code: string; message: string },
  side: Failure["side"],
): CallError {
  const isSignIn = code.startsWith(SIGN_IN);
  const isSetUp = code.startsWith("CS-CONFIG");
  return new CallError({
    class: isSignIn ? "signIn" : isSetUp ? "configuration" : "retry",
    code: isSignIn ? code.slice(SIGN_IN.length) : code,
    message,
    ...(side ? { side } : {}),
  });
}

const SIGN_IN = "SIGN-IN ";
