import assert from "node:assert/strict";
import { after, before } from "node:test";
import { tab, untilEditorShows } from "../support/editorParts";
import type { SalesPair } from "../support/salesPair";
import { recordsOf, startSalesPair } from "../support/salesPair";
import type { Step } from "../support/session";
import { walk } from "../support/session";
import * as ui from "../support/ui";
import { productVsix } from "../support/vsix";

/** The first sync of a pair that is not a sandbox waits for a human, who approves exactly the plan that was shown. */

let pair: SalesPair;
before(async () => {
  const asTest = (file: string) =>
    file.replace('"environment": "sandbox"', '"environment": "test"');
  pair = await startSalesPair({ vsix: await productVsix() }, asTest);
});
after(() => pair.close());

const QUESTION = "Run exactly this plan?";

const steps: readonly Step<SalesPair>[] = [
  {
    title: "the first cycle is halted before anything is written, and says so",
    act: async ({ page, sandbox, untouched }) => {
      await ui.openContainer(page, "Contact Sync");
      await ui.statusItem(page, "Contact Sync: halted, waits for your word").waitFor();
      await ui.treeItem(page, "test · halted, waits for your word").waitFor();
      await ui.treeItem(page, "Cycle 1").filter({ hasText: "halted" }).waitFor();
      await ui.notification(page, "Nothing was written").waitFor();
      assert.equal(await recordsOf(sandbox), untouched);
    },
  },
  {
    title:
      "Review Changes shows the plan; running it asks once more, and closing the question is a no",
    act: async ({ page, sandbox, untouched }) => {
      await ui.answerNotification(page, "Nothing was written", "Review Changes");
      await tab(page, "Next Cycle.md").waitFor();
      await untilEditorShows(page, "This plan is halted.");
      await approve(page).click();
      await ui.dialog(page, QUESTION).getByText("30 created in Marketo").waitFor();
      await page.keyboard.press("Escape");
      await ui.dialog(page, QUESTION).waitFor({ state: "detached" });
      assert.equal(await recordsOf(sandbox), untouched);
    },
  },
  {
    title: "once approved the plan runs, and the timer goes on",
    act: async ({ page, sandbox, untouched }) => {
      // By keyboard: the line above the plan takes a mouse.
      await ui.runCommand(page, "Contact Sync: Approve and Run");
      await ui.answerDialog(page, QUESTION, "Approve and Run");
      await ui.treeItem(page, "Cycle 2").filter({ hasText: "30 created in Marketo" }).waitFor();
      await ui.statusItem(page, "Contact Sync: next cycle in").first().waitFor();
      assert.notEqual(await recordsOf(sandbox), untouched);
    },
  },
];

const approve = (page: SalesPair["page"]) =>
  page.locator(".codelens-decoration a", { hasText: "Approve and Run" });

walk(steps, () => pair);
