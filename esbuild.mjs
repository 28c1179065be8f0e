// Builds every bundle: the extension, the engine worker, the command line, the sandbox and the webview.
// Usage: node esbuild.mjs [--production] [--watch]
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { build as bundle, context } from "esbuild";

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  metafile: true,
  logLevel: "warning",
  outdir: "dist",
  legalComments: "none",
};

const node = {
  ...common,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  // Its CommonJS build hides its own requires from the bundler.
  alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
  // Bundled ES modules ask for their own URL; in CommonJS that is the bundle's file.
  banner: { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  define: { "import.meta.url": "__bundleUrl", VERSION: JSON.stringify(version) },
};

/**
 * Parts of the extension that are loaded when first needed. They are files of their own because even the reading of a
 * megabyte that is not run yet would be felt at activation. What parts share, such as the translations, is one as well.
 */
const parts = {
  config: ["parse", "edit", "pairFile", "sharedSystems"].map((name) => `./src/config/${name}`),
  editor: ["places", "names", "diagnose", "fixText"].map((name) => `./src/host/editor/${name}`),
  signIns: ["./src/engine/signIns"],
  telemetry: ["@vscode/extension-telemetry"],
  text: ["./src/host/text"],
};

/** Never in the extension's own file, which is read at each start of the editor. */
const heavy = /node_modules\/(zod|jsonc-parser|@azure|node-fetch|sql\.js|@vscode)\//;

/** Leaves the other parts out of a bundle; Node.js finds them beside it. */
const without = (own) => ({
  name: "split-parts",
  setup(build) {
    const partOf = new Map(
      Object.entries(parts).flatMap(([part, modules]) =>
        modules.map((name) => [name.startsWith(".") ? resolve(name) : name, part]),
      ),
    );
    build.onResolve({ filter: /^[.@]/ }, ({ path, resolveDir, kind }) => {
      const part = partOf.get(path.startsWith(".") ? resolve(resolveDir, path) : path);
      if (kind === "entry-point" || part === undefined || part === own) return undefined;
      if (own === "extension" && part !== "text" && kind !== "dynamic-import") {
        return { errors: [{ text: `"${path}" would be loaded at each start; use import().` }] };
      }
      return { path: `./${part}.js`, external: true };
    });
    build.onEnd(({ metafile }) => {
      if (own !== "extension" || !metafile) return;
      const found = Object.keys(metafile.inputs).filter((name) => heavy.test(name));
      if (found.length > 0) throw new Error(`The extension's bundle holds ${found[0]}.`);
    });
  },
});

const candidates = [
  { ...node, entryPoints: { extension: "src/extension.ts" }, plugins: [without("extension")] },
  { ...node, entryPoints: { engine: "src/engine/worker.ts" } },
  { ...node, entryPoints: { cli: "src/cli/main.ts" } },
  { ...node, entryPoints: { sandbox: "src/sandbox/main.ts" } },
  {
    ...common,
    platform: "browser",
    target: "es2022",
    format: "esm",
    tsconfig: "media/tsconfig.json",
    entryPoints: { log: "media/log.ts" },
  },
];

// A build for release starts clean; others overwrite, because another process may be running from dist.
if (production) rmSync("dist", { recursive: true, force: true });
mkdirSync("dist", { recursive: true });
copyFileSync("node_modules/sql.js/dist/sql-wasm.wasm", "dist/sql-wasm.wasm");
copyFileSync("node_modules/@vscode/codicons/dist/codicon.css", "dist/codicon.css");
copyFileSync("node_modules/@vscode/codicons/dist/codicon.ttf", "dist/codicon.ttf");

for (const [part, modules] of Object.entries(parts)) {
  const contents = modules.map((name) => `export * from "${name}";`).join("\n");
  candidates.push({
    ...node,
    outdir: undefined,
    outfile: `dist/${part}.js`,
    plugins: [without(part)],
    stdin: { contents, resolveDir: process.cwd(), loader: "ts" },
  });
}

const isThere = ({ entryPoints }) => !entryPoints || existsSync(Object.values(entryPoints)[0]);
for (const options of candidates.filter(isThere)) {
  const build = await context(options);
  if (watch) await build.watch();
  else {
    await build.rebuild();
    await build.dispose();
  }
}

// The editor checks the pair file against the very schema that reads it.
const schemaScript = "dist/pair-file-schema.cjs";
await bundle({
  ...node,
  entryPoints: undefined,
  outdir: undefined,
  outfile: schemaScript,
  metafile: false,
  sourcemap: false,
  stdin: {
    contents: 'export { pairFileJsonSchema } from "./src/config/pairFile";',
    resolveDir: process.cwd(),
    loader: "ts",
  },
});
const { pairFileJsonSchema } = createRequire(import.meta.url)(`./${schemaScript}`);
writeFileSync("dist/pair-file.schema.json", JSON.stringify(pairFileJsonSchema()));
rmSync(schemaScript);
