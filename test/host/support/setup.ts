import { ensureChromium } from "./chromium";
import { findDesktop } from "./desktop";
import { ensureServer } from "./installation";

/** Makes everything available that the host tests need, and says what it found. */
export async function setUp(say: (line: string) => void): Promise<void> {
  const desktop = await findDesktop(say);
  const chromium = await ensureChromium(say);
  const server = await ensureServer(say);
  say(`Extension host: ${desktop ?? `VS Code ${server.version} (code-server)`}`);
  say(`Workbench: VS Code ${server.version} (code-server) in ${chromium}`);
}
