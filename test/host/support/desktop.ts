import { existsSync } from "node:fs";
import { join } from "node:path";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { cacheFolder } from "./paths";

const DOWNLOAD_SITE = "https://update.code.visualstudio.com/api/releases/stable";
const PROBE_MS = 4000;

/**
 * The executable of a desktop VS Code, or undefined where there is none: an installed one by VSCODE_TEST_PATH, else a
 * downloaded one where a window can be shown and the download site answers.
 */
export async function findDesktop(say: (line: string) => void): Promise<string | undefined> {
  const chosen = process.env.VSCODE_TEST_PATH;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`VSCODE_TEST_PATH names "${chosen}", which does not exist.`);
  }
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    say("There is no display for a desktop VS Code; its server and a headless browser are used.");
    return undefined;
  }
  if (!(await answers(DOWNLOAD_SITE))) {
    say("VS Code's download site cannot be reached; its server and a headless browser are used.");
    return undefined;
  }
  return downloadAndUnzipVSCode({
    version: "stable",
    cachePath: join(cacheFolder(), "desktop"),
    timeout: PROBE_MS,
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(PROBE_MS) })).ok;
  } catch {
    // Every network error means the same here: there is no download.
    return false;
  }
}
