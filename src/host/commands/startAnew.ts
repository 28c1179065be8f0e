import * as vscode from "vscode";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import type { Host } from "../host";
import { say } from "../text";

/** Another organization answers: a human decides whether it is the one that is meant. */
export async function startAnew(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const start = say("Start Anew");
  const answer = await vscode.window.showWarningMessage(
    say("{0}: start anew with an empty state?", session.name),
    {
      modal: true,
      detail: say(
        "The links, the log and what both sides last agreed on are put aside and kept. Both sides are compared in full, as before a first sync, and nothing is written before you approve the plan.",
      ),
    },
    start,
  );
  if (answer !== start) return;
  const aside = await withProgress(say("Putting the old state aside…"), () => session.startAnew());
  host.log.info(say("{0}: the old state lies in {1}.", session.name, aside));
  host.sessions.look();
}
