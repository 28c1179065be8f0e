import { existsSync, readFileSync } from "node:fs";

/** What the extension host is told to run. */
export interface SuitePlan {
  /** Bundled suites, absolute paths. */
  suites: readonly string[];
  /** The file that the results are appended to, one JSON line each. */
  results: string;
  /** Time limit of one test. */
  testMs: number;
  /** Only tests whose title contains this text. */
  only?: string;
}

export type SuiteEvent =
  | { event: "start" }
  | { event: "begin"; title: string }
  | {
      event: "test";
      title: string;
      state: "passed" | "failed" | "skipped";
      ms: number;
      error?: string;
    }
  | { event: "end" };

export type TestResult = Extract<SuiteEvent, { event: "test" }>;

/** How the process that ran the suites ended. */
export type Ending = { kind: "exited"; code: number } | { kind: "hung"; afterMs: number };

export interface Verdict {
  tests: TestResult[];
  /** Why the run as a whole is not to be believed; null when it came to its end. */
  broken: string | null;
}

/**
 * The verdict over one run. VS Code reports a killed or exited extension host as success, so only the end line counts
 * as proof that all suites ran.
 */
export function judge(events: readonly SuiteEvent[], ending: Ending): Verdict {
  const tests = events.filter((event) => event.event === "test");
  const finished = events.some((event) => event.event === "end");
  const failed = tests.some((test) => test.state === "failed");
  if (!finished) {
    const last = events.findLast((event) => event.event === "begin");
    const during = last ? ` during "${last.title}"` : " before the first test";
    const how =
      ending.kind === "hung" ? `hung for ${ending.afterMs} ms` : `ended (code ${ending.code})`;
    return { tests, broken: `The extension host ${how}${during}.` };
  }
  if (ending.kind === "exited" && ending.code !== 0 && !failed) {
    return { tests, broken: `VS Code ended with code ${ending.code} although no test failed.` };
  }
  return { tests, broken: null };
}

export function readEvents(file: string): SuiteEvent[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  // The text after the last line break is empty, or a line that a dying host did not finish.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as SuiteEvent);
}
