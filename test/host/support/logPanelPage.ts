import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { startBrowser } from "./browser";
import { ensureChromium } from "./chromium";
import type { LogPageServer, PageWish } from "./logPageServer";
import { serveLogPage } from "./logPageServer";

/** A browser for the log panel alone. */
export interface PanelBrowser {
  /** Opens the panel in a new page; the page before is closed. */
  open(options?: PageWish & { viewport?: { width: number; height: number } }): Promise<Page>;
  /** Errors that the pages reported, violations of the content security policy among them. */
  errors: string[];
  close(): Promise<void>;
}

export interface NotedRequest {
  type: string;
  params: unknown;
}

export async function startPanelBrowser(): Promise<PanelBrowser> {
  const home = mkdtempSync(join(tmpdir(), "contact-sync-panel-"));
  const server: LogPageServer = await serveLogPage();
  const executable = await ensureChromium((line) => console.error(line));
  const context: BrowserContext = await startBrowser({ executable, temporary: home });
  context.setDefaultTimeout(60_000);
  const errors: string[] = [];
  let current: Page | undefined;
  return {
    errors,
    open: async ({ viewport, ...options } = {}) => {
      const page = await context.newPage();
      await current?.close();
      current = page;
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      if (viewport) await page.setViewportSize(viewport);
      await page.goto(server.url(options));
      return page;
    },
    close: async () => {
      await context.close();
      await server.stop();
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The requests of these types so far, in their order. */
export async function requestsOf(page: Page, ...types: string[]): Promise<NotedRequest[]> {
  const all = await page.evaluate("fakeHost.requests");
  return (all as NotedRequest[]).filter(({ type }) => types.includes(type));
}

/** Body rows that exist in the document. */
export function rows(page: Page): Locator {
  return page.locator(".grid-body .row");
}

/** A body row by its place in the list, counted from 0. */
export function rowAt(page: Page, index: number): Locator {
  return page.locator(`.grid-body .row[aria-rowindex="${index + 2}"]`);
}

/** Waits until the list shows rows and none of the visible ones is still loading. */
export async function settled(page: Page): Promise<void> {
  await rows(page).first().waitFor();
  await until(page, "!document.querySelector('.grid-body .placeholder')");
  await page.locator('.grid[aria-busy="false"]').waitFor();
}

/** Waits for a condition; Playwright's own way would need what the content security policy forbids. */
export async function until(page: Page, condition: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await page.evaluate(condition))) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for: ${condition}`);
    await wait(40);
  }
}

/** Row index and column of the cell that has the focus; null when none has. */
export async function focusedCell(page: Page): Promise<[row: number, column: number] | null> {
  return (await page.evaluate(`(() => {
    const cell = document.activeElement?.closest(".cell");
    if (!cell) return null;
    return [
      Number(cell.parentElement.getAttribute("aria-rowindex")) - 2,
      Number(cell.getAttribute("aria-colindex")) - 1,
    ];
  })()`)) as [number, number] | null;
}
