import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { editorText, putCursorAfter, tab, untilEditorShows } from "../support/editorParts";
import type { SalesPair } from "../support/salesPair";
import { GRACE, LONG, ROSA, writesTo } from "../support/salesPair";
import type { Step } from "../support/session";
import * as ui from "../support/ui";

export const COMMAND_STEPS: readonly Step<SalesPair>[] = [
  {
    title: "Create Contact… shows the contact, asks for the owner and creates it in Dynamics",
    act: async (pair) => {
      const { page } = pair;
      assert.equal((await contacts(pair, GRACE.email)).length, 0);
      await ui.runCommand(page, "Contact Sync: Create Contact…");
      await ui.answer(page, "e-mail address or id in Marketo", GRACE.email);
      const preview = ui.dialog(page, "This contact would be created in Dynamics");
      await preview.getByText("Last Name: Hopper").waitFor();
      await ui.answerDialog(page, "This contact would be created in Dynamics", "Continue");
      await ui.choose(page, "The sync user (default)");
      await ui.notification(page, "The contact was created in Dynamics").waitFor();
      const [made] = await contacts(pair, GRACE.email);
      assert.deepEqual([made?.firstname, made?.lastname], ["Grace", "Hopper"]);
    },
  },
  {
    title: "a person, found by id, who is in Dynamics already is not created again",
    act: async (pair) => {
      const { page, sandbox } = pair;
      const [grace] = [...sandbox.marketo.persons()].filter(({ email }) => email === GRACE.email);
      await ui.runCommand(page, "Contact Sync: Create Contact…");
      await ui.answer(page, "e-mail address or id in Marketo", String(grace?.["id"]));
      const told = ui.notification(page, "This person is in Dynamics already; nothing was created");
      await told.getByRole("button", { name: "Open in Dynamics" }).waitFor();
      assert.equal((await contacts(pair, GRACE.email)).length, 1);
    },
  },
  {
    title: "a contact that Dynamics would refuse is not offered, and the message says why",
    act: async (pair) => {
      const { page } = pair;
      await ui.runCommand(page, "Contact Sync: Create Contact…");
      await ui.answer(page, "e-mail address or id in Marketo", LONG.email);
      const told = ui.dialog(page, "Dynamics would refuse this contact");
      await told.getByText("65").waitFor();
      await page.keyboard.press("Escape");
      await told.waitFor({ state: "detached" });
      assert.equal((await contacts(pair, LONG.email)).length, 0);
    },
  },
  {
    title:
      "a contact that Dynamics refuses is not created: its own words are shown and are in the log",
    act: async (pair) => {
      const { page, sandbox } = pair;
      const takeOut = sandbox.dynamics.plugins.add(({ values }) =>
        values["lastname"] === "Parks" ? { refuse: "This seat is taken." } : undefined,
      );
      await ui.runCommand(page, "Contact Sync: Create Contact…");
      await ui.answer(page, "e-mail address or id in Marketo", ROSA.email);
      await ui.answerDialog(page, "This contact would be created in Dynamics", "Continue");
      await ui.choose(page, "The sync user (default)");
      await ui.notification(page, "This seat is taken.").waitFor();
      assert.equal((await contacts(pair, ROSA.email)).length, 0);
      await ui.answerNotification(page, "This seat is taken.", "Show in Log");
      const log = ui.webview(page);
      await log.locator(".grid-body .row", { hasText: "Refused" }).first().click();
      await log.locator(".detail").getByText("This seat is taken.").first().waitFor();
      await log.locator(".clear").click();
      takeOut();
    },
  },
  {
    title: "Preview Next Cycle shows what would change and writes nothing",
    act: async ({ page, sandbox, adaId }) => {
      // What Dynamics filled into Grace's contact by itself travels first.
      await ui.runCommand(page, "Contact Sync: Run Sync Cycle");
      await ui.treeItem(page, "Cycle 4").waitFor();
      const values = { jobtitle: "Mathematician" };
      sandbox.hands.script([
        { side: "dynamics", op: "update", table: "contact", id: adaId, values },
      ]);
      const writes = writesTo(sandbox);
      await ui.runCommand(page, "Contact Sync: Preview Next Cycle");
      await tab(page, "Next Cycle.md").waitFor();
      await untilEditorShows(page, "Nothing has been written");
      await page.locator(".codelens-decoration a", { hasText: "Run Sync Cycle" }).waitFor();
      const text = await editorText(page);
      assert.match(text, /\| changed in Marketo +\| 1 /);
      assert.match(text, /\| created in Marketo +\| 0 /);
      assert.equal(writesTo(sandbox), writes);
    },
  },
  {
    title: "Explain Field Value… tells what both sides hold and why",
    act: async ({ page, adaId }) => {
      await ui.runCommand(page, "Contact Sync: Explain Field Value…");
      await ui.answer(page, "The record: its Dynamics id", adaId);
      await ui.choose(page, "Job Title");
      await tab(page, `jobtitle ${adaId.slice(0, 8)}.md`).waitFor();
      await untilEditorShows(page, "The next cycle writes Mathematician to Marketo");
      const text = await editorText(page);
      assert.match(text, /\| Mathematician +\| Countess +\|/);
      assert.match(text, /Analyst +\| Countess +\| Analyst/);
    },
  },
  {
    title: "Pause stops the timer, Resume winds it up again",
    act: async ({ page }) => {
      await ui.runCommand(page, "Contact Sync: Pause");
      await ui.statusItem(page, "Contact Sync: paused").waitFor();
      await ui.treeItem(page, "sandbox · paused").waitFor();
      await ui.runCommand(page, "Contact Sync: Resume");
      await ui.statusItem(page, "Contact Sync: paused").waitFor({ state: "detached" });
      // The timer finds that a cycle is due and carries what the preview promised.
      await ui.treeItem(page, "Cycle 5").filter({ hasText: "1 changed in Marketo" }).waitFor();
    },
  },
  {
    title: "Validate Connection shows the check list",
    act: async ({ page }) => {
      await ui.runCommand(page, "Contact Sync: Validate Connection");
      await tab(page, "Connection.md").waitFor();
      await untilEditorShows(page, "Connection of Sales");
      const text = await editorText(page);
      assert.match(text, /\d+ OK, \d+ limited, 0 must be fixed/);
      assert.match(
        text,
        /## Dynamics 365\n[^]*✔ OK — \*\*Read on contact\*\*: Organization level\.\n/,
      );
      // The other side stands below what the window shows.
      await putCursorAfter(page, "## Marketo");
    },
  },
  {
    title: "Export Log… writes a file for spreadsheets",
    act: async ({ page, workspace }) => {
      await ui.runCommand(page, "Contact Sync: Export Log…");
      await ui.choose(page, "CSV");
      const target = join(workspace, "contact-sync-sales.csv");
      const box = ui.quickInput(page).filter({ hasText: "Export Log" });
      await box.waitFor();
      await ui.untilValue(box.locator(".quick-input-box input"), target);
      await box.getByRole("button", { name: "OK" }).click();
      await ui.notification(page, "activities were exported").waitFor();
      assert.ok(existsSync(target));
      assert.match(readFileSync(target, "utf8"), /Lovelace|Countess/);
    },
  },
  {
    title: "Show Output opens the log of the extension",
    act: async ({ page }) => {
      await ui.runCommand(page, "Contact Sync: Show Output");
      const panel = page.locator(".part.panel");
      const chosen = panel.locator('select[aria-label="Switch Output"] option:checked');
      // Its lines are checked elsewhere: code-server from npm has no built logger, so its channels stay empty.
      await chosen.filter({ hasText: "Contact Sync" }).first().waitFor({ state: "attached" });
      await ui.runCommand(page, "View: Hide Panel");
      await panel.waitFor({ state: "hidden" });
    },
  },
];

type Row = Record<string, unknown>;

async function contacts({ sandbox }: SalesPair, email: string): Promise<Row[]> {
  const path = `/records/dynamics/contact?emailaddress1=${encodeURIComponent(email)}`;
  return (await (await fetch(`${sandbox.ready.control.url}${path}`)).json()) as Row[];
}
