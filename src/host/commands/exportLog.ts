import * as vscode from "vscode";
import { choosePair, type CommandArgument } from "../ask";
import type { Host } from "../host";
import { exportRows } from "../log/exportFile";
import { LogRows } from "../log/rows";
import { counted, say } from "../text";

/** The whole log as a file; the panel's own buttons export the filtered rows. */
export async function exportLog(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: "CSV",
        description: say("for spreadsheets; one line per changed field"),
        format: "csv" as const,
      },
      {
        label: "NDJSON",
        description: say("for programs; one line per activity"),
        format: "ndjson" as const,
      },
    ],
    { placeHolder: say("Choose a format") },
  );
  if (!picked) return;
  const rows = new LogRows(host.engine.request, session.id);
  const sort = { by: "time", descending: true } as const;
  const done = await exportRows(session, rows, { filter: {}, sort, format: picked.format });
  if (done)
    void vscode.window.showInformationMessage(
      counted(done.rows, "1 activity was exported.", "{0} activities were exported."),
    );
}
