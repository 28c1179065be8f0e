import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { RESULTS } from "./paths";

/** Runs a command by its title in the palette ("Contact Sync: Run Sync Cycle"). */
export async function runCommand(page: Page, title: string): Promise<void> {
  const row = quickInput(page).locator(".monaco-list-row", {
    has: page.locator(".label-name").filter({ hasText: wholeText(title) }),
  });
  await withPalette(page, title, row, async (input) => {
    // The best match comes first, but commands that were used of late come before it.
    for (let press = 0; press < MOST_ROWS && !(await isFocused(row)); press++) {
      await input.press("ArrowDown", { timeout: PALETTE_MS });
    }
    await input.focus({ timeout: PALETTE_MS });
    if (!(await isFocused(row))) throw new Error(`"${title}" is not among the first commands.`);
  });
  // By keyboard: a click can answer the list that the command opens in the same place.
  await page.keyboard.press("Enter");
}

/** The titles of the commands that the palette offers for this beginning, in alphabetical order. */
export async function commandsOf(page: Page, category: string): Promise<string[]> {
  const labels = quickInput(page).locator(".monaco-list-row .label-name");
  const own = labels.filter({ hasText: category });
  const titles = await withPalette(page, category, own.first(), () => own.allInnerTexts());
  await page.keyboard.press("Escape");
  await quickInput(page).waitFor({ state: "hidden" });
  return titles.filter((title) => title.startsWith(category)).sort();
}

/**
 * Opens the palette, types, and does something as soon as it shows this row. What takes the focus (a view that opens
 * late, say) closes the palette, and a list that is still being filled moves its rows: then it is all done again.
 */
async function withPalette<T>(
  page: Page,
  text: string,
  row: Locator,
  act: (input: Locator) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      await page.keyboard.press("F1");
      const input = quickInput(page).locator(".quick-input-box input");
      await input.fill(`>${text}`, { timeout: PALETTE_MS });
      await Promise.race([row.waitFor({ timeout: PALETTE_MS }), untilClosed(page)]);
      return await act(input);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error;
      if (await quickInput(page).count()) await page.keyboard.press("Escape");
    }
  }
}

async function untilClosed(page: Page): Promise<never> {
  await quickInput(page).waitFor({ state: "detached", timeout: PALETTE_MS });
  throw new Error("The palette was closed.");
}

const PALETTE_MS = 10_000;
const MOST_ATTEMPTS = 4;

/** Rows of the palette that are drawn without scrolling. */
const MOST_ROWS = 10;

async function isFocused(row: Locator): Promise<boolean> {
  const words = await row.getAttribute("class", { timeout: PALETTE_MS });
  return (words ?? "").split(" ").includes("focused");
}

function wholeText(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(\\.{3})?\\s*$`);
}

/** The list or input box that VS Code shows at the top. */
export function quickInput(page: Page): Locator {
  return page.locator(".quick-input-widget:visible");
}

/** Chooses one entry of a quick pick by its label. */
export async function choose(page: Page, label: string): Promise<void> {
  const row = rowNamed(quickInput(page), label);
  await row.waitFor();
  await quickInput(page).locator(".quick-input-box input").fill(label);
  await row.waitFor();
  await page.keyboard.press("Enter");
  await row.waitFor({ state: "detached" });
}

/** Fills the input box with this prompt or title and accepts it. */
export async function answer(page: Page, prompt: string, text: string): Promise<void> {
  const box = quickInput(page).filter({ hasText: prompt });
  await box.waitFor();
  await box.locator(".quick-input-box input").fill(text);
  await page.keyboard.press("Enter");
}

/** Waits until an input box holds this text: VS Code fills some of them in steps. */
export async function untilValue(input: Locator, value: string): Promise<void> {
  const isSo = `(element) => element.value === ${JSON.stringify(value)}`;
  const element = await input.elementHandle();
  try {
    await input.page().waitForFunction(isSo, element);
  } catch {
    throw new Error(`The box holds "${await input.inputValue()}", not "${value}".`);
  }
}

/** Opens the view container with this title from the activity bar. */
export async function openContainer(page: Page, title: string): Promise<void> {
  const tab = page.locator(".activitybar .action-item", {
    has: page.locator(`a.action-label[aria-label^="${title}"]`),
  });
  const checked = await tab.getAttribute("aria-selected");
  if (checked !== "true") await tab.locator("a.action-label").click();
}

/** A view of the side bar by its title. */
export function view(page: Page, title: string): Locator {
  return page.locator(".sidebar .pane", {
    has: page.locator(`.pane-header[aria-label^="${title}"]`),
  });
}

/** A row of a tree by the text that it shows. */
export function treeItem(page: Page, text: string | RegExp): Locator {
  return page.locator(".sidebar .monaco-list-row", { hasText: text }).first();
}

/** Presses a button that a row of a tree shows while the mouse is over it. */
export async function inlineAction(row: Locator, label: string): Promise<void> {
  await row.hover();
  await row.locator(`.actions a.action-label[aria-label="${label}"]`).click();
}

/** A notification that contains this text. */
export function notification(page: Page, text: string): Locator {
  return page.locator(".notifications-toasts .notification-list-item", { hasText: text });
}

export async function answerNotification(page: Page, text: string, button: string): Promise<void> {
  const item = notification(page, text);
  await item.locator(".monaco-button", { hasText: button }).click();
  await item.waitFor({ state: "detached" });
}

/** A modal dialog that contains this text. */
export function dialog(page: Page, text: string): Locator {
  return page.locator(".monaco-dialog-box", { hasText: text });
}

export async function answerDialog(page: Page, text: string, button: string): Promise<void> {
  const box = dialog(page, text);
  await box.locator(".dialog-buttons .monaco-button", { hasText: button }).click();
  await box.waitFor({ state: "detached" });
}

/** A status bar item that contains this text. */
export function statusItem(page: Page, text: string): Locator {
  return page.locator(".statusbar-item", { hasText: text });
}

/** The document of the visible webview: its content is two frames deep. */
export function webview(page: Page): FrameLocator {
  return page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
}

/** Saves a picture among the test results and returns its path. */
export async function picture(page: Page, name: string): Promise<string> {
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, `${name}.png`);
  await page.screenshot({ path });
  return path;
}

function rowNamed(list: Locator, label: string): Locator {
  return list.locator(".monaco-list-row", { hasText: label }).first();
}
