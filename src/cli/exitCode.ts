import type { CycleSummary } from "../model/activity";
import { CallError, ContactSyncError, type FailureClass, type OwnCode } from "../model/failure";

export const EXIT = {
  done: 0,
  failed: 1,
  arguments: 2,
  signIn: 3,
  halted: 4,
  someFailed: 5,
  state: 6,
} as const;

const OWN: Partial<Record<OwnCode, number>> = {
  "CS-ARGUMENT": EXIT.arguments,
  "CS-CONFIG": EXIT.arguments,
  "CS-SECRET-IN-FILE": EXIT.arguments,
  "CS-NO-PERSON": EXIT.arguments,
  "CS-AMBIGUOUS": EXIT.arguments,
  "CS-SECRET-MISSING": EXIT.signIn,
  "CS-STATE-NEWER": EXIT.state,
  "CS-STATE-DAMAGED": EXIT.state,
  "CS-STATE-IN-USE": EXIT.state,
  "CS-STATE-FENCED": EXIT.state,
  "CS-STATE-FAILED": EXIT.state,
  "CS-ORG-CHANGED": EXIT.halted,
  "CS-HALTED": EXIT.halted,
};

const CODES: Partial<Record<FailureClass, number>> = {
  signIn: EXIT.signIn,
  configuration: EXIT.arguments,
};

/** The exit code for an error that ended the command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ContactSyncError) return OWN[error.code] ?? EXIT.failed;
  return error instanceof CallError ? (CODES[error.failure.class] ?? EXIT.failed) : EXIT.failed;
}

/** The exit code after a cycle: the halt first, then what could not be written. */
export function exitCodeAfter(summary: CycleSummary): number {
  const { halted, error, counts } = summary;
  if (halted) return EXIT.halted;
  if (error) return OWN[error.code as OwnCode] ?? CODES[error.class] ?? EXIT.failed;
  return counts.failed + counts.refused > 0 ? EXIT.someFailed : EXIT.done;
}
