import * as vscode from "vscode";
import type { LogFilter } from "../../protocol/log";
import { choosePair, type CommandArgument } from "../ask";
import type { Host } from "../host";
import { say } from "../text";
import { LogPanel, PANEL_TYPE } from "./panel";

const panels = new Map<string, LogPanel>();

/** Opens the log of a pair, filtered for what the argument names. */
export async function openLog(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const panel = panels.get(session.id) ?? createPanel(host, session.id, session.name);
  const { filter, open } = wishOf(argument);
  panel.show(filter, open);
}

function wishOf(argument: CommandArgument): { filter: LogFilter; open?: number } {
  if (typeof argument !== "object") return { filter: {} };
  const { subject } = argument;
  if (subject?.kind === "cycle") return { filter: { cycle: subject.cycle } };
  if (subject?.kind === "record") return { filter: { record: subject.record } };
  if (subject?.kind === "activity") {
    return { filter: { conflictsOnly: true }, open: subject.activity };
  }
  const { cycle, record, field } = argument;
  return {
    filter: {
      ...(cycle !== undefined && { cycle }),
      ...(record !== undefined && { record }),
      ...(field !== undefined && { field }),
    },
  };
}

function createPanel(host: Host, pair: string, name: string): LogPanel {
  const title = host.sessions.all.length > 1 ? say("Log: {0}", name) : say("Contact Sync Log");
  const panel = vscode.window.createWebviewPanel(PANEL_TYPE, title, vscode.ViewColumn.Active, {});
  void host.context.workspaceState.update(pairKey(title), pair);
  const log = keep(host, panel, pair);
  log.openEarly();
  return log;
}

function keep(host: Host, panel: vscode.WebviewPanel, pair: string): LogPanel {
  const log = new LogPanel(host, panel, pair);
  panels.set(pair, log);
  panel.onDidDispose(() => panels.delete(pair));
  return log;
}

/** Which pair a panel showed; its page keeps the rest. */
function pairKey(title: string): string {
  return `logPair:${title}`;
}

/** A panel that was open when the window closed comes back with its filters. */
export function registerLogPanel(host: Host): void {
  host.disposables.add(
    vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
      deserializeWebviewPanel: async (panel: vscode.WebviewPanel) => {
        const known = host.context.workspaceState.get<string>(pairKey(panel.title));
        const pair = known ?? (await firstPair(host));
        if (pair === undefined) panel.dispose();
        else keep(host, panel, pair);
      },
    }),
  );
}

async function firstPair({ pairFiles }: Host): Promise<string | undefined> {
  await pairFiles.read();
  return pairFiles.pairs[0]?.id;
}
