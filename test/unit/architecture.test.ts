import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { test } from "node:test";

const ROOT = join(__dirname, "../..");
const LINE_LIMIT = 400;

/** What each layer may import from src; its own folder is always allowed. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  protocol: ["model"],
  sync: ["model"],
  http: ["model"],
  auth: ["model", "http", "config"],
  connectors: ["model", "sync", "http"],
  state: ["model", "sync"],
  config: ["model", "sync"],
  engine: ["model", "sync", "http", "auth", "connectors", "state", "config", "protocol"],
  sandbox: ["model", "config"],
  host: ["model", "protocol", "config", "engine", "auth", "sync"],
  cli: ["model", "sync", "engine", "config", "protocol", "sandbox", "state", "auth", "http"],
  "extension.ts": ["host"],
};

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mts)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    from: file,
    to: match[2] ?? match[3] ?? "",
    typeOnly: Boolean(match[1]),
  }));
}

function resolveImport({ from, to }: Import): string | undefined {
  if (!to.startsWith(".")) return undefined;
  const base = normalize(join(dirname(from), to));
  for (const candidate of [base, `${base}.ts`, join(base, "index.ts")]) {
    try {
      if (statSync(join(ROOT, candidate)).isFile()) return candidate;
    } catch {
      // Not this form of the path.
    }
  }
  return undefined;
}

const files = sources("src");
const imports = files.flatMap(importsOf);
const layerOf = (file: string) => file.split("/")[1]!;

test("a layer imports only what stands below it", () => {
  const wrong = imports
    .map((entry) => ({ ...entry, target: resolveImport(entry) }))
    .filter(({ from, target }) => {
      if (!target) return false;
      const layer = layerOf(from);
      if (!target.startsWith("src/")) return true;
      const other = layerOf(target);
      return other !== layer && !MAY_IMPORT[layer]?.includes(other);
    })
    .map(({ from, target }) => `${from} -> ${target}`);
  assert.deepEqual(wrong, []);
});

test("every relative import leads to a file", () => {
  const lost = imports
    .filter((entry) => entry.to.startsWith(".") && !resolveImport(entry))
    .map(({ from, to }) => `${from} -> ${to}`);
  assert.deepEqual(lost, []);
});

test("only src/host and src/extension.ts import vscode", () => {
  const wrong = imports
    .filter(({ from, to }) => to === "vscode" && !/^src\/(host\/|extension\.ts)/.test(from))
    .map(({ from }) => from);
  assert.deepEqual(wrong, []);
});

test("neither connector sees the other one", () => {
  const wrong = imports
    .map((entry) => ({ ...entry, target: resolveImport(entry) ?? "" }))
    .filter(
      ({ from, target }) =>
        (from.startsWith("src/connectors/dynamics/") &&
          target.startsWith("src/connectors/marketo/")) ||
        (from.startsWith("src/connectors/marketo/") &&
          target.startsWith("src/connectors/dynamics/")),
    );
  assert.deepEqual(wrong, []);
});

test("the webview imports only itself, the protocol and the model", () => {
  const wrong = sources("media")
    .flatMap(importsOf)
    .map((entry) => ({ ...entry, target: resolveImport(entry) }))
    .filter(({ target }) => target && !/^(media|src\/protocol|src\/model)\//.test(target))
    .map(({ from, target }) => `${from} -> ${target}`);
  assert.deepEqual(wrong, []);
});

test("no import cycle", () => {
  const edges = new Map<string, string[]>();
  for (const entry of imports) {
    const target = resolveImport(entry);
    if (target && !entry.typeOnly)
      edges.set(entry.from, [...(edges.get(entry.from) ?? []), target]);
  }
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(cycles, []);
});

test(`no source file is longer than ${LINE_LIMIT} lines`, () => {
  const long = [...files, ...sources("media")]
    .map((file) => ({ file, lines: readFileSync(join(ROOT, file), "utf8").split("\n").length }))
    .filter(({ lines }) => lines > LINE_LIMIT)
    .map(({ file, lines }) => `${file}: ${lines}`);
  assert.deepEqual(long, []);
});

test("nothing is left undone in the sources", () => {
  const signs = /\b(TODO|FIXME|XXX|HACK)\b|not implemented|eslint-disable|@ts-(ignore|nocheck)/;
  const found = [...files, ...sources("media")].filter((file) =>
    signs.test(readFileSync(join(ROOT, file), "utf8")),
  );
  assert.deepEqual(found, []);
});
