import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { startBrowser } from "../support/browser";
import { ensureChromium } from "../support/chromium";
import { ROOT } from "../support/paths";
import { cleanEnvironment, startGroup } from "../support/processes";
import { withPicture } from "../support/session";
import * as ui from "../support/ui";

const STARTED_MS = 120_000;

test("npm run code opens a workbench on connected sandbox orgs, and Ctrl-C ends it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-run-"));
  let url: string | undefined;
  // Without a desktop VS Code: its start is VS Code's own, the rest is the same.
  const environment = cleanEnvironment({ PATH: dirname(process.execPath) });
  const code = startGroup(process.execPath, ["test/host/code.mjs"], {
    cwd: ROOT,
    env: environment,
    onOutput: (text) => (url ??= /Open (http:\S+)/.exec(text)?.[1]),
  });
  t.after(async () => {
    await code.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  await until(() => url !== undefined, code.exited);
  const browser = await startBrowser({
    executable: await ensureChromium((line) => console.error(line)),
    temporary: folder,
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url ?? "");
  await withPicture(page, "code", async () => {
    await page.locator(".monaco-workbench .part.activitybar").waitFor({ timeout: STARTED_MS });
    await ui.openContainer(page, "Contact Sync");
    await ui.treeItem(page, "created in Marketo").waitFor({ timeout: STARTED_MS });
  });
  code.child.kill("SIGINT");
  assert.equal(await code.exited, 0);
});

/** Waits until it is so; what ends before fails. */
async function until(isSo: () => boolean, exited: Promise<number>): Promise<void> {
  let hasEnded = false;
  void exited.then(() => (hasEnded = true));
  const end = Date.now() + STARTED_MS;
  while (!isSo()) {
    assert.ok(!hasEnded && Date.now() < end, "The program printed no address.");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
