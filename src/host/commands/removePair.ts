import * as vscode from "vscode";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { pausedKey, removeStorage } from "../pairs/storage";
import { say } from "../text";
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
  await withProgress(say("Removing {0}…", name), () => forget(host, session, file));
  host.log.info(say("{0} is removed from this computer.", name));
}

async function forget(
  { context, pairFiles, sessions, secrets, signIn }: Host,
  { config, name }: PairSession,
  file: vscode.Uri,
): Promise<void> {
  const { removePair: withoutPair } = await import("../../config/edit");
  if (!(await pairFiles.edit(file, (text) => withoutPair(text, config.id)))) {
    throw new Error(say("{0} could not be taken out of {1}.", name, file.fsPath));
  }
  await sessions.use(pairFiles.pairs);
  await secrets.forget(config);
  signIn.forget(config);
  await context.globalState.update(pausedKey(config), undefined);
  await removeStorage(context.globalStorageUri, config);
}
