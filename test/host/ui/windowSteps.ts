import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { tab } from "../support/editorParts";
import type { Sandbox } from "../../../src/sandbox/sandbox";
import type { SalesPair } from "../support/salesPair";
import { ADA } from "../support/salesPair";
import type { Step } from "../support/session";
import * as ui from "../support/ui";
import { settled } from "./logSteps";

/** A window that was killed gives nothing back: another one takes over at its next look, at the latest after the lease. */
const TAKEN_OVER_MS = 30_000;
/** Longer than any step: the answer to a write never comes. */
const NEVER_MS = 600_000;

export const WINDOW_STEPS: readonly Step<SalesPair>[] = [
  {
    title: "after a reload the log panel is back with its rows and its filter",
    act: async ({ page, adaId }) => {
      await ui.runCommand(page, "View: Close All Editors");
      await ui.runCommand(page, "Contact Sync: Open Activity and Conflict Log");
      await settled(ui.webview(page));
      await ui.webview(page).locator(".filter-record input").fill(adaId);
      await ui.webview(page).locator(".clear").waitFor();
      const count = await ui.webview(page).locator(".count").innerText();
      const loaded = page.waitForEvent("load");
      // VS Code's own way: a page that is just loaded anew does not give it the time to keep its editors.
      await ui.runCommand(page, "Developer: Reload Window");
      await loaded;
      await tab(page, "Contact Sync Log").waitFor();
      const log = ui.webview(page);
      await settled(log);
      assert.equal(await log.locator(".filter-record input").inputValue(), adaId);
      await log.locator(".count", { hasText: count }).waitFor();
      await ui.statusItem(page, "Contact Sync: next cycle in").first().waitFor();
    },
  },
  {
    title: "a second window shows who runs the pair, and takes over when that window closes",
    act: async (pair) => {
      const { page, openWindow, fieldCount } = pair;
      const second = await openWindow();
      await ui.openContainer(second, "Contact Sync");
      await ui.statusItem(second, "Contact Sync: runs in the window of workspace").waitFor();
      await ui.treeItem(second, "runs in the window of workspace").waitFor();
      await ui.treeItem(second, "Cycle 7").waitFor();
      // What it shows of the fields was learned by the other window.
      await ui.treeItem(second, `${fieldCount} of ${fieldCount} fields sync`).waitFor();
      await page.close();
      pair.page = second;
      await ui.statusItem(second, "Contact Sync: next cycle in").first().waitFor();
      await ui.runCommand(second, "Contact Sync: Run Sync Cycle");
      await ui.treeItem(second, "Cycle 8").waitFor();
    },
  },
  {
    title: "what the window that runs does is shown live by another one, which only looks",
    act: async ({ page, openWindow, sandbox, adaId }) => {
      const looker = await openWindow();
      await ui.openContainer(looker, "Contact Sync");
      await ui.statusItem(looker, "Contact Sync: runs in the window of workspace").waitFor();
      await ui.runCommand(looker, "Contact Sync: Open Activity and Conflict Log");
      const log = ui.webview(looker);
      await settled(log);
      callAda(sandbox, adaId, PHONES.live);
      await ui.runCommand(page, "Contact Sync: Run Sync Cycle");
      const cycle = ui.treeItem(looker, "Cycle 9");
      await cycle.filter({ hasText: "1 changed in Marketo" }).waitFor();
      const first = log.locator('.row[aria-rowindex="2"]', { hasText: adaId.slice(0, 8) });
      await first.filter({ hasText: "Business Phone" }).waitFor();
      await log.locator('.row[aria-rowindex="2"] .cell').first().click();
      await log.locator(".detail").getByText(PHONES.live).first().waitFor();
      const offered = await ui.commandsOf(looker, "Contact Sync:");
      assert.ok(offered.includes("Contact Sync: Open Activity and Conflict Log"));
      assert.ok(!offered.includes("Contact Sync: Run Sync Cycle"));
    },
  },
  {
    title:
      "when the window that runs is killed in the middle of a write, another one takes over and ends it",
    act: async (pair) => {
      const { page, sandbox, adaId } = pair;
      const looker = lookerOf(pair);
      const write = sandbox.faults.add({
        server: "marketo",
        method: "POST",
        path: String.raw`^/rest/v1/leads\.json$`,
        body: "1852",
        action: { kind: "delay", delayMs: NEVER_MS },
      });
      callAda(sandbox, adaId, PHONES.killed);
      await ui.runCommand(page, "Contact Sync: Run Sync Cycle");
      await ui.statusItem(page, "Contact Sync: writing").first().waitFor();
      const killed = holderOf(pair);
      process.kill(killed, "SIGKILL");
      await page.close();
      pair.page = looker;
      const runs = ui.statusItem(looker, "Contact Sync: next cycle in").first();
      await runs.waitFor({ timeout: TAKEN_OVER_MS });
      assert.notEqual(holderOf(pair), killed);
      sandbox.faults.remove(write.id);
      await ui.runCommand(looker, "Contact Sync: Run Sync Cycle");
      const log = ui.webview(looker);
      const row = log.locator(".grid-body .row", { hasText: adaId.slice(0, 8) });
      await row.first().waitFor();
      await ui.treeItem(looker, /Cycle 1[01]/).waitFor();
      const adas = [...sandbox.marketo.persons()].filter(({ email }) => email === ADA.email);
      assert.deepEqual(
        adas.map(({ phone }) => phone),
        [PHONES.killed],
      );
    },
  },
];

const PHONES = { live: "+44 20 5550 1850", killed: "+44 20 5550 1852" };

function callAda({ hands }: Sandbox, id: string, telephone1: string): void {
  hands.script([{ side: "dynamics", op: "update", table: "contact", id, values: { telephone1 } }]);
}

/** The window that was opened last. */
function lookerOf({ browser, page }: SalesPair): Page {
  const looker = browser.pages().at(-1);
  assert.ok(looker && looker !== page);
  return looker;
}

/** The process that holds the pair's state, by its lease. */
function holderOf({ server }: SalesPair): number {
  const storage = join(server.home, "data/User/globalStorage/contact-sync.contact-sync/state");
  const leases = readdirSync(storage, { recursive: true, encoding: "utf8" })
    .filter((path) => /lease-\d+$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(storage, path), "utf8")) as Lease)
    .sort((a, b) => b.fence - a.fence);
  assert.ok(leases[0] && !leases[0].released);
  return leases[0].processId;
}

interface Lease {
  fence: number;
  processId: number;
  released: boolean;
}
