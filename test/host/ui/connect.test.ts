import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import type { Page } from "playwright-core";
import type { Sandbox } from "../../../src/sandbox/sandbox";
import { startSandbox } from "../../../src/sandbox/sandbox";
import { tab, untilEditorShows } from "../support/editorParts";
import type { Session, Step } from "../support/session";
import { startSession, walk } from "../support/session";
import * as ui from "../support/ui";
import { productVsix } from "../support/vsix";

/** Connecting two systems question by question, in a window without a folder: nothing is there but the extension. */

let sandbox: Sandbox;
let session: Session;
before(async () => {
  sandbox = await startSandbox({ contacts: 20, leads: 4, persons: 8, limits: "off" });
  session = await startSession({ vsix: await productVsix(), hasNoFolder: true });
});
after(async () => {
  await session.close();
  await sandbox.close();
});

const STORAGE = "data/User/globalStorage/contact-sync.contact-sync";
const pairFile = () =>
  readFileSync(join(session.server.home, STORAGE, "contact-sync.jsonc"), "utf8");

/** A list is known by the words in its empty box; the next question has others. */
async function chooseFor(page: Page, question: string, label: string): Promise<void> {
  const box = ui.quickInput(page).locator(`input[placeholder="${question}"]`);
  await box.waitFor();
  await box.fill(label);
  const first = ui.quickInput(page).locator(".monaco-list-row.focused", { hasText: label });
  await first.waitFor();
  await page.keyboard.press("Enter");
  await box.waitFor({ state: "detached" });
}

const steps: readonly Step<Session>[] = [
  {
    title: "Connect… asks for both systems; a wrong answer is said where it is given",
    act: async ({ page }) => {
      const { dynamics, marketo } = sandbox.ready;
      await ui.openContainer(page, "Contact Sync");
      const connect = { name: "Connect…" };
      await ui.view(page, "Organizations").getByRole("button", connect).click();
      await ui.answer(page, "Web address of the Dynamics 365 organization", dynamics.url);
      await ui.answer(page, "Application (client) id", "not an id");
      await ui.answer(page, "The client id is a GUID", dynamics.clientId);
      await chooseFor(page, "How does the sync sign in to Dynamics?", "Client secret");
      await ui.answer(page, "The client secret's value", dynamics.clientSecret);
      await ui.answer(page, "Munchkin id or REST address", marketo.url);
      await ui.answer(page, "Client id of the Marketo custom service", marketo.clientId);
      await ui.answer(page, "Client secret of the Marketo custom service", marketo.clientSecret);
      await chooseFor(page, "What kind of environment is this?", "Test");
      const types = ui.quickInput(page).locator('input[placeholder="Which records are synced?"]');
      await types.waitFor();
      await page.keyboard.press("Enter");
      await ui.answer(page, "A name for this pair", "Harbor");
      await ui.treeItem(page, "Harbor").waitFor();
    },
  },
  {
    title: "the pair stands in the extension's own storage, and no secret in it",
    act: async ({ page }) => {
      const text = pairFile();
      assert.match(text, /"name": "Harbor"/);
      for (const secret of Object.values(sandbox.ready.env)) assert.ok(!text.includes(secret));
      await ui.runCommand(page, "Contact Sync: Open Pair File");
      await tab(page, "contact-sync.jsonc").waitFor();
      await untilEditorShows(page, '"name": "Harbor"');
    },
  },
  {
    title: "its first plan waits for a word, and nothing was written",
    act: async ({ page }) => {
      await ui.treeItem(page, "test · halted, waits for your word").waitFor();
      const linked = [...sandbox.marketo.persons()].filter((person) => person["crmRecordId"]);
      assert.deepEqual(linked, []);
    },
  },
];

walk(steps, () => session);
