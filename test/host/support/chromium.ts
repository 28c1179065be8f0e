import { existsSync } from "node:fs";
import { cleanEnvironment, runToEnd } from "./processes";

const CANDIDATES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const REMEDY =
  "Install it (Debian: apt-get install chromium) or set CONTACT_SYNC_CHROMIUM to a Chromium or Chrome executable.";

/** A Chromium that Playwright can drive; Debian's package is installed where we may. */
export async function ensureChromium(say: (line: string) => void): Promise<string> {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(`The tests in a browser need Chromium. ${REMEDY}`);
  }
  say("Installing Debian's chromium package.");
  const env = cleanEnvironment({ DEBIAN_FRONTEND: "noninteractive" });
  await runToEnd("apt-get", ["update", "-q"], { env });
  await runToEnd("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], {
    env,
  });
  const installed = findChromium();
  if (!installed) throw new Error(`Debian's chromium package brought no executable. ${REMEDY}`);
  return installed;
}

function findChromium(): string | undefined {
  const chosen = process.env.CONTACT_SYNC_CHROMIUM;
  if (chosen && !existsSync(chosen)) {
    throw new Error(`CONTACT_SYNC_CHROMIUM names "${chosen}", which does not exist.`);
  }
  return chosen ?? CANDIDATES.find((path) => existsSync(path));
}
