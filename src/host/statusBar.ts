import * as vscode from "vscode";
import type { Host } from "./host";
import { statusBarText } from "./statusText";
import { say } from "./text";
import { waitingText } from "./trees/backlog";

/** The item on the left of the status bar; a click opens the menu. */
export function registerStatusBar({ sessions, disposables }: Host): void {
  const item = disposables.add(
    vscode.window.createStatusBarItem("contactSync.status", vscode.StatusBarAlignment.Left, 10),
  );
  item.name = "Contact Sync";
  item.command = { command: "contactSync.menu", title: say("Contact Sync: Menu") };
  const show = () => {
    const views = sessions.all.map(({ name, config, phase, known }) => ({
      name,
      environment: config.environment,
      phase,
      conflicts: known.status?.conflicted ?? 0,
      waits: known.status && waitingText(known.status),
    }));
    const status = statusBarText(views, sessions.moment);
    if (!status) return item.hide();
    item.text = status.text;
    item.tooltip = status.tooltip;
    item.accessibilityInformation = { label: status.spoken, role: "button" };
    const color = "statusBarItem.warningBackground";
    item.backgroundColor = status.isWarning ? new vscode.ThemeColor(color) : undefined;
    item.show();
  };
  disposables.add(sessions.changed.listen(show));
  // The time to the next cycle goes on between two events.
  disposables.add(sessions.looked.listen(show));
}
