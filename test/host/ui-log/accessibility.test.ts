import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seriousProblems } from "../support/axe";
import type { PanelBrowser } from "../support/logPanelPage";
import { rowAt, settled, startPanelBrowser } from "../support/logPanelPage";
import * as ui from "../support/ui";

let browser: PanelBrowser;
before(async () => (browser = await startPanelBrowser()));
after(() => browser.close());

for (const theme of ["dark", "light", "contrast"] as const) {
  test(`axe finds nothing serious in the ${theme} theme`, async () => {
    const page = await browser.open({ theme, rows: 3000 });
    await settled(page);
    await ui.picture(page, `log-${theme}`);
    assert.deepEqual(await seriousProblems(page), []);

    await page.locator("vscode-checkbox").click();
    await page.locator(".clear").waitFor();
    await settled(page);
    await rowAt(page, 4).locator(".cell").first().click();
    await page.locator(".detail").waitFor();
    await ui.picture(page, `log-${theme}-detail`);
    assert.deepEqual(await seriousProblems(page), []);

    await page.locator(".filter-text input").fill("nothing has this");
    await page.getByText("No activity meets these filters").waitFor();
    assert.deepEqual(await seriousProblems(page), []);
  });
}

test("at 200 % zoom nothing lies outside of the page", async () => {
  // Twice the size of everything is half of the room.
  const page = await browser.open({ viewport: { width: 640, height: 430 }, rows: 3000 });
  await settled(page);
  await rowAt(page, 1).locator(".cell").first().click();
  await page.locator(".detail").waitFor();
  await ui.picture(page, "log-zoom");
  const overflow =
    await page.evaluate(`[...document.querySelectorAll("html, body, main, .filters, .grid, .grid-body, .detail-body")]
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => element.className || element.tagName)`);
  assert.deepEqual(overflow, []);
  const visible = await page.evaluate(
    "[...document.querySelectorAll('.grid-body, .detail-body')].map((e) => e.clientHeight > 60)",
  );
  assert.deepEqual(visible, [true, true]);
});

test("whoever wants no motion sees none", async () => {
  const page = await browser.open({ rows: 100 });
  await page.emulateMedia({ reducedMotion: "reduce" });
  await settled(page);
  await page.evaluate("fakeHost.delayMs = 2000");
  await page.getByRole("columnheader", { name: "Time" }).click();
  await page.locator(".progress.busy").waitFor();
  const name = await page.evaluate(
    "getComputedStyle(document.querySelector('.progress.busy'), '::after').animationName",
  );
  assert.equal(name, "appear");
});

test("screen readers hear how many activities there are", async () => {
  const page = await browser.open({ rows: 300 });
  await settled(page);
  const status = page.locator('[role="status"]');
  assert.equal(await status.innerText(), "300 activities");
  await page.locator(".filter-text input").fill("nothing has this");
  await page.getByText("No activity meets these filters").waitFor();
  assert.equal(await status.innerText(), "0 activities");
});
