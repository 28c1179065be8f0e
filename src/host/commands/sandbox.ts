import type { ChildProcess } from "node:child_process";
import * as vscode from "vscode";
import type { PairConfig } from "../../config/pairFile";
import type { Host } from "../host";
import { withProgress } from "../ask";
import { forgetPair } from "./forgetPair";
import { say } from "../text";

/** The part of the sandbox's ready line that is used here. */
interface ReadyLine {
  dynamics: { clientSecret: string };
  marketo: { clientSecret: string };
  control: { url: string };
}

let running: { child: ChildProcess; ready: ReadyLine } | undefined;

const READY_MS = 60_000;

/** Starts two local orgs in a child process, connects them as a pair and runs the first cycle. */
export async function startSandbox(host: Host): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(
      say(
        "Contact Sync does not run in a workspace that is not trusted: its pair file decides where data is sent.",
      ),
    );
    return;
  }
  const { pairFiles, sessions } = host;
  if (!running) {
    await withProgress(
      say("Starting the sandbox orgs…"),
      (signal) => launch(host, signal),
      READY_MS,
    );
  }
  await pairFiles.read();
  await vscode.commands.executeCommand("contactSync.organizations.focus");
  const config = pairFiles.pairs.find(isSandboxPair);
  if (!config) throw new Error(say("The sandbox wrote no pair."));
  await sessions.use(pairFiles.pairs);
  const session = sessions.find(config.id);
  await session?.describe();
  await vscode.commands.executeCommand("contactSync.runCycle", { pair: config.id });
}

function isSandboxPair({ id, environment }: PairConfig): boolean {
  return id === "sandbox" && environment === "sandbox";
}

async function launch(host: Host, signal: AbortSignal): Promise<void> {
  const { context, pairFiles } = host;
  const folder = vscode.Uri.joinPath(pairFiles.sandboxUri, "..");
  await vscode.workspace.fs.createDirectory(folder);
  // The pair is taken up only when its secrets are there.
  const draft = vscode.Uri.joinPath(folder, `draft-${process.pid}.jsonc`);
  const { spawn } = await import("node:child_process");
  const script = vscode.Uri.joinPath(context.extensionUri, "dist", "sandbox.js").fsPath;
  const child = spawn(process.execPath, [script, "--config-out", draft.fsPath, "--hands", "6"], {
    // The editor's executable is Electron on desktops; this makes it a plain Node.js.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const ready = await readyLine(child, signal);
    running = { child, ready };
    child.once("exit", () => void forget(host));
    await keepSecrets(host, draft, ready);
    await vscode.workspace.fs.rename(draft, pairFiles.sandboxUri, { overwrite: true });
    await vscode.commands.executeCommand("setContext", "contactSync.sandboxRuns", true);
    host.log.info(say("The sandbox orgs run; their control endpoint is {0}.", ready.control.url));
  } catch (error) {
    child.kill();
    throw error;
  }
}

async function readyLine(child: ChildProcess, signal: AbortSignal): Promise<ReadyLine> {
  let text = "";
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(errors.trim() || say("The sandbox ended with code {0}.", code ?? 0))),
    );
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf("\n");
      if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as ReadyLine);
    });
  });
}

/** The secrets change with each start, so they are stored before the pair is opened. */
async function keepSecrets(
  { secrets, signIn }: Host,
  file: vscode.Uri,
  ready: ReadyLine,
): Promise<void> {
  const { parsePairFile } = await import("../../config/parse");
  const bytes = await vscode.workspace.fs.readFile(file);
  const parsed = parsePairFile(new TextDecoder().decode(bytes));
  const config = parsed.ok ? parsed.file.pairs.find(isSandboxPair) : undefined;
  if (!config) return;
  await secrets.keep(config, "dynamics", ready.dynamics.clientSecret);
  await secrets.keep(config, "marketo", ready.marketo.clientSecret);
  signIn.forget(config);
}

export async function stopSandbox(host: Host): Promise<void> {
  if (!running) {
    void vscode.window.showInformationMessage(say("No sandbox orgs run in this window."));
    return;
  }
  await forget(host);
  void vscode.window.showInformationMessage(
    say("The sandbox orgs have ended; their data is gone."),
  );
}

/** Ends the child if it runs, and takes its pair away: its addresses are of no use any more. */
async function forget(host: Host): Promise<void> {
  const { pairFiles } = host;
  const ended = running;
  running = undefined;
  if (!ended) return;
  const config = pairFiles.pairs.find(isSandboxPair);
  await removeSandboxFile(pairFiles.sandboxUri);
  await pairFiles.read();
  ended.child.kill();
  // Each start has addresses, hence a state, of its own: what is left behind would never be opened again.
  if (config) await forgetPair(host, config);
  await vscode.commands.executeCommand("setContext", "contactSync.sandboxRuns", false);
}

async function removeSandboxFile(uri: vscode.Uri): Promise<void> {
  const { rm } = await import("node:fs/promises");
  await rm(uri.fsPath, { force: true });
}

/** A pair of a sandbox that no process serves any more, for instance after a crash, is taken away at the start. */
export async function removeStaleSandbox(host: Host): Promise<void> {
  const config = host.pairFiles.pairs.find(isSandboxPair);
  if (!config || running || (await answers(config.dynamics.url))) return;
  await removeSandboxFile(host.pairFiles.sandboxUri);
  await host.pairFiles.read();
  await forgetPair(host, config);
}

/** Only this machine is asked. */
async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  if (hostname !== "127.0.0.1" && hostname !== "localhost") return true;
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: Number(port) });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** The child must not outlive the editor. */
export function registerSandbox({ disposables }: Host): void {
  disposables.add({ dispose: () => void running?.child.kill() });
}
