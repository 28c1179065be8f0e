import * as vscode from "vscode";
import type { ExportFormat, LogFilter, LogSort } from "../../protocol/log";
import type { PairSession } from "../pairs/session";
import { say } from "../text";
import { exportChunk, exportHead } from "./exportText";
import type { LogRows } from "./rows";

const PAGE = 2000;

export interface ExportWish {
  filter: LogFilter;
  sort: LogSort;
  format: ExportFormat;
}

/** Asks for a file and writes the rows page by page; null when the user canceled. */
export async function exportRows(
  session: PairSession,
  rows: LogRows,
  wish: ExportWish,
): Promise<{ rows: number } | null> {
  const target = await vscode.window.showSaveDialog({
    title: say("Export Log"),
    defaultUri: vscode.Uri.joinPath(
      await startFolder(),
      `contact-sync-${session.id}.${wish.format}`,
    ),
    filters: wish.format === "csv" ? { CSV: ["csv"] } : { NDJSON: ["ndjson", "jsonl"] },
  });
  return target ? writeRows(target, rows, wish) : null;
}

/** Where the dialog starts: the workspace, else the user's own folder. */
async function startFolder(): Promise<vscode.Uri> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder?.uri.scheme === "file") return folder.uri;
  const { homedir } = await import("node:os");
  return vscode.Uri.file(homedir());
}

/** Rows that come while the file is written are left out, so that pages neither repeat nor skip one. */
export async function writeRows(
  target: vscode.Uri,
  rows: LogRows,
  { filter, sort, format }: ExportWish,
): Promise<{ rows: number }> {
  const upTo = filter.upTo ?? (await rows.latest());
  const fixed = { ...filter, upTo };
  const { open } = await import("node:fs/promises");
  const file = await open(target.fsPath, "w");
  let count = 0;
  try {
    await file.write(exportHead(format));
    for (;;) {
      const page = await rows.query({ filter: fixed, sort, offset: count, limit: PAGE });
      await file.write(exportChunk(format, page));
      count += page.length;
      if (page.length < PAGE) break;
    }
  } finally {
    await file.close();
  }
  return { rows: count };
}
