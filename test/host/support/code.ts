import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pairFileText } from "../../../src/sandbox/pairFile";
import { startSandbox } from "../../../src/sandbox/sandbox";
import { ensureServer } from "./installation";
import { ROOT } from "./paths";
import { cleanEnvironment, runToEnd } from "./processes";
import { PAIR_FILE } from "./salesPair";
import { installExtension, startServer } from "./server";
import { packageVsix } from "./vsix";
import { workbenchUrl } from "./workbenchPage";

/** Other hands' edits a minute: something to see in each cycle. */
const EDITS_PER_MINUTE = 6;

/** Where VS Code opens, and what its extension finds in the environment. */
interface Opening {
  home: string;
  workspace: string;
  secrets: Readonly<Record<string, string>>;
}

/** Opens the extension in VS Code on two connected sandbox orgs, with folders of its own; ends it all on Ctrl-C. */
export async function openCode(): Promise<void> {
  const end = interrupted();
  await runToEnd(process.execPath, ["esbuild.mjs"], { cwd: ROOT });
  const home = mkdtempSync(join(tmpdir(), "contact-sync-code-"));
  const sandbox = await startSandbox();
  try {
    const workspace = join(home, "workspace");
    mkdirSync(workspace);
    const file = pairFileText(sandbox.ready, sandbox.recordTypes);
    writeFileSync(join(workspace, PAIR_FILE), file);
    sandbox.hands.start(EDITS_PER_MINUTE);
    const opening = { home, workspace, secrets: sandbox.ready.env };
    const desktop = process.env.VSCODE_TEST_PATH ?? onPath("code");
    await (desktop ? openDesktop(desktop, opening, end) : openInBrowser(opening, end));
  } finally {
    await sandbox.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openDesktop(
  executable: string,
  { home, workspace, secrets }: Opening,
  end: Promise<void>,
): Promise<void> {
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
    { stdio: "inherit", env: cleanEnvironment(secrets) },
  );
  const closed = new Promise<void>((done, failed) => {
    child.once("error", failed);
    child.once("close", () => done());
  });
  console.log(WHAT_TO_SEE);
  await Promise.race([closed, end]);
  child.kill();
}

async function openInBrowser(
  { home, workspace, secrets }: Opening,
  end: Promise<void>,
): Promise<void> {
  const installation = await ensureServer((line) => console.log(line));
  const vsix = join(home, "contact-sync.vsix");
  await packageVsix(ROOT, vsix);
  const options = { installation, home, environment: secrets };
  await installExtension(options, vsix);
  const server = await startServer(options);
  console.log(`Open ${workbenchUrl(server, workspace)}`);
  console.log(`${WHAT_TO_SEE} Ctrl-C ends it all.`);
  await end;
  await server.stop();
}

const WHAT_TO_SEE =
  '"Contact Sync" in the activity bar shows the sandbox orgs; their first cycle runs by itself.';

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
