import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { DEFAULT_MAP } from "../../../src/config/defaultMap";
import { tab } from "../support/editorParts";
import { ROOT } from "../support/paths";
import type { Session, Step } from "../support/session";
import { startSession, walk, withPicture } from "../support/session";
import * as ui from "../support/ui";
import { productVsix } from "../support/vsix";

/** What a new user meets, with the installed VSIX: from the empty views to two orgs in sync and back. */

/** The link of the empty view; the walkthrough has one of the same words. */
function sandboxLink(page: Page): Locator {
  return ui.view(page, "Organizations").locator('a:text-is("Try with sandbox orgs")');
}

let session: Session;
before(async () => (session = await startSession({ vsix: await productVsix() })));
after(() => session.close());

const steps: Step<Session>[] = [
  {
    title: "the empty views offer one button and one link",
    act: async ({ page }) => {
      await ui.openContainer(page, "Contact Sync");
      const organizations = ui.view(page, "Organizations");
      await organizations.getByRole("button", { name: "Connect…" }).waitFor();
      await sandboxLink(page).waitFor();
      await ui.view(page, "Cycles").getByText("past sync cycles appear here").waitFor();
      await ui.view(page, "Conflicts").getByText("No conflicts and no open questions").waitFor();
      assert.equal(await ui.statusItem(page, "Contact Sync").count(), 0);
    },
  },
  {
    title: "the palette hides commands that need a pair",
    act: async ({ page }) => {
      assert.deepEqual(await ui.commandsOf(page, "Contact Sync:"), [
        "Contact Sync: Connect…",
        "Contact Sync: Focus on Conflicts View",
        "Contact Sync: Focus on Cycles View",
        "Contact Sync: Focus on Organizations View",
        "Contact Sync: Open Pair File",
        "Contact Sync: Show Output",
        "Contact Sync: Try with Sandbox Orgs",
      ]);
    },
  },
  {
    title: "the link starts, connects and syncs the sandbox orgs",
    act: async ({ page }) => {
      await sandboxLink(page).click();
      await ui.treeItem(page, "Sandbox").waitFor();
      await ui.treeItem(page, "created in Marketo").waitFor();
      await ui.statusItem(page, "Contact Sync: next cycle in").first().waitFor();
      for (const { length } of [DEFAULT_MAP.contact, DEFAULT_MAP.lead]) {
        await ui.treeItem(page, `${length} of ${length} fields sync`).waitFor();
      }
      await ui.treeItem(page, "Open questions").waitFor();
    },
  },
  {
    title: "a click on the status bar offers what makes sense now",
    act: async ({ page }) => {
      await ui.statusItem(page, "Contact Sync: next cycle in").first().click();
      await ui.quickInput(page).getByText("Preview Next Cycle").waitFor();
      const rows = await ui
        .quickInput(page)
        .locator(".monaco-list-row .label-name")
        .allInnerTexts();
      assert.deepEqual(
        rows.map((row) => row.trim()),
        [
          "Run Sync Cycle",
          "Preview Next Cycle",
          "Pause",
          "Open Activity and Conflict Log",
          "Create Contact…",
          "Validate Connection",
          "Show Output",
        ],
      );
      await ui.choose(page, "Open Activity and Conflict Log");
      await tab(page, "Contact Sync Log").waitFor();
      await ui.webview(page).locator(".grid-body .row").first().waitFor();
    },
  },
  {
    title: "the walkthrough, opened afterwards, ticks what is done and later what gets done",
    act: async ({ page }) => {
      await ui.runCommand(page, "Welcome: Open Walkthrough");
      await ui.choose(page, "Get started with Contact Sync");
      const step = (id: string) => page.locator(`[data-done-step-id$="#${id}"]`);
      for (const id of ["connect", "run"]) await untilChecked(step(id), "true");
      for (const id of ["validate", "fields", "preview"]) await untilChecked(step(id), "false");
      await ui.runCommand(page, "Contact Sync: Validate Connection");
      await tab(page, "Connection.md").waitFor();
      await tab(page, "Welcome").click();
      await untilChecked(step("validate"), "true");
    },
  },
  {
    title: "stopping the sandbox orgs takes their pair away",
    act: async ({ page }) => {
      await ui.runCommand(page, "Contact Sync: Stop Sandbox Orgs");
      await ui.notification(page, "The sandbox orgs have ended").waitFor();
      await sandboxLink(page).waitFor();
      await ui.statusItem(page, "Contact Sync").waitFor({ state: "detached" });
    },
  },
];

walk(steps, () => session);

async function untilChecked(step: Locator, checked: "true" | "false"): Promise<void> {
  await step
    .and(step.page().locator(`[aria-checked="${checked}"]`))
    .first()
    .waitFor();
}

test("the development folder works like the installed VSIX", async (t) => {
  const development = await startSession({ development: ROOT });
  t.after(() => development.close());
  const { page } = development;
  await withPicture(page, "development", async () => {
    await ui.openContainer(page, "Contact Sync");
    await sandboxLink(page).click();
    await ui.treeItem(page, "created in Marketo").waitFor();
  });
});
