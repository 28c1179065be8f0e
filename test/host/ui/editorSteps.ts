import assert from "node:assert/strict";
import { editorText, putCursorAfter, tab, untilEditorShows } from "../support/editorParts";
import type { SalesPair } from "../support/salesPair";
import type { Step } from "../support/session";
import * as ui from "../support/ui";

export const EDITOR_STEPS: readonly Step<SalesPair>[] = [
  {
    title: "the pair file completes the names of real columns",
    act: async (pair) => {
      const { page } = pair;
      await ui.runCommand(page, "Contact Sync: Open Pair File");
      await tab(page, "contact-sync.jsonc").waitFor();
      await untilEditorShows(page, '"id": "sales"');
      await putCursorAfter(page, '"column": "mobilephone');
      for (let i = 0; i < "phone".length; i++) await page.keyboard.press("Backspace");
      await page.keyboard.press("Control+Space");
      const row = page.locator(".suggest-widget.visible .monaco-list-row", {
        hasText: "mobilephone",
      });
      await row.first().waitFor();
      assert.match(await row.first().innerText(), /mobilephone\s+phone\(\d+\)[^]*Mobile Phone/);
      await page.keyboard.press("Enter");
      await page.locator(".suggest-widget.visible").waitFor({ state: "hidden" });
      await page.keyboard.press("Control+s");
      await tab(page, "contact-sync.jsonc").and(page.locator(":not(.dirty)")).waitFor();
      assert.match(pair.pairFile(), /"column": "mobilephone", "field": "mobilePhone"/);
    },
  },
  {
    title: "a secret in the pair file is underlined and taken out by a quick fix",
    act: async (pair) => {
      const { page } = pair;
      const whole = pair.pairFile();
      await putCursorAfter(page, '"signIn": "clientSecret",');
      await page.keyboard.insertText(' "clientSecret": "hunter2",');
      await page.locator(".squiggly-error").first().waitFor();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("F8");
      await page.locator(".marker-widget", { hasText: "CS-SECRET-IN-FILE" }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+.");
      const menu = page.locator(".action-widget").first();
      await menu.getByText("Remove it from the file").waitFor();
      await page.keyboard.press("Enter");
      await menu.waitFor({ state: "hidden" });
      await page.locator(".squiggly-error").waitFor({ state: "detached" });
      assert.ok(!(await editorText(page)).includes("hunter2"));
      assert.equal(pair.pairFile(), whole);
      await ui.runCommand(page, "File: Revert File");
    },
  },
];
