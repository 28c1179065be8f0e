import { renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";

/** Where bundles go that every run makes anew, and the product's version that they tell. */
const DEFAULTS = { folder: resolve("dist", "test"), version: "0.0.0" };

/**
 * Bundles a process or thread as the product is bundled, so that what is tested is never an older build; a bundle starts
 * several times faster than its sources. Returns its path.
 */
export function bundleForTest(
  entry: string,
  name: string,
  options: Partial<typeof DEFAULTS> = {},
): string {
  const { folder, version } = { ...DEFAULTS, ...options };
  const bundle = join(folder, name);
  // Test files that run side by side make the same bundle; none may start half of one.
  const draft = `${bundle}.${process.pid}`;
  buildSync({
    entryPoints: [entry],
    outfile: draft,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    banner: { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    define: { "import.meta.url": "__bundleUrl", VERSION: JSON.stringify(version) },
    logLevel: "warning",
  });
  renameSync(draft, bundle);
  return bundle;
}
