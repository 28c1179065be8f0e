import * as vscode from "vscode";
import { pairIdOf, type CommandArgument } from "../ask";
import type { Host } from "../host";
import { say } from "../text";

export async function openPairFile(host: Host, argument: CommandArgument): Promise<void> {
  const id = pairIdOf(argument) ?? soleId(host);
  const uri = id === undefined ? host.pairFiles.uri : await host.pairFiles.uriOf(id);
  const document = await openOrSay(uri);
  if (document) await vscode.window.showTextDocument(document);
}

function soleId({ sessions }: Host): string | undefined {
  return sessions.all.length === 1 ? sessions.all[0]?.id : undefined;
}

async function openOrSay(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    const connect = say("Connect…");
    const answer = await vscode.window.showInformationMessage(
      say("There is no pair file yet; Connect… writes one."),
      connect,
    );
    if (answer === connect) await vscode.commands.executeCommand("contactSync.connect");
    return undefined;
  }
}

/** Shows the line of the file that maps this field. */
export async function revealMapping(host: Host, argument: CommandArgument): Promise<void> {
  const subject = typeof argument === "object" ? argument.subject : undefined;
  if (subject?.kind !== "field") return openPairFile(host, argument);
  const document = await openOrSay(await host.pairFiles.uriOf(subject.pair));
  if (!document) return;
  const { mappingRange } = await import("../editor/places");
  const range = mappingRange(document.getText(), subject);
  const editor = await vscode.window.showTextDocument(document);
  if (!range) {
    await vscode.window.showInformationMessage(
      say(
        "This mapping comes from the default map; it is written into the file when you change it.",
      ),
    );
    return;
  }
  const selection = new vscode.Range(
    document.positionAt(range.offset),
    document.positionAt(range.offset + range.length),
  );
  editor.selection = new vscode.Selection(selection.start, selection.end);
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenter);
}
