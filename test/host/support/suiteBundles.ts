import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { HOST_BUNDLES, ROOT } from "./paths";
import type { SuitePlan } from "./suiteEvents";

/** Bundles suites and their runner for the extension host; returns the suites' bundles in the same order. */
export async function bundleSuites(sources: readonly string[]): Promise<string[]> {
  const entryPoints = Object.fromEntries(
    sources.map((source) => [`suite/${bundleName(source)}`, source]),
  );
  await build({
    entryPoints: { ...entryPoints, runner: join(ROOT, "test/host/inside/runner.ts") },
    outdir: HOST_BUNDLES,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: "inline",
    // One mocha for runner and suites; and what the host itself provides.
    external: ["vscode", "mocha"],
    // As the product is bundled: suites may hold parts of it, such as the sandbox.
    mainFields: ["module", "main"],
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    banner: { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    define: { "import.meta.url": "__bundleUrl" },
    logLevel: "warning",
  });
  return sources.map((source) => join(HOST_BUNDLES, "suite", `${bundleName(source)}.js`));
}

function bundleName(source: string): string {
  return basename(source, ".ts");
}

/** Writes the module that VS Code loads as "the extension's tests": the runner with its plan filled in. */
export function writeEntry(file: string, plan: SuitePlan): void {
  const runner = JSON.stringify(join(HOST_BUNDLES, "runner.js"));
  writeFileSync(
    file,
    `exports.run = () => require(${runner}).runSuites(${JSON.stringify(plan)});\n`,
  );
}
