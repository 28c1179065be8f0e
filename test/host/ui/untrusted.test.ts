import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { SalesPair } from "../support/salesPair";
import { startSalesPair } from "../support/salesPair";
import { withPicture } from "../support/session";
import * as ui from "../support/ui";
import { productVsix } from "../support/vsix";

const SANDBOX_LINK = '.sidebar a:text-is("Try with sandbox orgs")';

let pair: SalesPair;
before(async () => {
  // The banner and the views ask; the dialog at the start is VS Code's own affair.
  const settings = { "security.workspace.trust.startupPrompt": "never" };
  pair = await startSalesPair({ vsix: await productVsix(), asksForTrust: true, settings });
});
after(() => pair.close());

test("in a workspace that is not trusted nothing runs and nothing is sent", async () => {
  const { page, sandbox } = pair;
  await withPicture(page, "untrusted", async () => {
    await ui.openContainer(page, "Contact Sync");
    await ui.view(page, "Organizations").getByText("in a workspace that is not trusted").waitFor();
    assert.equal(await ui.statusItem(page, "Contact Sync").count(), 0);
    // What would run or send something is not offered, neither by the palette nor by a button.
    assert.deepEqual(await ui.commandsOf(page, "Contact Sync:"), [
      "Contact Sync: Focus on Conflicts View",
      "Contact Sync: Focus on Cycles View",
      "Contact Sync: Focus on Organizations View",
      "Contact Sync: Open Pair File",
      "Contact Sync: Show Output",
    ]);
    assert.equal(await page.locator(SANDBOX_LINK).count(), 0);
    assert.deepEqual(sandbox.log.entries(), []);
  });
});

test("once it is trusted, the pair of its file is opened and synced", async () => {
  const { page, sandbox } = pair;
  await withPicture(page, "trusted", async () => {
    await page.getByRole("button", { name: "Manage Workspace Trust" }).click();
    await page
      .locator(".workspace-trust-editor")
      .getByRole("button", { name: "Trust", exact: true })
      .click();
    await ui.treeItem(page, "Sales").waitFor();
    await ui.treeItem(page, "created in Marketo").waitFor();
    assert.ok(sandbox.log.entries().length > 0);
  });
});
