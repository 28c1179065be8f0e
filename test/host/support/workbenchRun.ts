import { once } from "node:events";
import type { BrowserContext } from "playwright-core";
import type { WorkbenchServer } from "./server";
import type { Ending } from "./suiteEvents";
import { remoteUri, workbenchUrl } from "./workbenchPage";

export interface WorkbenchRun {
  server: WorkbenchServer;
  browser: BrowserContext;
  /** Folders of the extensions under development. */
  development: readonly string[];
  /** The module that exports `run()`. */
  tests: string;
  folder?: string;
  /** Aborted when the caller has waited long enough. */
  limit: AbortSignal;
}

/** Lets the workbench run an extension's tests in a new window; the server needs its test driver for that. */
export async function runInWorkbench(run: WorkbenchRun): Promise<Ending> {
  const { server, limit } = run;
  const page = await run.browser.newPage();
  const started = Date.now();
  try {
    const exited = new Promise<Ending>((done) => {
      void page.exposeFunction("codeAutomationExit", (code: number) =>
        done({ kind: "exited", code }),
      );
      void page.exposeFunction("codeAutomationLog", () => undefined);
    });
    const hung = once(limit, "abort").then((): Ending => ({
      kind: "hung",
      afterMs: Date.now() - started,
    }));
    const payload: [string, string][] = run.development.map((path) => [
      "extensionDevelopmentPath",
      remoteUri(server, path),
    ]);
    payload.push(["extensionTestsPath", remoteUri(server, run.tests)]);
    await page.goto(workbenchUrl(server, run.folder, payload), { waitUntil: "commit" });
    return await Promise.race([exited, hung]);
  } finally {
    await page.close();
  }
}
