import type { Page } from "playwright-core";
import { putCursorAfter, tab, untilEditorShows } from "./support/editorParts";
import type { Shot } from "./support/screenshots";
import * as ui from "./support/ui";

/** The README's pictures in the order in which they are taken; each starts from where the one before ended. */
export const SHOTS: readonly Shot[] = [
  {
    name: "welcome",
    prepare: async (page) => {
      // Not by a click: the icon's tooltip would cover a view's title.
      await ui.runCommand(page, "View: Show Contact Sync");
      await page.locator('a:text-is("Try with sandbox orgs")').waitFor();
      // The view that has the focus wears a frame and a button.
      await page.evaluate("document.activeElement.blur()");
    },
    // The first view; the others only say that they are empty.
    part: ".part.sidebar .pane",
  },
  {
    name: "window",
    prepare: async (page) => {
      await page.locator('a:text-is("Try with sandbox orgs")').click();
      await ui.treeItem(page, "created in Marketo").waitFor();
      await ui.treeItem(page, "fields sync").waitFor();
      await ui.treeItem(page, "Backlog").waitFor();
      await widenSideBar(page);
      await ui.runCommand(page, "Contact Sync: Open Activity and Conflict Log");
      await ui.webview(page).locator(".grid-body .row").first().waitFor();
    },
  },
  {
    name: "conflict",
    prepare: async (page) => {
      const log = ui.webview(page);
      await log.locator("vscode-checkbox").click();
      await log.locator(".clear").waitFor();
      await log.locator('.grid[aria-busy="false"]').waitFor();
      await log.locator(".grid-body .row").first().locator(".cell").first().click();
      await log.locator(".detail .detail-changes").waitFor();
    },
    part: ".part.editor",
  },
  {
    name: "fields",
    prepare: async (page) => {
      await ui.treeItem(page, "Contacts").locator(".monaco-tl-twistie").click();
      await ui.treeItem(page, "Last Name").waitFor();
      // The two lower views make room.
      for (const name of ["Cycles", "Conflicts"]) {
        await ui.view(page, name).locator(".pane-header").click();
      }
      await ui.treeItem(page, "Mobile Phone").waitFor();
      // A row under the mouse shows its buttons.
      await page.mouse.move(...BESIDE);
    },
    part: ".part.sidebar",
  },
  {
    name: "create-contact",
    prepare: async (page) => {
      await ui.runCommand(page, "Contact Sync: Create Contact…");
      await ui.answer(page, "e-mail address or id in Marketo", "linda.williams12@fabrikam.invalid");
      await ui.dialog(page, "This contact would be created in Dynamics").waitFor();
    },
    part: ".monaco-dialog-box",
  },
  {
    name: "preview",
    prepare: async (page) => {
      await ui.answerDialog(page, "This contact would be created in Dynamics", "Continue");
      await ui.choose(page, "The sync user (default)");
      await ui.notification(page, "The contact was created in Dynamics").waitFor();
      await ui.runCommand(page, "Notifications: Clear All Notifications");
      await ui.runCommand(page, "Contact Sync: Preview Next Cycle");
      await tab(page, "Next Cycle.md").waitFor();
      await untilEditorShows(page, "Nothing has been written");
      await page.locator(".codelens-decoration a").first().waitFor();
    },
    part: ".part.editor",
  },
  {
    name: "pair-file",
    prepare: async (page) => {
      await ui.runCommand(page, "Contact Sync: Open Pair File");
      await tab(page, "contact-sync.jsonc").waitFor();
      await untilEditorShows(page, '"id": "sandbox"');
      await putCursorAfter(page, '"column": "emailaddress1');
      await page.keyboard.insertText("x");
      await page.locator(".squiggly-error").first().waitFor();
      await putCursorAfter(page, '"column": "mobilephone');
      for (let i = 0; i < "phone".length; i++) await page.keyboard.press("Backspace");
      await page.keyboard.press("Control+Space");
      await page.locator(".suggest-widget.visible .monaco-list-row").first().waitFor();
    },
    part: ".part.editor",
  },
  {
    name: "walkthrough",
    prepare: async (page) => {
      await page.keyboard.press("Escape");
      await ui.runCommand(page, "File: Revert File");
      await ui.runCommand(page, "Welcome: Open Walkthrough");
      await ui.choose(page, "Get started with Contact Sync");
      await page.getByText("Connect Dynamics and Marketo").first().waitFor();
      // Room for the picture beside the steps; none of them is under the mouse.
      await ui.runCommand(page, "View: Toggle Primary Side Bar Visibility");
      await page.locator(".part.sidebar").waitFor({ state: "hidden" });
      await page.mouse.move(...BESIDE);
      await page
        .locator(
          ".getting-started-media .image-container, .getting-started-media img, .getting-started-media iframe",
        )
        .first()
        .waitFor();
    },
    part: ".part.editor",
  },
];

/** In the title bar, where nothing shows that the mouse is there. */
const BESIDE = [300, 8] as const;

/** Room for what stands beside the names. */
async function widenSideBar(page: Page): Promise<void> {
  const box = await page.locator(".part.sidebar").boundingBox();
  if (!box) throw new Error("There is no side bar.");
  await page.mouse.move(box.x + box.width, 400);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 110, 400, { steps: 5 });
  await page.mouse.up();
  // The border stays highlighted while the mouse is on it.
  await page.mouse.move(...BESIDE);
}
