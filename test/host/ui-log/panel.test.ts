import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { PanelBrowser } from "../support/logPanelPage";
import {
  focusedCell,
  requestsOf,
  rowAt,
  rows,
  settled,
  startPanelBrowser,
  until,
} from "../support/logPanelPage";

const ALL = 100_000;
const NEWEST_FIRST = { by: "time", descending: true };

let browser: PanelBrowser;
before(async () => (browser = await startPanelBrowser()));
after(() => browser.close());

test("opening with 100,000 rows draws few and fetches one page", async (t) => {
  const page = await browser.open();
  await settled(page);
  const openedMs = Number(await page.evaluate("fakeHost.openedMs"));
  t.diagnostic(`100,000 rows: the first ones are shown after ${Math.round(openedMs)} ms`);
  const drawn = await rows(page).count();
  assert.ok(drawn >= 20 && drawn < 100, `${drawn} rows are drawn`);
  assert.equal(await page.locator(".grid").getAttribute("aria-rowcount"), String(ALL + 1));
  assert.deepEqual(await requestsOf(page, "open", "look", "query"), [
    { ...look({ offset: 0 }), type: "open" },
  ]);
  assert.equal(await page.locator(".count").innerText(), "100,000 activities");
});

const earlyOpenings = [
  { early: "told", title: "is told its first rows before it asked, and asks once", asks: 1 },
  { early: "lost", title: "asks again when the rows were told to one that is gone", asks: 2 },
] as const;

for (const { early, title, asks } of earlyOpenings) {
  test(`a new page ${title}`, async () => {
    const page = await browser.open({ early });
    await settled(page);
    assert.equal(await page.locator(".count").innerText(), "100,000 activities");
    const first = { ...look({ offset: 0 }), type: "open" };
    const asked = await requestsOf(page, "open", "look", "query");
    assert.deepEqual(
      asked,
      Array.from({ length: asks }, () => first),
    );
  });
}

test("scrolling to the end shows the last rows and no blank one", async () => {
  const page = await browser.open();
  await settled(page);
  await page.evaluate("document.querySelector('.grid-body').scrollTop = 1e9");
  await rowAt(page, ALL - 1).waitFor();
  await settled(page);
  const texts = await rows(page).allInnerTexts();
  assert.deepEqual(
    texts.filter((text) => text.trim() === ""),
    [],
  );
  const pages = (await requestsOf(page, "query")).length;
  assert.ok(pages <= 4, `${pages} pages were fetched`);
});

test("dragging the scroll bar over everything fetches only what is looked at", async () => {
  const page = await browser.open();
  await settled(page);
  await page.evaluate("fakeHost.delayMs = 30");
  await page.evaluate(`(async () => {
    const body = document.querySelector(".grid-body");
    for (let step = 1; step <= 60; step++) {
      body.scrollTop = (body.scrollHeight * step) / 60;
      await new Promise(requestAnimationFrame);
    }
  })()`);
  await rowAt(page, ALL - 1).waitFor();
  await settled(page);
  const pages = (await requestsOf(page, "query")).length;
  assert.ok(pages < 120, `${pages} pages were fetched`);
});

const filters: { title: string; act: (page: Page) => Promise<void>; filter: object }[] = [
  {
    title: "text, once typing pauses",
    act: (page) => page.locator(".filter-text input").pressSequentially("brandt"),
    filter: { text: "brandt" },
  },
  {
    title: "record",
    act: (page) => page.locator(".filter-record input").fill(" 1000042 "),
    filter: { record: "1000042" },
  },
  {
    title: "cycle",
    act: (page) => select(page, "Cycle", "Cycle 49,"),
    filter: { cycle: 49 },
  },
  { title: "side", act: (page) => select(page, "Side", "Marketo"), filter: { side: "marketo" } },
  {
    title: "outcome",
    act: (page) => select(page, "Outcome", "Refused"),
    filter: { outcomes: ["refused"] },
  },
  {
    title: "field",
    act: (page) => select(page, "Field", "Job Title"),
    filter: { field: "jobtitle" },
  },
  {
    title: "conflicts only",
    act: (page) => page.locator("vscode-checkbox").click(),
    filter: { conflictsOnly: true },
  },
];

for (const { title, act, filter } of filters) {
  test(`filter by ${title}`, async () => {
    const page = await browser.open();
    await settled(page);
    await act(page);
    await page.locator(".clear").waitFor();
    await page.locator(".progress:not(.busy)").waitFor({ state: "attached" });
    assert.deepEqual(await requestsOf(page, "look", "query"), [look({ offset: 0, filter })]);
    await page.locator(".clear").click();
    await page.locator(".clear").waitFor({ state: "detached" });
    await page.locator(".count", { hasText: "100,000 activities" }).waitFor();
    assert.equal(await page.locator(".filter-text input").inputValue(), "");
  });
}

test("a filter that nothing meets says so", async () => {
  const page = await browser.open({ rows: 300 });
  await settled(page);
  await page.locator(".filter-text input").fill("nothing has this");
  await page.getByText("No activity meets these filters").waitFor();
  assert.equal(await page.locator(".count").innerText(), "0 activities");
});

test("a log without rows gives a hint", async () => {
  const page = await browser.open({ rows: 0 });
  await page.getByText("Nothing has happened yet").waitFor();
});

const sorts: { title: string; clicks: string[]; sort: object; aria: string }[] = [
  {
    title: "oldest first",
    clicks: ["Time"],
    sort: { by: "time", descending: false },
    aria: "ascending",
  },
  {
    title: "by outcome",
    clicks: ["Outcome"],
    sort: { by: "outcome", descending: false },
    aria: "ascending",
  },
  {
    title: "by record, turned around",
    clicks: ["Record", "Record"],
    sort: { by: "record", descending: true },
    aria: "descending",
  },
];

for (const { title, clicks, sort, aria } of sorts) {
  test(`sort ${title}`, async () => {
    const page = await browser.open({ rows: 2000 });
    await settled(page);
    const header = (name: string) => page.getByRole("columnheader", { name });
    for (const name of clicks) await header(name).click();
    await page.locator(`[role="columnheader"][aria-sort="${aria}"]`).waitFor();
    await settled(page);
    assert.deepEqual((await requestsOf(page, "look")).at(-1), look({ offset: 0, sort }));
    assert.equal(await header(clicks[0] ?? "").getAttribute("aria-sort"), aria);
  });
}

test("the list has the focus once it is there, and a text field keeps it", async () => {
  const page = await browser.open();
  await settled(page);
  await until(page, "document.activeElement.matches('.grid-body .cell')");
  await page.locator(".filter-text input").focus();
  await page.locator(".filter-text input").pressSequentially("brandt");
  await page.locator(".clear").waitFor();
  await settled(page);
  assert.equal(await page.evaluate("document.activeElement.className"), "filter-text");
});

test("the keyboard alone reaches everything in the list", async () => {
  const page = await browser.open();
  await settled(page);
  await page.locator('.cell[tabindex="0"]').focus();
  const pageRows = Number(
    await page.evaluate("Math.floor(document.querySelector('.grid-body').clientHeight / 22)"),
  );
  const steps: [key: string, row: number, column: number][] = [
    ["ArrowDown", 1, 0],
    ["ArrowRight", 1, 1],
    ["End", 1, 5],
    ["ArrowRight", 1, 5],
    ["Home", 1, 0],
    ["PageDown", 1 + pageRows, 0],
    ["PageUp", 1, 0],
    ["ArrowUp", 0, 0],
    ["ArrowUp", -1, 0],
    ["ArrowDown", 0, 0],
    ["Control+End", ALL - 1, 5],
    ["Control+Home", 0, 0],
  ];
  for (const [key, row, column] of steps) {
    await page.keyboard.press(key);
    await until(
      page,
      `document.activeElement?.closest('.row')?.getAttribute('aria-rowindex') === '${row + 2}'`,
    );
    assert.deepEqual(await focusedCell(page), [row, column], key);
  }
  assert.equal(await page.locator('.cell[tabindex="0"]').count(), 1);

  await page.keyboard.press("Enter");
  await page.locator(".detail").waitFor();
  assert.equal(await rowAt(page, 0).getAttribute("aria-selected"), "true");
  await page.locator(".detail-body").focus();
  await page.keyboard.press("Escape");
  await page.locator(".detail").waitFor({ state: "detached" });
  await until(page, "document.activeElement?.classList.contains('cell')");
  assert.deepEqual(await focusedCell(page), [0, 0]);
});

test("the details of a conflict name every value and lead to the record", async () => {
  const page = await browser.open({ rows: 2000 });
  await settled(page);
  await page.locator("vscode-checkbox").click();
  await page.locator(".clear").waitFor();
  await settled(page);
  await rowAt(page, 0).locator(".cell").first().click();
  const detail = page.locator(".detail");
  await detail.waitFor();
  assert.deepEqual(await detail.locator("thead th").allInnerTexts(), [
    "Field",
    "Before",
    "After",
    "Lost value",
    "To",
  ]);
  for (const name of ["Open in Dynamics", "Open in Marketo", "Compare", "Copy"]) {
    await detail.getByText(name, { exact: true }).click();
  }
  await page.locator(".announcement", { hasText: "Copied" }).waitFor();
  const sent = await requestsOf(page, "openRecord", "compare", "copy");
  const id = (sent[0]?.params as { activity: number }).activity;
  assert.deepEqual(sent.slice(0, 3), [
    { type: "openRecord", params: { activity: id, side: "dynamics" } },
    { type: "openRecord", params: { activity: id, side: "marketo" } },
    { type: "compare", params: { activity: id } },
  ]);
  assert.match((sent[3]?.params as { text: string }).text, /Lost value: Brandt-Meyer/);
});

test("an export asks for what is filtered and sorted", async () => {
  const page = await browser.open({ rows: 2000 });
  await settled(page);
  await select(page, "Side", "Marketo");
  await page.locator(".clear").waitFor();
  await page.getByTitle("Export as NDJSON").click();
  await page.locator(".announcement", { hasText: "exported" }).waitFor();
  assert.deepEqual(await requestsOf(page, "export"), [
    {
      type: "export",
      params: { filter: { side: "marketo" }, sort: NEWEST_FIRST, format: "ndjson" },
    },
  ]);
});

test("new rows slide in at the top, and are only counted further down", async () => {
  const page = await browser.open({ rows: 5000 });
  await settled(page);
  await page.evaluate("fakeHost.add(3)");
  await page.locator(".count", { hasText: "5,003 activities" }).waitFor();
  await page.evaluate("document.querySelector('.grid-body').scrollTop = 22 * 500");
  await rowAt(page, 500).waitFor();
  await settled(page);
  const before = await rowAt(page, 500).innerText();
  await page.evaluate("fakeHost.add(7)");
  const fresh = page.locator(".fresh", { hasText: "7 new" });
  await fresh.waitFor();
  assert.equal(await rowAt(page, 500).innerText(), before);
  await fresh.click();
  await page.locator(".count", { hasText: "5,010 activities" }).waitFor();
  await rowAt(page, 0).waitFor();
  await fresh.waitFor({ state: "detached" });
});

test("a rejected request shows the error, and trying again helps", async () => {
  const page = await browser.open({ rows: 500 });
  await settled(page);
  await page.evaluate("fakeHost.failures.look = 'The log is <b>locked</b>.'");
  await page.getByRole("columnheader", { name: "Time" }).click();
  const alert = page.locator('[role="alert"]');
  await alert.waitFor();
  assert.match(await alert.innerText(), /CS-TEST The log is <b>locked<\/b>\./);
  await alert.getByText("Try again").click();
  await settled(page);
});

test("a page that cannot be fetched shows the error", async () => {
  const page = await browser.open();
  await settled(page);
  await page.evaluate("fakeHost.failures.query = 'The worker has ended.'");
  await page.evaluate("document.querySelector('.grid-body').scrollTop = 1e6");
  await page.locator('[role="alert"]', { hasText: "The worker has ended." }).waitFor();
});

test("markup in a record is shown as text", async () => {
  const page = await browser.open({ rows: 100 });
  await settled(page);
  await rowAt(page, 0).locator(".cell").first().click();
  const value = page.locator(".detail .value", { hasText: "<img src=x" }).first();
  await value.waitFor();
  assert.equal(
    await value.innerText(),
    '<img src=x onerror="fakeHost.hacked=1"><script>fakeHost.hacked=1</script>',
  );
  assert.equal(await page.locator("log-panel img, log-panel script").count(), 0);
  assert.equal(await page.evaluate("fakeHost.hacked"), undefined);
});

test("filter, order, place and opened row survive a reload", async () => {
  const page = await browser.open();
  await settled(page);
  await select(page, "Outcome", "Applied");
  await page.locator(".clear").waitFor();
  await page.getByRole("columnheader", { name: "Time" }).click();
  await page.locator('[aria-sort="ascending"]').waitFor();
  await settled(page);
  await page.evaluate("document.querySelector('.grid-body').scrollTop = 22 * 3000");
  await rowAt(page, 3005).locator(".cell").first().click();
  const title = await page.locator(".detail h2").innerText();
  await until(page, "JSON.parse(sessionStorage.getItem('state'))?.opened?.row === 3005");
  await page.reload();
  await page.locator(".detail h2", { hasText: title }).waitFor();
  await settled(page);
  assert.equal(await page.evaluate("document.querySelector('.grid-body').scrollTop"), 22 * 3000);
  assert.equal(await rowAt(page, 3005).getAttribute("aria-selected"), "true");
  const wish = look({
    offset: 3000,
    filter: { outcomes: ["applied"] },
    sort: { by: "time", descending: false },
  });
  assert.deepEqual((await requestsOf(page, "open"))[0], { ...wish, type: "open" });
});

test("the host can filter the log and open an activity", async () => {
  const page = await browser.open({ rows: 3000 });
  await settled(page);
  await page.evaluate("fakeHost.show({ conflictsOnly: true }, 7)");
  await page.locator(".detail").waitFor();
  assert.deepEqual(
    (await requestsOf(page, "look")).at(-1),
    look({ offset: 0, filter: { conflictsOnly: true } }),
  );
});

test("no page broke its content security policy or threw an error", () => {
  assert.deepEqual(browser.errors, []);
});

/** The request that brings count and first rows together. */
function look(options: { offset: number; filter?: object; sort?: object }): {
  type: string;
  params: object;
} {
  const { offset, filter = {}, sort = NEWEST_FIRST } = options;
  return { type: "look", params: { filter, sort, offset, limit: 100 } };
}

/** Chooses from one of the panel's drop-down lists. */
async function select(page: Page, label: string, option: string): Promise<void> {
  const list = page.locator(`vscode-single-select[label="${label}"]`);
  await list.click();
  await list.locator(".option", { hasText: option }).first().click();
}
