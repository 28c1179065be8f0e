import assert from "node:assert/strict";
import { tab } from "../support/editorParts";
import type { SalesPair } from "../support/salesPair";
import type { Step } from "../support/session";
import * as ui from "../support/ui";
import { settled } from "./logSteps";

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
    act: async ({ page, openWindow, fieldCount }) => {
      const second = await openWindow();
      await ui.openContainer(second, "Contact Sync");
      await ui.statusItem(second, "Contact Sync: runs in the window of workspace").waitFor();
      await ui.treeItem(second, "runs in the window of workspace").waitFor();
      await ui.treeItem(second, "Cycle 7").waitFor();
      // What it shows of the fields was learned by the other window.
      await ui.treeItem(second, `${fieldCount} of ${fieldCount} fields sync`).waitFor();
      await page.close();
      await ui.statusItem(second, "Contact Sync: next cycle in").first().waitFor();
      await ui.runCommand(second, "Contact Sync: Run Sync Cycle");
      await ui.treeItem(second, "Cycle 8").waitFor();
    },
  },
];
