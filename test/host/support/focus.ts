import type { Frame, Locator, Page } from "playwright-core";
import { webview } from "./ui";

/** More stops than a window has. */
const MOST_STOPS = 60;
/** A key at the end of a list changes nothing; one that does shows within this time. */
const MOVED_MS = 2000;

/** Presses a key until the focus is there; each time only after the key before has moved it. */
export async function pressUntil(page: Page, key: string, goal: Locator): Promise<void> {
  const stops: string[] = [];
  for (let press = 0; press < MOST_STOPS; press++) {
    if ((await goal.count()) > 0) return;
    const before = await focusOf(page);
    stops.push(before);
    await page.keyboard.press(key);
    await untilOther(page, before);
  }
  throw new Error(
    `${MOST_STOPS} times ${key} did not lead to ${String(goal)}: ${stops.join("; ")}`,
  );
}

async function untilOther(page: Page, before: string): Promise<void> {
  const end = Date.now() + MOVED_MS;
  while ((await focusOf(page)) === before && Date.now() < end) await page.waitForTimeout(20);
}

/** Where the focus is, in words that differ from place to place. */
export async function focusOf(page: Page): Promise<string> {
  const place = String(await page.evaluate(PLACE));
  if (!place.startsWith("IFRAME")) return place;
  const frame = await frameOf(page);
  return `in the panel: ${String(await frame.evaluate(PLACE))}`;
}

/** A tree keeps the focus itself and marks a row, and so does a menu. */
const PLACE = `(() => {
  const words = (element) =>
    element ? [element.tagName, element.className, element.getAttribute("aria-label")].join(" ") : "";
  const active = document.activeElement;
  const marked = active !== document.body && active?.querySelector(".monaco-list-row.focused, .action-item.focused");
  const all = [...document.querySelectorAll("*")];
  return [words(active), all.indexOf(active), words(marked)].join(" ");
})()`;

/** The document of the visible webview as one that runs scripts. */
export async function frameOf(page: Page): Promise<Frame> {
  const body = await webview(page).locator("body").elementHandle();
  const frame = await body?.ownerFrame();
  if (!frame) throw new Error("The log panel is not shown.");
  return frame;
}
