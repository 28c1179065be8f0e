import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { SHOTS } from "../shots";
import { ROOT } from "./paths";
import { startSession } from "./session";
import { smallPng } from "./smallPng";
import { packageVsix } from "./vsix";

/** One picture of the README. */
export interface Shot {
  /** File name without its ending. */
  name: string;
  /** Brings the window into the state to show; shots follow each other in one session. */
  prepare(page: Page): Promise<void>;
  /** Selector of the part to show; the whole window without it. */
  part?: string;
}

/** Takes all pictures with the packaged extension, as a user has it. */
export async function takePictures(): Promise<void> {
  const folder = join(ROOT, "media/pictures");
  mkdirSync(folder, { recursive: true });
  const vsix = join(ROOT, "dist/test/pictures.vsix");
  mkdirSync(join(ROOT, "dist/test"), { recursive: true });
  await packageVsix(ROOT, vsix);
  const session = await startSession({
    vsix,
    // A document that an edit left unsaved must not be saved behind the script's back; the minimap covers the lines.
    settings: {
      "files.autoSave": "off",
      "editor.minimap.enabled": false,
      // The sandbox's pair file lies deep in a temporary folder.
      "breadcrumbs.enabled": false,
    },
    viewport: { width: 1400, height: 860 },
    pixelRatio: 1.25,
  });
  try {
    for (const { name, prepare, part } of SHOTS) {
      await prepare(session.page);
      const target = part ? session.page.locator(part).first() : session.page;
      const picture = smallPng(await target.screenshot({ animations: "disabled" }));
      writeFileSync(join(folder, `${name}.png`), picture);
      console.log(`media/pictures/${name}.png: ${Math.ceil(picture.length / 1024)} KB`);
    }
  } finally {
    await session.close();
  }
}
