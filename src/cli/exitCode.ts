import type { CycleSummary } from "../model/activity";
import { CallError, ContactSyncError, type OwnCode } from "../model/failure";

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
  "CS-SECRET-MISSING": EXIT.signIn,
  "CS-STATE-NEWER": EXIT.state,
  "CS-STATE-DAMAGED": EXIT.state,
  "CS-STATE-IN-USE": EXIT.state,
  "CS-STATE-FENCED": EXIT.state,
  "CS-STATE-FAILED": EXIT.state,
  "CS-ORG-CHANGED": EXIT.halted,
  "CS-HALTED": EXIT.halted,
};

/** The exit code for an error that ended the command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ContactSyncError) return OWN[error.code] ?? EXIT.failed;
  if (error instanceof CallError) {
    if (error.failure.class === "signIn") return EXIT.signIn;
    if (error.failure.class === "configuration") return EXIT.arguments;
  }
  return EXIT.failed;
}

/** The exit code after a cycle: the halt first, then what could not be written. */
export function exitCodeAfter(summary: CycleSummary): number {
  if (summary.halted) return EXIT.halted;
  if (summary.error) return summary.error.code.startsWith("CS-STATE") ? EXIT.state : EXIT.failed;
  return summary.counts.failed + summary.counts.refused > 0 ? EXIT.someFailed : EXIT.done;
}
