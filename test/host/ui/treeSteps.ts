import assert from "node:assert/strict";
import type { SalesPair } from "../support/salesPair";
import { COMMENT } from "../support/salesPair";
import type { Step } from "../support/session";
import * as ui from "../support/ui";

export const TREE_STEPS: readonly Step<SalesPair>[] = [
  {
    title: "a pair file in the workspace is enough: the first cycle runs and the trees fill",
    act: async ({ page, fieldCount }) => {
      await ui.openContainer(page, "Contact Sync");
      await ui.treeItem(page, "Sales").waitFor();
      await ui.treeItem(page, "created in Marketo").waitFor();
      await ui.treeItem(page, "Dynamics 365 · version 9.2").waitFor();
      await ui.treeItem(page, "of 10000 calls today").waitFor();
      await ui.treeItem(page, `${fieldCount} of ${fieldCount} fields sync`).waitFor();
      await ui.treeItem(page, "Recent conflicts").waitFor();
      await ui
        .statusItem(page, "Contact Sync: next cycle in 1 h")
        .or(ui.statusItem(page, "Contact Sync: next cycle in 59 min"))
        .first()
        .waitFor();
    },
  },
  {
    title:
      "a field that is unticked in the tree is switched off in the file, and nothing else changes",
    act: async (pair) => {
      const { page, fieldCount } = pair;
      const before = pair.pairFile();
      assert.ok(before.includes(COMMENT));
      await ui.treeItem(page, "Contacts").locator(".monaco-tl-twistie").click();
      const field = ui.treeItem(page, "Last Name");
      await field.locator(".monaco-custom-toggle").click();
      await ui.treeItem(page, `${fieldCount - 1} of ${fieldCount} fields sync`).waitFor();
      const line = '{ "column": "lastname", "field": "lastName", "direction": "both" }';
      const off = line.replace(" }", ', "enabled": false }');
      assert.equal(pair.pairFile(), before.replace(line, off));
      await field.locator('.monaco-custom-toggle[aria-checked="false"]').waitFor();
      // At once: while the pair is reopened with its new settings, its fields stay where they are.
      await field.locator(".monaco-custom-toggle").click();
      await ui.treeItem(page, `${fieldCount} of ${fieldCount} fields sync`).waitFor();
      await field.locator('.monaco-custom-toggle[aria-checked="true"]').waitFor();
      assert.equal(pair.pairFile(), before);
      await ui.treeItem(page, "Contacts").locator(".monaco-tl-twistie").click();
      await field.waitFor({ state: "detached" });
    },
  },
  {
    title: "the next cycle is run early by command and carries what changed on both sides",
    act: async ({ page, sandbox, adaId }) => {
      const steps = sandbox.hands.script([
        {
          side: "dynamics",
          op: "update",
          table: "contact",
          id: adaId,
          values: { telephone1: "+44 20 5550 1815" },
        },
      ]);
      assert.ok(steps.every(({ ok }) => ok));
      await ui.runCommand(page, "Contact Sync: Run Sync Cycle");
      await ui.treeItem(page, "Cycle 2").filter({ hasText: "1 changed in Marketo" }).waitFor();
    },
  },
];
