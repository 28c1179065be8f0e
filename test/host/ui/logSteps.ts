import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FrameLocator } from "playwright-core";
import { seriousProblems } from "../support/axe";
import { tab } from "../support/editorParts";
import { frameOf, pressUntil } from "../support/focus";
import type { SalesPair } from "../support/salesPair";
import type { Step } from "../support/session";
import * as ui from "../support/ui";

const THEMES = [
  { theme: "Default Dark Modern", style: "vscode-dark" },
  { theme: "Default High Contrast", style: "vscode-high-contrast" },
  { theme: "Default Light Modern", style: "vscode-light" },
];

export const LOG_STEPS: readonly Step<SalesPair>[] = [
  {
    title: "the log opens and shows what the cycles did",
    act: async ({ page }) => {
      await ui.runCommand(page, "Contact Sync: Open Activity and Conflict Log");
      await tab(page, "Contact Sync Log").waitFor();
      const log = ui.webview(page);
      await settled(log);
      await log.locator(".count", { hasText: /^\d+ activities$/ }).waitFor();
      const first = await log.locator('.row[aria-rowindex="2"]').innerText();
      assert.match(
        first,
        /Contact [0-9a-f]{8} · Person \d+[^]*Applied[^]*Business Phone[^]*To Marketo/,
      );
    },
  },
  {
    title: "what a running cycle does slides in at the top of the open log",
    act: async ({ page, sandbox, adaId }) => {
      const log = ui.webview(page);
      const values = { telephone1: "+44 20 5550 1843" };
      sandbox.hands.script([
        { side: "dynamics", op: "update", table: "contact", id: adaId, values },
      ]);
      const count = Number(/\d+/.exec(await log.locator(".count").innerText())?.[0]);
      await ui.runCommand(page, "Contact Sync: Run Sync Cycle");
      await log.locator(".count", { hasText: `${count + 1} activities` }).waitFor();
      const first = log.locator('.row[aria-rowindex="2"]', { hasText: adaId.slice(0, 8) });
      await first.filter({ hasText: "Business Phone" }).waitFor();
      await ui.treeItem(page, "Cycle 3").waitFor();
    },
  },
  {
    title:
      "filtered to conflicts, a row opens to before, after, the lost value and the rule in words",
    act: async ({ page, adaId }) => {
      const log = ui.webview(page);
      await log.locator("vscode-checkbox").click();
      await log.locator(".clear").waitFor();
      await log.locator(".filter-record input").fill(adaId);
      await log.locator(".count", { hasText: /^1 activity$/ }).waitFor();
      await settled(log);
      await log.locator('.row[aria-rowindex="2"] .cell').first().click();
      const detail = log.locator(".detail");
      await detail.getByText("Dynamics wins, because sales owns contacts").waitFor();
      const change = detail.locator(".detail-changes tbody tr", { hasText: "Job Title" });
      const cells = await change.locator("th, td").allInnerTexts();
      assert.deepEqual(cells, ["Job Title", "Analyst", "Countess", "Analyst", "Marketo"]);
      const facts = await detail.locator(".detail-facts").innerText();
      assert.match(facts, /Changed in Dynamics\s+\d[^]*Changed in Marketo\s+\d/);
      assert.match(facts, new RegExp(`Dynamics id\\s+${adaId}`));
      assert.match(facts, /Request id\s+\S+/);
    },
  },
  {
    title: "its links lead to the record's pages in Dynamics and in Marketo",
    act: async ({ page, adaId }) => {
      const detail = ui.webview(page).locator(".detail");
      const opened = page.context().waitForEvent("page");
      await detail.locator("vscode-button", { hasText: "Open in Dynamics" }).click();
      const record = await opened;
      await record.waitForURL(/main\.aspx/, { waitUntil: "commit" });
      const { searchParams } = new URL(record.url());
      assert.deepEqual(
        ["etn", "pagetype", "id"].map((name) => searchParams.get(name)),
        ["contact", "entityrecord", adaId],
      );
      await record.close();
      await detail.locator("vscode-button", { hasText: "Open in Marketo" }).click();
      // VS Code asks before it leaves for a website; nobody has to answer within a time limit.
      const address = "https://app.marketo.com/leadDatabase/";
      await ui.dialog(page, address).waitFor();
      await ui.answerDialog(page, address, "Cancel");
    },
  },
  {
    title: "the panel exports the rows that are filtered",
    act: async ({ page, workspace, adaId }) => {
      const log = ui.webview(page);
      await log.locator('vscode-toolbar-button[label="Export as NDJSON"]').click();
      const target = join(workspace, "contact-sync-sales.ndjson");
      const box = ui.quickInput(page).filter({ hasText: "Export Log" });
      await ui.untilValue(box.locator(".quick-input-box input"), target);
      await box.getByRole("button", { name: "OK" }).click();
      await log.locator(".announcement", { hasText: "1 row exported" }).waitFor();
      const rows = readFileSync(target, "utf8").trim().split("\n");
      assert.deepEqual(
        rows.map((row) => (JSON.parse(row) as { dynamicsId: string }).dynamicsId),
        [adaId],
      );
    },
  },
  ...THEMES.map(({ theme, style }) => ({
    title: `axe finds nothing serious in the open log in ${theme}`,
    act: async ({ page, workspace }: SalesPair) => {
      mkdirSync(join(workspace, ".vscode"), { recursive: true });
      const settings = { "workbench.colorTheme": theme, "window.autoDetectColorScheme": false };
      writeFileSync(join(workspace, ".vscode/settings.json"), JSON.stringify(settings));
      await ui.webview(page).locator(`body.${style} .detail`).waitFor();
      assert.deepEqual(await seriousProblems(await frameOf(page)), []);
    },
  })),
  {
    title: "Compare shows before and after in the diff editor",
    act: async ({ page }) => {
      await ui.webview(page).locator(".detail vscode-button", { hasText: "Compare" }).click();
      await tab(page, "before ↔ after").waitFor();
      const side = (name: string) => page.locator(`.monaco-diff-editor .${name} .view-lines`);
      await side("original").getByText("Analyst").waitFor();
      await side("modified").getByText("Countess").waitFor();
      await tab(page, "before ↔ after").click({ button: "middle" });
      await tab(page, "before ↔ after").waitFor({ state: "detached" });
    },
  },
  {
    title: "the keyboard alone filters, walks and opens the list",
    act: async ({ page }) => {
      const log = ui.webview(page);
      await log.locator(".clear").focus();
      await page.keyboard.press("Enter");
      await log.locator(".clear").waitFor({ state: "detached" });
      await log.locator(".filter-text input").focus();
      await page.keyboard.type("Countess");
      await log.locator(".clear").waitFor();
      await settled(log);
      // Past the other filters into the list, which is one stop.
      const cell = log.locator('.grid-body .cell[tabindex="0"]');
      await pressUntil(page, "Tab", log.locator(".grid-body .cell:focus"));
      await cell.waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("Enter");
      await log.locator(".detail").waitFor();
      await page.keyboard.press("Escape");
      await log.locator(".detail").waitFor({ state: "detached" });
    },
  },
];

/** Waits until the list shows rows and loads none. */
export async function settled(log: FrameLocator): Promise<void> {
  await log.locator(".grid-body .row").first().waitFor();
  await log.locator('.grid[aria-busy="false"]').waitFor();
  await log.locator(".grid-body .placeholder").waitFor({ state: "detached" });
}
