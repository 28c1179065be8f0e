import type { BrowserContext, Page } from "playwright-core";
import type { WorkbenchServer } from "./server";

const READY_MS = 120_000;

export interface WorkbenchOptions {
  /** The folder that the window opens; an empty window without it. */
  folder?: string;
  /** Extensions under development; installed ones are there anyway. */
  development?: readonly string[];
}

/** Opens a window of the workbench and waits until it can be used. */
export async function openWorkbench(
  context: BrowserContext,
  server: WorkbenchServer,
  options: WorkbenchOptions = {},
): Promise<Page> {
  const page = await context.newPage();
  if (options.development?.length) await addDevelopment(page, server, options.development);
  await page.goto(workbenchUrl(server, options.folder), { waitUntil: "commit" });
  await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: READY_MS });
  await page.locator(".monaco-workbench .part.activitybar").waitFor({ timeout: READY_MS });
  return page;
}

export function workbenchUrl(
  server: WorkbenchServer,
  folder: string | undefined,
  payload: readonly [string, string][] = [],
): string {
  const query = new URLSearchParams(folder ? { folder } : { ew: "true" });
  if (payload.length) query.set("payload", JSON.stringify(payload));
  return `http://127.0.0.1:${server.port}/?${query.toString()}`;
}

/** How the workbench names a file of the server's machine. */
export function remoteUri(server: WorkbenchServer, path: string): string {
  return `vscode-remote://127.0.0.1:${server.port}${path}`;
}

/**
 * Loads extensions from their folders without VS Code's test driver (which hides notifications): the page's own
 * configuration is extended before the workbench's script reads it. A changed response would not do, since the page
 * then loses the right to open its web sockets.
 */
async function addDevelopment(
  page: Page,
  server: WorkbenchServer,
  folders: readonly string[],
): Promise<void> {
  const extensions = folders.map((path) => ({
    scheme: "vscode-remote",
    authority: `127.0.0.1:${server.port}`,
    path,
  }));
  await page.addInitScript(`(${extendConfiguration.toString()})(${JSON.stringify(extensions)})`);
}

/** Runs in the page, before its own scripts. */
function extendConfiguration(extensions: readonly object[]): void {
  const view = globalThis as unknown as PageView;
  if (view.top !== view) return;
  const observer = new view.MutationObserver(() => {
    const element = view.document.getElementById("vscode-workbench-web-configuration");
    const settings = element?.dataset.settings;
    if (!element || !settings) return;
    observer.disconnect();
    const configuration = JSON.parse(settings) as { developmentOptions?: object };
    configuration.developmentOptions = { ...configuration.developmentOptions, extensions };
    element.dataset.settings = JSON.stringify(configuration);
  });
  observer.observe(view.document, { childList: true, subtree: true });
}

/** The little of the DOM that `extendConfiguration` uses; the tests' own sources know no DOM. */
interface PageView {
  top: unknown;
  MutationObserver: new (changed: () => void) => {
    observe(target: unknown, options: { childList: boolean; subtree: boolean }): void;
    disconnect(): void;
  };
  document: { getElementById(id: string): { dataset: Record<string, string> } | null };
}
