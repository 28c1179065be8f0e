import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Locator, Page } from "playwright-core";
import { DEFAULT_MAP } from "../../../src/config/defaultMap";
import { tab } from "../support/editorParts";
import { pressUntil } from "../support/focus";
import type { Session, Step } from "../support/session";
import { startSession, walk } from "../support/session";
import * as ui from "../support/ui";
import { productVsix } from "../support/vsix";
import { settled } from "./logSteps";

/** A user without a mouse, with the installed VSIX: from the empty views to an answered question. */

let session: Session;
before(async () => (session = await startSession({ vsix: await productVsix() })));
after(() => session.close());

const FIELDS = DEFAULT_MAP.contact.length;

/** Puts the focus on the first row of a view, then down to this one. */
async function goToRow(page: Page, viewTitle: string, text: string | RegExp): Promise<Locator> {
  await ui.runCommand(page, `Contact Sync: Focus on ${viewTitle} View`);
  await page.locator(".monaco-list:focus").waitFor();
  await page.keyboard.press("Home");
  const row = ui.view(page, viewTitle).locator(".monaco-list-row.focused", { hasText: text });
  await pressUntil(page, "ArrowDown", row);
  return row;
}

/** The cell of the log that has the focus. */
function cell(page: Page): Locator {
  return ui.webview(page).locator(".grid-body .cell:focus");
}

const steps: readonly Step<Session>[] = [
  {
    title: "keyboard: the empty view's link is reached and starts the sandbox orgs",
    act: async ({ page }) => {
      await ui.runCommand(page, "View: Show Contact Sync");
      const link = 'a:text-is("Try with sandbox orgs")';
      await page.locator(link).waitFor();
      await pressUntil(page, "Tab", page.locator(`${link}:focus`));
      await page.keyboard.press("Enter");
      await ui.treeItem(page, "created in Marketo").waitFor();
      await ui.treeItem(page, `${FIELDS} of ${FIELDS} fields sync`).waitFor();
    },
  },
  {
    title:
      "keyboard: the space bar unfolds a row without a check box, and switches a field off and on",
    act: async ({ page }) => {
      await goToRow(page, "Organizations", "Contacts");
      await page.keyboard.press("Space");
      await ui.treeItem(page, "Last Name").waitFor();
      const field = await goToRow(page, "Organizations", "Last Name");
      await page.keyboard.press("Space");
      await ui.treeItem(page, `${FIELDS - 1} of ${FIELDS} fields sync`).waitFor();
      await field.locator('.monaco-custom-toggle[aria-checked="false"]').waitFor();
      await page.keyboard.press("Space");
      await ui.treeItem(page, `${FIELDS} of ${FIELDS} fields sync`).waitFor();
      await field.locator('.monaco-custom-toggle[aria-checked="true"]').waitFor();
    },
  },
  {
    title: "keyboard: a field's menu offers the same switch",
    act: async ({ page }) => {
      const field = await goToRow(page, "Organizations", "Middle Name");
      await chooseFromMenu(page, "Switch Field On or Off");
      await field.locator('.monaco-custom-toggle[aria-checked="false"]').waitFor();
      await ui.treeItem(page, `${FIELDS - 1} of ${FIELDS} fields sync`).waitFor();
    },
  },
  {
    title:
      "keyboard: a cycle is run, and Enter on it opens its rows in the log with the focus in the list",
    act: async ({ page }) => {
      await ui.runCommand(page, "Contact Sync: Run Sync Cycle");
      await ui.treeItem(page, "Cycle 2").waitFor();
      await goToRow(page, "Cycles", "Cycle 1");
      await page.keyboard.press("Enter");
      await tab(page, "Contact Sync Log").waitFor();
      await settled(ui.webview(page));
      await cell(page).waitFor();
    },
  },
  {
    title: "keyboard: the arrow keys walk the list, Enter opens a row and Escape closes it",
    act: async ({ page }) => {
      const log = ui.webview(page);
      const at = (row: number, column: number) =>
        log
          .locator(`.row[aria-rowindex="${row}"] .cell[aria-colindex="${column}"]:focus`)
          .waitFor();
      await at(2, 1);
      await page.keyboard.press("ArrowDown");
      await at(3, 1);
      await page.keyboard.press("ArrowRight");
      await at(3, 2);
      await page.keyboard.press("PageDown");
      await log.locator('.row[aria-rowindex="3"] .cell:focus').waitFor({ state: "detached" });
      await page.keyboard.press("Control+Home");
      await at(2, 1);
      await page.keyboard.press("Enter");
      await log.locator(".detail .detail-changes").waitFor();
      // What the details offer is behind the list.
      await pressUntil(page, "Tab", log.locator(".detail vscode-button:focus-within"));
      await page.keyboard.press("Escape");
      await log.locator(".detail").waitFor({ state: "detached" });
      await at(2, 1);
    },
  },
  {
    title: "keyboard: text, choice and check box filter the list",
    act: async ({ page }) => {
      const log = ui.webview(page);
      const conflicts = log.locator("vscode-checkbox:focus-within");
      await pressUntil(page, "Shift+Tab", conflicts);
      await page.keyboard.press("Space");
      await log.locator('.grid-body .row[aria-rowindex="2"]', { hasText: "Conflicted" }).waitFor();
      const sides = log.locator('vscode-single-select[label="Side"]:focus-within');
      await pressUntil(page, "Shift+Tab", sides);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await settled(log);
      await pressUntil(page, "Shift+Tab", log.locator(".filter-text:focus-within"));
      await page.keyboard.type("no such value");
      await log.getByText("No activity meets these filters").first().waitFor();
      await pressUntil(page, "Tab", log.locator(".clear:focus-within"));
      await page.keyboard.press("Enter");
      await settled(log);
      assert.equal(await log.locator(".filter-text input").inputValue(), "");
    },
  },
  {
    title: "keyboard: Enter on a conflict shows its details in the log",
    act: async ({ page }) => {
      await goToRow(page, "Conflicts", /^Lead [0-9a-f]{8} · Person/);
      await page.keyboard.press("Enter");
      const log = ui.webview(page);
      await log.locator(".detail .detail-changes").waitFor();
      await cell(page).waitFor();
    },
  },
  {
    title: "keyboard: a question is answered from its menu, and a cycle acts on the answer",
    act: async ({ page }) => {
      const question = /^(Contact|Lead) [0-9a-f]{8}.*matches 2/;
      const row = await goToRow(page, "Conflicts", question);
      const text = (await row.locator(".label-name").innerText()).trim();
      await chooseFromMenu(page, "Answer Conflict…");
      await ui.quickInput(page).locator(".monaco-list-row.focused").waitFor();
      await page.keyboard.press("Enter");
      await ui.answer(page, "Why? The log keeps the reason", "Sales knows this record.");
      await ui.notification(page, "The answer is kept; the next cycle acts on it").waitFor();
      await ui.runCommand(page, "Contact Sync: Run Sync Cycle");
      await ui.treeItem(page, "Cycle 3").waitFor();
      const open = ui.view(page, "Conflicts").locator(".monaco-list-row", { hasText: question });
      await open.filter({ hasText: text }).waitFor({ state: "detached" });
    },
  },
];

/** The menu of the row that has the focus. */
async function chooseFromMenu(page: Page, label: string): Promise<void> {
  await page.keyboard.press("Shift+F10");
  const items = page.locator(".monaco-menu .action-item");
  await items.filter({ hasText: label }).waitFor();
  await pressUntil(
    page,
    "ArrowDown",
    items.and(page.locator(".focused")).filter({ hasText: label }),
  );
  await page.keyboard.press("Enter");
  await items.first().waitFor({ state: "detached" });
}

walk(steps, () => session);
