import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { startBrowser } from "./browser";
import { ensureChromium } from "./chromium";
import { ensureServer } from "./installation";
import type { ServerOptions, WorkbenchServer } from "./server";
import { installExtension, startServer } from "./server";
import { picture } from "./ui";
import { openWorkbench } from "./workbenchPage";

/** Patience with a busy machine; nothing takes that long on a quiet one. */
const ACTION_MS = 60_000;

export interface SessionOptions {
  /** Installed before the window opens. */
  vsix?: string;
  /** Loaded from its folder, as F5 does. */
  development?: string;
  settings?: Record<string, unknown>;
  asksForTrust?: boolean;
  /** The window is empty, as VS Code's first one is. */
  hasNoFolder?: boolean;
  /** Files of the workspace by their names, there before the window opens. */
  files?: Record<string, string>;
  environment?: Record<string, string>;
  viewport?: { width: number; height: number };
  pixelRatio?: number;
}

/** A user in front of a window: server, browser and workbench with folders of their own. */
export interface Session {
  page: Page;
  browser: BrowserContext;
  server: WorkbenchServer;
  /** The folder that is open in the window. */
  workspace: string;
  /** A further window on the same server. */
  openWindow(): Promise<Page>;
  close(): Promise<void>;
}

export async function startSession(options: SessionOptions): Promise<Session> {
  const say = (line: string) => console.error(line);
  const [installation, executable] = [await ensureServer(say), await ensureChromium(say)];
  const home = mkdtempSync(join(tmpdir(), "contact-sync-ui-"));
  const workspace = join(home, "workspace");
  mkdirSync(workspace);
  for (const [name, text] of Object.entries(options.files ?? {})) {
    writeFileSync(join(workspace, name), text);
  }
  const serverOptions: ServerOptions = {
    installation,
    home,
    settings: options.settings,
    asksForTrust: options.asksForTrust,
    environment: options.environment,
  };
  if (options.vsix) await installExtension(serverOptions, options.vsix);
  const server = await startServer(serverOptions);
  const browser = await startBrowser({
    executable,
    // A profile of its own: secrets live in it, and it must outlive a reload.
    profile: join(home, "profile"),
    temporary: join(home, "tmp"),
    viewport: options.viewport,
    pixelRatio: options.pixelRatio,
  });
  browser.setDefaultTimeout(ACTION_MS);
  const development = options.development ? [options.development] : [];
  const folder = options.hasNoFolder ? undefined : workspace;
  const openWindow = () => openWorkbench(browser, server, { folder, development });
  const close = async () => {
    await browser.close();
    await server.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    return { page: await openWindow(), browser, server, workspace, openWindow, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A step of a walk; each starts from where the one before ended. */
export interface Step<T> {
  title: string;
  act: (session: T) => Promise<void>;
}

/** Registers the steps as tests. After one that fails the others are not tried: nothing is where they expect it. */
export function walk<T extends { page: Page }>(steps: readonly Step<T>[], session: () => T): void {
  let failed = "";
  for (const { title, act } of steps) {
    test(title, async () => {
      assert.equal(failed, "", "Not tried, because an earlier step failed.");
      failed = title;
      const shown = session();
      await withPicture(
        () => shown.page,
        title,
        () => act(shown),
      );
      failed = "";
    });
  }
}

/** Runs one step of a user test; when it fails, a picture of the window shows where. */
export async function withPicture<T>(
  page: Page | (() => Page),
  name: string,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const shown = typeof page === "function" ? page() : page;
    if (shown.isClosed()) throw error;
    await showNotifications(shown);
    const path = await picture(shown, `failed-${name}`);
    throw new Error(`${name} failed; the window is shown in ${path}`, { cause: error });
  }
}

/** Messages hide after a while, and the one that explains a failure may be among them. */
async function showNotifications(page: Page): Promise<void> {
  const bell = page.locator('[id="status.notifications"] a');
  // A window that is covered by a dialog, or closed, has nothing to show.
  await bell.click({ timeout: 2000 }).catch(() => undefined);
}
