import * as vscode from "vscode";
import { join } from "node:path";
import { Documents } from "./documents/documents";
import { EngineClient } from "./engine/client";
import { Network } from "./network";
import { PairFiles } from "./pairs/pairFiles";
import { problemOf, problemText } from "./problem";
import { rememberedSchema } from "./pairs/rememberedSchema";
import { Sessions } from "./pairs/sessions";
import { pausedKey, storageOf } from "./pairs/storage";
import { Secrets } from "./secrets";
import { Disposables } from "./signal";
import { SignInHost } from "./signInHost";
import { Telemetry } from "./telemetry";
import { say } from "./text";
import { Walkthrough } from "./walkthrough";

/** What every feature gets: the parts that live as long as the extension. */
export interface Host {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  engine: EngineClient;
  pairFiles: PairFiles;
  sessions: Sessions;
  secrets: Secrets;
  signIn: SignInHost;
  documents: Documents;
  telemetry: Telemetry;
  walkthrough: Walkthrough;
  /** Given back at the end, last first. */
  disposables: Disposables;
}

/** Makes the parts and joins them; nothing heavy is loaded and nothing is called. */
export function createHost(context: vscode.ExtensionContext): Host {
  const disposables = new Disposables();
  const log = disposables.add(vscode.window.createOutputChannel("Contact Sync", { log: true }));
  const pairFiles = disposables.add(new PairFiles(context.globalStorageUri));
  const secrets = new Secrets(context.secrets, process.env);
  const network = disposables.add(new Network(log));
  const signIn = disposables.add(new SignInHost(secrets, log, () => pairFiles.pairs, network));
  const engine = disposables.add(
    new EngineClient({
      script: join(context.extensionPath, "dist", "engine.js"),
      network: () => network.read(),
      token: signIn.token,
      log: (level, message) => log[level](message),
    }),
  );
  disposables.add(network.changed.listen(() => void renewNetwork(network, engine, log)));
  const owner = windowName();
  const onError = (error: unknown) => log.error(error instanceof Error ? error : String(error));
  const sessions = disposables.add(
    new Sessions({
      engine,
      now: Date.now,
      automatic: () => setting<boolean>("automaticCycles") ?? true,
      onError,
      surroundings: (config) => ({
        request: engine.request,
        stateFolder: storageOf(context.globalStorageUri, config).stateFolder,
        owner,
        now: Date.now,
        paused: {
          get: () => context.globalState.get(pausedKey(config), false),
          set: (paused) => void context.globalState.update(pausedKey(config), paused),
        },
        remembered: rememberedSchema(
          storageOf(context.globalStorageUri, config).schemaFile,
          config,
        ),
        onError,
      }),
    }),
  );
  const documents = disposables.add(new Documents());
  const telemetry = disposables.add(new Telemetry(context));
  const walkthrough = disposables.add(new Walkthrough());
  return {
    context,
    log,
    engine,
    pairFiles,
    sessions,
    secrets,
    signIn,
    documents,
    telemetry,
    walkthrough,
    disposables,
  };
}

export function setting<T>(name: string): T | undefined {
  return vscode.workspace.getConfiguration("contactSync").get<T>(name);
}

/** How other windows speak of this one. */
function windowName(): string {
  const name = vscode.workspace.name;
  return name
    ? say("the window of {0} (process {1})", name, process.pid)
    : say("a window without a folder (process {0})", process.pid);
}

/** The sign-ins see the new settings at once, the engine's thread is told them. */
async function renewNetwork(
  network: Network,
  engine: EngineClient,
  log: vscode.LogOutputChannel,
): Promise<void> {
  try {
    await network.read();
    await engine.renewNetwork();
  } catch (error) {
    log.error(problemText(problemOf(error)));
  }
}
