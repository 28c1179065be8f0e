import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { ContactSyncApi, PairReport } from "../../../src/host/api";

/** Waits until `find` finds something; the limit is for a machine that is slow, not for the product. */
export async function until<T>(
  what: string,
  find: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  limitMs = 40_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await find();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited ${limitMs} ms in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const EXTENSION_ID = "contact-sync.contact-sync";

/** The extension, running, with what it tells of its pairs. */
export async function extension(): Promise<vscode.Extension<ContactSyncApi>> {
  const found = vscode.extensions.getExtension<ContactSyncApi>(EXTENSION_ID);
  assert.ok(found, `${EXTENSION_ID} is not installed.`);
  await found.activate();
  return found;
}

/** The pair's report once it meets a condition. */
export async function pairWhen(
  id: string,
  what: string,
  condition: (pair: PairReport) => boolean,
): Promise<PairReport> {
  const { exports } = await extension();
  return until(`${id} ${what}`, () => exports.pairs().find((p) => p.id === id && condition(p)));
}

export function run(command: string, argument?: unknown): Thenable<unknown> {
  return vscode.commands.executeCommand(`contactSync.${command}`, argument);
}

/** The text of the read-only document that a command has opened. */
export async function documentWith(text: string): Promise<vscode.TextDocument> {
  return until(`a document with "${text}"`, () =>
    vscode.workspace.textDocuments.find(
      (document) => document.uri.scheme === "contact-sync" && document.getText().includes(text),
    ),
  );
}
