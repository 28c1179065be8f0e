import type { Locator, Page } from "playwright-core";

/** An editor's tab by the name that it shows. */
export function tab(page: Page, name: string): Locator {
  return page.locator(".tabs-container .tab", { hasText: name });
}

/** The text of the visible editor; the lines that are scrolled into view. */
export async function editorText(page: Page): Promise<string> {
  const lines = page.locator(".editor-group-container.active .editor-instance .view-lines").last();
  await lines.locator(".view-line").first().waitFor();
  // The editor shows spaces as ones that do not break.
  return (await lines.innerText()).replaceAll("\u00a0", " ");
}

/** Waits until the visible editor shows this text. */
export async function untilEditorShows(page: Page, text: string): Promise<void> {
  const lines = page.locator(".editor-group-container.active .editor-instance .view-line");
  await lines
    .filter({ hasText: withAnySpaces(text) })
    .first()
    .waitFor();
}

/** A key that was not lost has worked by then. */
const KEY_MS = 2000;
const MOST_KEYS = 10;

/** Puts the cursor at this text of the visible editor by the editor's own search. */
export async function putCursorAfter(page: Page, text: string): Promise<void> {
  const widget = page.locator(".editor-widget.find-widget.visible");
  await page.locator(".editor-group-container.active .monaco-editor").last().click();
  await page.keyboard.press("Control+f");
  await widget.waitFor();
  await widget.locator("textarea").first().fill(text);
  await widget.locator(".matchesCount", { hasText: "1 of" }).waitFor();
  // The box redraws itself after a search and may lose a key.
  for (let press = 0; press < MOST_KEYS && (await widget.isVisible()); press++) {
    await page.keyboard.press("Escape");
    await widget.waitFor({ state: "hidden", timeout: KEY_MS }).catch(() => undefined);
  }
  await widget.waitFor({ state: "hidden" });
  await page.keyboard.press("ArrowRight");
}

function withAnySpaces(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(escaped.replaceAll(" ", "[\\s\u00a0]"));
}
