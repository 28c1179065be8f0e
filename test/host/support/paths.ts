import { join, resolve } from "node:path";

/** The checkout. */
export const ROOT = resolve(__dirname, "../../..");

/** Pictures and logs of failed tests; never committed. */
export const RESULTS = join(ROOT, "test/results");

/** Bundles that run inside the extension host; outside of what the VSIX takes. */
export const HOST_BUNDLES = join(ROOT, "dist/test/host");

/** Where the VS Code server is kept between runs. */
export function cacheFolder(): string {
  return resolve(process.env.CONTACT_SYNC_HOST_CACHE ?? join(ROOT, ".vscode-host"));
}
