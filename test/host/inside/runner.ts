import { appendFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import Mocha from "mocha";
import type { SuiteEvent, SuitePlan } from "../support/suiteEvents";

/**
 * Runs the suites inside the extension host. Every result is written down at once: a host that dies or hangs leaves
 * what it had, and the missing end is the proof that it did not finish.
 */
export async function runSuites(plan: SuitePlan): Promise<void> {
  writeFileSync(plan.results, "");
  let failures = 0;
  const report = (event: SuiteEvent) => {
    if (event.event === "test" && event.state === "failed") failures++;
    appendFileSync(plan.results, `${JSON.stringify(event)}\n`);
  };
  const mocha = new Mocha({ ui: "tdd", timeout: plan.testMs, reporter: quietReporter(report) });
  if (plan.only) mocha.fgrep(plan.only);
  for (const suite of plan.suites) load(mocha, suite, report);
  report({ event: "start" });
  await new Promise<number>((done) => void mocha.run(done));
  report({ event: "end" });
  if (failures > 0) throw new Error(`${failures} test(s) failed`);
}

/** A suite that cannot be loaded is one failed test; the others still run. */
function load(mocha: Mocha, file: string, report: (event: SuiteEvent) => void): void {
  try {
    mocha.suite.emit("pre-require", globalThis, file, mocha);
    mocha.suite.emit("require", createRequire(__filename)(file), file, mocha);
    mocha.suite.emit("post-require", globalThis, file, mocha);
  } catch (error) {
    report({ event: "test", title: `load ${file}`, state: "failed", ms: 0, error: text(error) });
  }
}

function quietReporter(report: (event: SuiteEvent) => void): Mocha.ReporterConstructor {
  return class {
    constructor(runner: Mocha.Runner) {
      const { EVENT_TEST_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } =
        Mocha.Runner.constants;
      const ended = (
        test: Mocha.Runnable,
        state: "passed" | "failed" | "skipped",
        error?: unknown,
      ) =>
        report({
          event: "test",
          title: test.fullTitle(),
          state,
          ms: test.duration ?? 0,
          ...(error === undefined ? {} : { error: text(error) }),
        });
      runner.on(EVENT_TEST_BEGIN, (test) => report({ event: "begin", title: test.fullTitle() }));
      runner.on(EVENT_TEST_PASS, (test) => ended(test, "passed"));
      runner.on(EVENT_TEST_FAIL, (test, error: unknown) => ended(test, "failed", error));
      runner.on(EVENT_TEST_PENDING, (test) => ended(test, "skipped"));
    }
  } as unknown as Mocha.ReporterConstructor;
}

function text(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
