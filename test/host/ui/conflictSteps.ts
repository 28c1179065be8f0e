import assert from "node:assert/strict";
import type { SalesPair } from "../support/salesPair";
import { writesTo } from "../support/salesPair";
import type { Step } from "../support/session";
import * as ui from "../support/ui";

/** Long enough for a cancel by hand; the cycle ends with the cancel, not with the answer. */
const LATE_MS = 60_000;

export const CONFLICT_STEPS: readonly Step<SalesPair>[] = [
  {
    title: "Answer Conflict… keeps the answer with its reason, and the next cycle acts on it",
    act: async ({ page, sandbox }) => {
      const question = ui.view(page, "Conflicts").locator(".monaco-list-row", {
        hasText: /Contact [0-9a-f]{8}.*matches 2/,
      });
      await ui.inlineAction(question, "Answer Conflict…");
      await ui.choose(page, "Person 9");
      await ui.answer(page, "Why? The log keeps the reason", "Sales knows this contact.");
      const writes = writesTo(sandbox);
      await ui.notification(page, "The answer is kept; the next cycle acts on it").waitFor();
      assert.equal(writesTo(sandbox), writes);
      await ui.answerNotification(page, "The answer is kept", "Run Sync Cycle");
      await ui.treeItem(page, "Cycle 6").waitFor();
      await question.waitFor({ state: "detached" });
      const links = [...sandbox.marketo.persons()].filter(({ id }) => id === 9);
      assert.match(String(links[0]?.["crmRecordId"]), /^[0-9a-f-]{36}$/);
    },
  },
  {
    title: "a running cycle shows what it does and is canceled from the Cycles tree",
    act: async ({ page, sandbox }) => {
      const late = { kind: "delay", delayMs: LATE_MS } as const;
      const fault = sandbox.faults.add({ server: "marketo", path: "^/rest/v1/", action: late });
      await ui.runCommand(page, "Contact Sync: Run Sync Cycle");
      const cycle = ui.view(page, "Cycles").locator(".monaco-list-row", { hasText: "Cycle 7" });
      await cycle.filter({ hasText: "reading changes" }).waitFor();
      await ui.statusItem(page, "Contact Sync: reading changes").first().waitFor();
      await ui.inlineAction(cycle, "Cancel Cycle");
      await cycle.filter({ hasText: "canceled" }).waitFor();
      // The user wished it: no trouble is told, and the timer goes on.
      await ui.statusItem(page, "Contact Sync: next cycle in").first().waitFor();
      assert.equal(fault.hits, 1);
      sandbox.faults.remove(fault.id);
    },
  },
];
