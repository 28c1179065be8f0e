import * as vscode from "vscode";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { say } from "../text";
import { editPair } from "./editPair";
import { forgetPair } from "./forgetPair";
import { stopSandbox } from "./sandbox";

/** Ends a pair: nothing of it stays on this computer, and nothing changes in the two systems. */
export async function removePair(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const { pairFiles } = host;
  const { name, phase } = session;
  const file = await pairFiles.uriOf(session.id);
  // Sandbox orgs and their pair come and go together.
  if (file.toString() === pairFiles.sandboxUri.toString()) return stopSandbox(host);
  if (phase.kind === "reader") {
    throw new Error(
      say("{0} runs in {1}. Remove it there, or close that window.", name, phase.owner),
    );
  }
  const remove = say("Remove");
  const answer = await vscode.window.showWarningMessage(
    say("Remove {0} from this computer?", name),
    {
      modal: true,
      detail: say(
        "It leaves the pair file. Its secrets, its sign-in, its links and its log are deleted here; nothing changes in Dynamics and Marketo. If you connect the two again, they are compared in full, as before a first sync.",
      ),
    },
    remove,
  );
  if (answer !== remove) return;
  await withProgress(say("Removing {0}…", name), () => takeOut(host, session, file));
  host.log.info(say("{0} is removed from this computer.", name));
}

async function takeOut(host: Host, { config, name }: PairSession, file: vscode.Uri): Promise<void> {
  const { removePair: withoutPair } = await import("../../config/edit");
  if (!(await editPair(host, config.id, (text) => withoutPair(text, config.id)))) {
    throw new Error(say("{0} could not be taken out of {1}.", name, file.fsPath));
  }
  await forgetPair(host, config);
}
