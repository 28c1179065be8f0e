import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ensureServer } from "./installation";
import { ROOT } from "./paths";
import { cleanEnvironment, runToEnd } from "./processes";
import { installExtension, startServer } from "./server";
import { packageVsix } from "./vsix";
import { workbenchUrl } from "./workbenchPage";

/** Opens the extension in VS Code with folders of its own, and ends everything on Ctrl-C. */
export async function openCode(): Promise<void> {
  await runToEnd(process.execPath, ["esbuild.mjs"], { cwd: ROOT });
  const home = mkdtempSync(join(tmpdir(), "contact-sync-code-"));
  try {
    const desktop = process.env.VSCODE_TEST_PATH ?? onPath("code");
    await (desktop ? openDesktop(desktop, home) : openInBrowser(home));
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openDesktop(executable: string, home: string): Promise<void> {
  const workspace = join(home, "workspace");
  mkdirSync(workspace);
  const folders = ["data", "extensions"].map((name) => join(home, name));
  const child = spawn(
    executable,
    [
      workspace,
      `--extensionDevelopmentPath=${ROOT}`,
      `--user-data-dir=${folders[0]}`,
      `--extensions-dir=${folders[1]}`,
      "--wait",
    ],
    { stdio: "inherit", env: cleanEnvironment() },
  );
  const closed = new Promise<void>((done, failed) => {
    child.once("error", failed);
    child.once("close", () => done());
  });
  console.log('In VS Code run the command "Contact Sync: Try with Sandbox Orgs".');
  await Promise.race([closed, interrupted()]);
  child.kill();
}

async function openInBrowser(home: string): Promise<void> {
  const installation = await ensureServer((line) => console.log(line));
  const workspace = join(home, "workspace");
  mkdirSync(workspace);
  const vsix = join(home, "contact-sync.vsix");
  await packageVsix(ROOT, vsix);
  const options = { installation, home };
  await installExtension(options, vsix);
  const server = await startServer(options);
  console.log(`Open ${workbenchUrl(server, workspace)}`);
  console.log('There run the command "Contact Sync: Try with Sandbox Orgs". Ctrl-C ends it all.');
  await interrupted();
  await server.stop();
}

function interrupted(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
  });
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
