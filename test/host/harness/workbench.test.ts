import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../support/paths";
import type { Session } from "../support/session";
import { startSession, withPicture } from "../support/session";
import * as ui from "../support/ui";
import { packageVsix } from "../support/vsix";

const PROBE = join(ROOT, "test/host/fixtures/probe-extension");
const folder = mkdtempSync(join(tmpdir(), "contact-sync-probe-"));
const vsix = join(folder, "probe.vsix");

before(() => packageVsix(PROBE, vsix));
after(() => rmSync(folder, { recursive: true, force: true }));

const origins = [
  { title: "an installed VSIX", options: { vsix } },
  { title: "a development folder", options: { development: PROBE } },
];

for (const { title, options } of origins) {
  test(`a user works in the workbench with ${title}`, async (t) => {
    const session = await startSession(options);
    t.after(() => session.close());
    const { page } = session;
    await withPicture(page, "probe", () => useEverything(session));
  });
}

/** One of everything that the helpers can find and answer. */
async function useEverything({ page }: Session): Promise<void> {
  await ui.openContainer(page, "Probe");
  await ui.treeItem(page, "Beta").waitFor();
  await ui.statusItem(page, "Probe ready").waitFor();

  await ui.runCommand(page, "Probe: Ask");
  await ui.choose(page, "Green");
  await ui.answer(page, "Name it", "Gamma");
  await ui.treeItem(page, "Gamma").waitFor();
  await ui.answerNotification(page, "Made Green Gamma", "Fine");
  await ui.statusItem(page, "Probe: Green Gamma Fine").waitFor();

  await ui.runCommand(page, "Probe: Confirm");
  await ui.answerDialog(page, "Really?", "Do It");
  await ui.statusItem(page, "Probe: Do It").waitFor();

  await ui.runCommand(page, "Probe: Open Panel");
  const panel = ui.webview(page);
  await panel.locator("#ping").click();
  await panel.locator("#pong", { hasText: "ping pong" }).waitFor();
  assert.equal(await panel.locator("#pong").innerText(), "ping pong");
}
