import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext } from "playwright-core";
import { startBrowser } from "./browser";
import { ensureChromium } from "./chromium";
import { ensureServer } from "./installation";
import type { WorkbenchServer } from "./server";
import { startServer } from "./server";
import { runInWorkbench } from "./workbenchRun";

/** The caller ends a run that takes too long; this limit only ends one that was forgotten. */
const FORGOTTEN_MS = 15 * 60_000;
const EXIT_HUNG = 124;
const EXIT_INTERRUPTED = 130;

/** What of VS Code's command line the stand-in understands. */
export interface CommandLine {
  development: string[];
  tests: string | null;
  folder: string | undefined;
  extensionsFolder: string | undefined;
}

export function parseCommandLine(words: readonly string[]): CommandLine {
  const result: CommandLine = {
    development: [],
    tests: null,
    folder: undefined,
    extensionsFolder: undefined,
  };
  for (const word of words) {
    const [flag, value = ""] = splitOnce(word, "=");
    if (flag === "--extensionDevelopmentPath") result.development.push(toPath(value));
    else if (flag === "--extensionTestsPath") result.tests = toPath(value);
    else if (flag === "--folder-uri") result.folder = toPath(value);
    else if (flag === "--extensions-dir") result.extensionsFolder = toPath(value);
    else if (!word.startsWith("-") && isFolder(word)) result.folder ??= resolve(word);
  }
  return result;
}

/**
 * Stands in for the desktop executable that @vscode/test-electron starts: takes the same flags, runs the tests in VS
 * Code's server and a headless browser, and ends with their exit code.
 */
export async function main(words: readonly string[]): Promise<number> {
  const line = parseCommandLine(words);
  if (line.tests === null) throw new Error("The stand-in needs --extensionTestsPath=<module>.");
  const home = mkdtempSync(join(tmpdir(), "contact-sync-host-"));
  let server: WorkbenchServer | undefined;
  let browser: BrowserContext | undefined;
  const close = async () => {
    await browser?.close();
    await server?.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => void close().finally(() => process.exit(EXIT_INTERRUPTED)));
  }
  const say = (text: string) => console.error(text);
  try {
    const [installation, executable] = [await ensureServer(say), await ensureChromium(say)];
    const { development, tests, folder, extensionsFolder } = line;
    server = await startServer({ installation, home, testDriver: true, extensionsFolder });
    browser = await startBrowser({ executable, temporary: join(home, "tmp") });
    const limit = AbortSignal.timeout(FORGOTTEN_MS);
    const ending = await runInWorkbench({ server, browser, development, tests, folder, limit });
    return ending.kind === "hung" ? EXIT_HUNG : ending.code;
  } finally {
    await close();
  }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function toPath(value: string): string {
  return value.startsWith("file://") ? fileURLToPath(value) : resolve(value);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
