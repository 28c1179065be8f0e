// Measures the processor time that loading and activating the extension takes with no pair, against a stand-in of the
// editor: what VS Code does meanwhile, and what else the machine is busy with, does not count. Asserts nothing.
// Usage: node test/bench/editor/activation.mjs; it measures what "node esbuild.mjs [--production]" has built.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROUNDS = 7;
const BUNDLE = resolve("dist/extension.js");

if (process.argv[2] === "once") once();
else {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, [
      fileURLToPath(import.meta.url),
      "once",
    ]);
    const ms = Number(stdout);
    if (!ms) throw new Error(String(stderr));
    return ms;
  }).sort((a, b) => a - b);
  const [best, middle] = [rounds[0], rounds[Math.floor(ROUNDS / 2)]];
  console.log(
    `Activation with no pair: ${best} ms of processor time at best, ${middle} ms in the middle`,
  );
}

/** In a process of its own, because a module is loaded once. */
function once() {
  const require = createRequire(import.meta.url);
  const Module = require("node:module");
  const load = Module._load;
  const editor = standIn();
  Module._load = (id, ...rest) => (id === "vscode" ? editor : load.call(Module, id, ...rest));
  // The editor's own process has it loaded.
  require("node:crypto");
  const before = process.cpuUsage();
  require(BUNDLE).activate({
    extensionPath: resolve("."),
    extensionUri: {},
    globalStorageUri: { fsPath: resolve("dist/nothing") },
    subscriptions: [],
  });
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(((user + system) / 1000).toFixed(1));
  process.exit();
}

/** An editor in which everything can be called and nothing happens. */
function standIn() {
  const anything = () =>
    new Proxy(function () {}, {
      get: (_target, key) => {
        if (key === "then") return undefined;
        if (key === Symbol.toPrimitive) return () => "";
        return ["map", "some", "flatMap"].includes(key) ? () => [] : anything();
      },
      apply: anything,
      construct: anything,
    });
  const none = { textDocuments: [], isTrusted: true, workspaceFolders: undefined };
  const workspace = new Proxy(none, { get: (own, key) => (key in own ? own[key] : anything()) });
  const uri = { fsPath: resolve("dist/nothing"), path: "/nothing", toString: () => "nothing" };
  const names = ["CodeActionKind", "Disposable", "EventEmitter", "RelativePattern", "commands"];
  const more = ["ExtensionMode", "StatusBarAlignment", "ViewColumn", "env", "languages", "window"];
  return {
    ...Object.fromEntries([...names, ...more].map((name) => [name, anything()])),
    Uri: { joinPath: () => uri, from: () => uri, file: () => uri },
    l10n: { t: (text) => text },
    workspace,
  };
}
