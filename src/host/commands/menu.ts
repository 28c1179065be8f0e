import * as vscode from "vscode";
import type { Host } from "../host";
import { say } from "../text";

interface Entry {
  icon: string;
  label: string;
  command: string;
}

/** What a click on the status bar item offers: what makes sense now, the most wanted first. */
export async function openMenu(host: Host): Promise<void> {
  const picked = await vscode.window.showQuickPick(
    entriesFor(host).map(({ icon, label, command }) => ({ label: `$(${icon}) ${label}`, command })),
    { placeHolder: "Contact Sync" },
  );
  if (picked) await vscode.commands.executeCommand(picked.command);
}

function entriesFor({ sessions }: Host): Entry[] {
  const kinds = new Set(sessions.all.map(({ phase }) => phase.kind));
  const entry = (icon: string, label: string, command: string): Entry => ({
    icon,
    label,
    command: `contactSync.${command}`,
  });
  return [
    ...(kinds.has("signIn") ? [entry("key", say("Sign In Again"), "signInAgain")] : []),
    ...(kinds.has("running")
      ? [entry("debug-stop", say("Cancel Cycle"), "cancelCycle")]
      : [entry("sync", say("Run Sync Cycle"), "runCycle")]),
    entry("eye", say("Preview Next Cycle"), "previewCycle"),
    ...(kinds.has("paused")
      ? [entry("debug-start", say("Resume"), "resume")]
      : [entry("debug-pause", say("Pause"), "pause")]),
    entry("list-flat", say("Open Activity and Conflict Log"), "openLog"),
    entry("person-add", say("Create Contact…"), "createContact"),
    entry("checklist", say("Validate Connection"), "validate"),
    entry("output", say("Show Output"), "showOutput"),
  ];
}
