import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { runInsideHost } from "./insideHost";
import { ROOT } from "./paths";
import { cleanEnvironment, runToEnd, startGroup } from "./processes";
import { setUp } from "./setup";
import type { TestResult } from "./suiteEvents";
import { packageVsix } from "./vsix";

/** Folders of node:test files; `suite` holds the mocha suites that run inside the extension host. */
const USER_FOLDERS = ["harness", "ui-log", "ui"];
const TEST_MS = 60_000;
const INSIDE_LIMIT_MS = 8 * 60_000;

interface Count {
  passed: number;
  failed: number;
}

const say = (line: string) => console.log(line);

/** Runs everything below test/host and returns the exit code. */
export async function runAll(only: string | undefined): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-vsix-"));
  const count: Count = { passed: 0, failed: 0 };
  const signal = interruption();
  try {
    await setUp(say);
    if (!existsSync(join(ROOT, "dist/log.js"))) {
      await runToEnd(process.execPath, ["esbuild.mjs"], { cwd: ROOT });
    }
    const suites = testFiles("suite", only);
    const users = USER_FOLDERS.flatMap((name) => testFiles(name, only));
    const vsix = join(folder, "contact-sync.vsix");
    if (testFiles("ui", only).length) await packageVsix(ROOT, vsix);
    if (users.length && !signal.aborted) add(count, await runAsUser(users, vsix, signal));
    if (suites.length && !signal.aborted) add(count, await runInside(suites, signal));
  } catch (error) {
    count.failed++;
    say(error instanceof Error ? error.message : String(error));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`# pass ${count.passed}`);
  say(`# fail ${count.failed}`);
  return count.failed ? 1 : 0;
}

function testFiles(name: string, only: string | undefined): string[] {
  const folder = join(ROOT, "test/host", name);
  if (!existsSync(folder)) return [];
  return (
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => join(folder, file))
      // Only the path below the project counts: its own folder may be called anything.
      .filter((file) => !only || relative(ROOT, file).includes(only))
      .sort()
  );
}

/** Aborted when somebody wants the run to end: what it started ends, and nothing more is started. */
function interruption(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

/** Runs node:test files one after the other; each starts its own browser. */
async function runAsUser(
  files: readonly string[],
  vsix: string,
  signal: AbortSignal,
): Promise<Count> {
  const summary = new Map<string, number>();
  let rest = "";
  const group = startGroup(
    process.execPath,
    ["--import", "tsx", "--test", "--test-concurrency=1", "--test-reporter=spec", ...files],
    {
      cwd: ROOT,
      env: cleanEnvironment({ CONTACT_SYNC_VSIX: vsix }),
      onOutput: (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) passOn(line, summary);
      },
    },
  );
  signal.addEventListener("abort", () => void group.stop(), { once: true });
  const code = await group.exited;
  const failed = (summary.get("fail") ?? 0) + (summary.get("cancelled") ?? 0);
  return { passed: summary.get("pass") ?? 0, failed: failed || (code === 0 ? 0 : 1) };
}

/** Keeps the runner's own closing lines back: the last ones must be those of all layers together. */
function passOn(line: string, summary: Map<string, number>): void {
  const closing =
    /^[#ℹ] (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/.exec(line);
  if (closing?.[1]) summary.set(closing[1], Number(closing[2]));
  else say(line);
}

async function runInside(suites: readonly string[], signal: AbortSignal): Promise<Count> {
  say(`Inside the extension host: ${suites.map((file) => basename(file)).join(", ")}`);
  const verdict = await runInsideHost({
    development: ROOT,
    suites,
    testMs: TEST_MS,
    limitMs: INSIDE_LIMIT_MS,
    signal,
    say,
  });
  for (const result of verdict.tests) say(describe(result));
  if (verdict.broken) say(verdict.broken);
  if (verdict.tests.length === 0 && !verdict.broken) say("The suites contain no test.");
  const failed = verdict.tests.filter(({ state }) => state === "failed").length;
  const passed = verdict.tests.filter(({ state }) => state === "passed").length;
  return { passed, failed: failed + (verdict.broken || passed + failed === 0 ? 1 : 0) };
}

function describe(result: TestResult): string {
  const marks = { passed: "✔", failed: "✖", skipped: "﹣" };
  const error = result.error ? `\n  ${result.error.replaceAll("\n", "\n  ")}` : "";
  return `${marks[result.state]} ${result.title} (${result.ms}ms)${error}`;
}

function add(total: Count, part: Count): void {
  total.passed += part.passed;
  total.failed += part.failed;
}
