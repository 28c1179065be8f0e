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

/** Forgets a pair whose systems are gone for ever; nobody may have it open. */
export async function removeStorage(root: vscode.Uri, config: PairConfig): Promise<void> {
  const { rm } = await import("node:fs/promises");
  const { stateFolder, schemaFile } = storageOf(root, config);
  await rm(stateFolder, { recursive: true, force: true });
  await rm(schemaFile, { force: true });
}
