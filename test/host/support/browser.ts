import { mkdirSync } from "node:fs";
import type { BrowserContext } from "playwright-core";
import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

export interface BrowserOptions {
  executable: string;
  /** Where the browser keeps its temporary files. */
  temporary: string;
  /** A profile folder that outlives the browser; without it everything is forgotten. */
  profile?: string;
  viewport?: { width: number; height: number };
  /** More than one for sharp pictures. */
  pixelRatio?: number;
}

/** A headless Chromium; closing the context closes it. */
export async function startBrowser(options: BrowserOptions): Promise<BrowserContext> {
  const { executable: executablePath, temporary } = options;
  mkdirSync(temporary, { recursive: true });
  const launch = {
    executablePath,
    headless: true,
    args: ARGUMENTS,
    env: { ...process.env, TMPDIR: temporary },
  };
  const page = {
    viewport: options.viewport ?? { width: 1280, height: 860 },
    deviceScaleFactor: options.pixelRatio ?? 1,
    locale: "en-US",
    timezoneId: "UTC",
  };
  if (options.profile) {
    return chromium.launchPersistentContext(options.profile, { ...launch, ...page });
  }
  const browser = await chromium.launch(launch);
  const context = await browser.newContext(page);
  context.once("close", () => void browser.close());
  return context;
}
