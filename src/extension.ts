import * as vscode from "vscode";
import { createApi, type ContactSyncApi } from "./host/api";
import { registerCommands } from "./host/commands/register";
import { registerPreview } from "./host/commands/previewCycle";
import { registerSandbox } from "./host/commands/sandbox";
import { registerEditor } from "./host/editor/register";
import { createHost, type Host } from "./host/host";
import { registerLogPanel } from "./host/log/openLog";
import { registerStatusBar } from "./host/statusBar";
import { useTranslations } from "./host/text";
import { registerTrees } from "./host/trees/register";
import { registerPairs } from "./host/watch";

let host: Host | undefined;

export function activate(context: vscode.ExtensionContext): ContactSyncApi {
  useTranslations(vscode.l10n.t);
  host = createHost(context);
  registerCommands(host);
  registerPreview(host);
  registerTrees(host);
  registerStatusBar(host);
  registerLogPanel(host);
  registerEditor(host);
  registerSandbox(host);
  registerPairs(host);
  return createApi(host);
}

/** State folders are given back whole: the engine gets its time to stop before the rest is given up. */
export async function deactivate(): Promise<void> {
  host?.sessions.dispose();
  await host?.engine.stop();
  host?.disposables.dispose();
  host = undefined;
}
