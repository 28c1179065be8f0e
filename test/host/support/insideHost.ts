import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDesktop } from "./desktop";
import { ROOT } from "./paths";
import { cleanEnvironment, startGroup } from "./processes";
import { bundleSuites, writeEntry } from "./suiteBundles";
import type { Verdict } from "./suiteEvents";
import { judge, readEvents } from "./suiteEvents";

export interface InsideRun {
  /** The extension's folder. */
  development: string;
  /** Sources of the suites. */
  suites: readonly string[];
  only?: string;
  testMs: number;
  /** Limit of the whole run, start of VS Code included. */
  limitMs: number;
  /** Ends the run early. */
  signal?: AbortSignal;
  say: (line: string) => void;
}

/** Runs mocha suites inside the extension host of a real VS Code, by @vscode/test-electron. */
export async function runInsideHost(run: InsideRun): Promise<Verdict> {
  const executable = (await findDesktop(run.say)) ?? join(ROOT, "test/host/stand-in.mjs");
  const suites = await bundleSuites(run.suites);
  const home = mkdtempSync(join(tmpdir(), "contact-sync-inside-"));
  const results = join(home, "results.ndjson");
  const tests = join(home, "entry.js");
  writeEntry(tests, { suites, results, testMs: run.testMs, only: run.only });
  const group = startGroup(
    process.execPath,
    [join(ROOT, "test/host/electron.mjs"), executable, run.development, tests, home],
    { cwd: ROOT, env: cleanEnvironment() },
  );
  run.signal?.addEventListener("abort", () => void group.stop(), { once: true });
  let hung = false;
  const limit = setTimeout(() => {
    hung = true;
    void group.stop();
  }, run.limitMs);
  try {
    const code = await group.exited;
    const ending = hung
      ? ({ kind: "hung", afterMs: run.limitMs } as const)
      : ({ kind: "exited", code } as const);
    const verdict = judge(readEvents(results), ending);
    if (verdict.broken) verdict.broken += `\n${group.output().slice(-3000)}`;
    return verdict;
  } finally {
    clearTimeout(limit);
    await group.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}
