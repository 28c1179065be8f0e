import { say } from "./text";

/** An error as the user sees it: a code for the search, one sentence for the human. */
export interface Problem {
  code: string;
  message: string;
}

/** Reads code and sentence from whatever was thrown; the engine's errors carry both. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { code: "CS-UNEXPECTED", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "CS-UNEXPECTED";
  const plain = code.replace(/^SIGN-IN /, "");
  const prefix = `${plain}: `;
  const { message } = error;
  return {
    code: plain,
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
  };
}

/** One line: the sentence with its code in brackets. */
export function problemText({ code, message }: Problem): string {
  return say("{0} ({1})", message, code);
}

/** Does this error mean that nobody is signed in? */
export function isSignInProblem(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("SIGN-IN ") || code === "CS-SECRET-MISSING";
}
