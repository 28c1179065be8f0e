import { resolve } from "node:path";
import { buildSync } from "esbuild";

/** Bundles a process or thread as the product is bundled, below dist/test; returns its path. */
export function bundleForTest(entry: string, name: string): string {
  const outfile = resolve("dist", "test", name);
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    banner: { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    define: { "import.meta.url": "__bundleUrl" },
    logLevel: "warning",
  });
  return outfile;
}
