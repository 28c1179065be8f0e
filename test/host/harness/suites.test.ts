import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { BrowserContext } from "playwright-core";
import { startBrowser } from "../support/browser";
import { ensureChromium } from "../support/chromium";
import { ensureServer } from "../support/installation";
import { ROOT } from "../support/paths";
import type { WorkbenchServer } from "../support/server";
import { startServer } from "../support/server";
import { bundleSuites, writeEntry } from "../support/suiteBundles";
import type { Verdict } from "../support/suiteEvents";
import { judge, readEvents } from "../support/suiteEvents";
import { runInWorkbench } from "../support/workbenchRun";

const FIXTURES = join(ROOT, "test/host/fixtures");
const LIMIT_MS = 120_000;

interface Case {
  title: string;
  suites: readonly string[];
  /** State and error of each test in its order. */
  tests: readonly [state: string, error: RegExp][];
  broken: RegExp;
}

const NOTHING = /^$/;

const cases: readonly Case[] = [
  {
    title: "a suite that throws, one with a failing test and a green one",
    suites: ["throwing", "red", "green"],
    tests: [
      ["failed", /thrown while loading/],
      ["passed", NOTHING],
      ["failed", /seen/],
      ["passed", NOTHING],
    ],
    broken: NOTHING,
  },
  {
    title: "a suite that ends the extension host",
    suites: ["green", "exiting"],
    tests: [["passed", NOTHING]],
    broken: /ended \(code \d+\) during "exiting ends the extension host"/,
  },
  {
    title: "a suite that hangs",
    suites: ["hanging"],
    tests: [],
    broken: /hung for \d+ ms during "hanging never ends"/,
  },
];

const home = mkdtempSync(join(tmpdir(), "contact-sync-harness-"));
let server: WorkbenchServer;
let browser: BrowserContext;
let bundles: Map<string, string>;

before(async () => {
  const say = (line: string) => console.error(line);
  const names = [...new Set(cases.flatMap(({ suites }) => suites))];
  const files = await bundleSuites(names.map((name) => join(FIXTURES, `suites/${name}.ts`)));
  bundles = new Map(names.map((name, index) => [name, files[index] ?? ""]));
  server = await startServer({ installation: await ensureServer(say), home, testDriver: true });
  browser = await startBrowser({
    executable: await ensureChromium(say),
    temporary: join(home, "tmp"),
  });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});

for (const { title, suites, tests, broken } of cases) {
  test(`inside a real extension host: ${title}`, async () => {
    const verdict = await run(suites);
    assert.deepEqual(
      verdict.tests.map(({ state }) => state),
      tests.map(([state]) => state),
    );
    for (const [index, [, error]] of tests.entries()) {
      assert.match(verdict.tests[index]?.error ?? "", error);
    }
    assert.match(verdict.broken ?? "", broken);
  });
}

async function run(names: readonly string[]): Promise<Verdict> {
  const folder = join(home, names.join("-"));
  mkdirSync(folder);
  const results = join(folder, "results.ndjson");
  const tests = join(folder, "entry.js");
  const suites = names.map((name) => bundles.get(name) ?? "");
  writeEntry(tests, { suites, results, testMs: 20_000 });
  const development = [join(FIXTURES, "probe-extension")];
  const limit = limitFor(results);
  const ending = await runInWorkbench({ server, browser, development, tests, limit });
  return judge(readEvents(results), ending);
}

/** Gives up soon after the hanging test began, and in any case after the limit. */
function limitFor(results: string): AbortSignal {
  const hangs = new AbortController();
  const look = setInterval(() => {
    const last = readEvents(results).at(-1);
    if (last?.event === "begin" && last.title.startsWith("hanging")) hangs.abort();
  }, 500);
  const limit = AbortSignal.any([hangs.signal, AbortSignal.timeout(LIMIT_MS)]);
  limit.addEventListener("abort", () => clearInterval(look));
  after(() => clearInterval(look));
  return limit;
}
