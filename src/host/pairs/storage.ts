import * as vscode from "vscode";
import type { PairConfig } from "../../config/pairFile";
import { fingerprint } from "./identity";

/** What the extension keeps of a pair, below its global storage. */
export interface PairStorage {
  stateFolder: string;
  schemaFile: string;
}

export function storageOf(root: vscode.Uri, config: PairConfig): PairStorage {
  const name = fingerprint(config);
  return {
    stateFolder: vscode.Uri.joinPath(root, "state", name).fsPath,
    schemaFile: vscode.Uri.joinPath(root, "schemas", `${name}.json`).fsPath,
  };
}

/** Where the editor remembers that the user paused a pair. */
export function pausedKey(config: PairConfig): string {
  return `paused:${fingerprint(config)}`;
}

/** Deletes what is kept of a pair, states that were put aside too; nobody may have it open. */
export async function removeStorage(root: vscode.Uri, config: PairConfig): Promise<void> {
  const { rm } = await import("node:fs/promises");
  const { stateFolder, schemaFile } = storageOf(root, config);
  // On Windows a file that a scanner has open cannot be deleted for a moment.
  await rm(stateFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  await rm(schemaFile, { force: true });
}
