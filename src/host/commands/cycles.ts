import * as vscode from "vscode";
import { HALT_TEXT } from "../../model/reasons";
import { choosePair, withViewProgress, type CommandArgument } from "../ask";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { say } from "../text";
import { countWords } from "../trees/cycles";

/** Starts the next ordinary cycle early, or joins the one that runs (there is no way to force one record). */
export async function runCycle(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  if (session.phase.kind === "reader") {
    const { owner } = session.phase;
    const text = say("{0} is run by {1}; run the cycle there.", session.name, owner);
    void vscode.window.showInformationMessage(text);
    return;
  }
  const approved = typeof argument === "object" ? (argument.approved ?? null) : null;
  const summary = await withViewProgress(() => session.run(approved));
  if (!summary) return;
  if (summary.halted) return askAboutHalt(session);
  if (summary.error) return;
  const words = countWords(summary).join(", ") || say("nothing to do");
  const name = host.sessions.all.length > 1 ? session.name : "Contact Sync";
  vscode.window.setStatusBarMessage(`$(check) ${name}: ${words}`, 8000);
}

/** A brake stopped the plan: the numbers first, reviewing as the default, and never an answer by itself. */
export async function askAboutHalt(session: PairSession): Promise<void> {
  const { phase } = session;
  if (phase.kind !== "halted") return;
  const { reason, planned, limit } = phase.halt;
  const review = say("Review Changes");
  const answer = await vscode.window.showWarningMessage(
    say("{0}: the cycle was halted before anything was written.", session.name),
    {
      modal: true,
      detail: `${say(HALT_TEXT[reason])}\n${say("{0} planned, limit {1}", planned, limit)}`,
    },
    review,
  );
  if (answer === review) {
    await vscode.commands.executeCommand("contactSync.previewCycle", { pair: session.id });
  }
}

export async function cancelCycle(host: Host, argument: CommandArgument): Promise<void> {
  const running = host.sessions.all.filter(({ phase }) => phase.kind === "running");
  const session = running.length === 1 ? running[0] : await choosePair(host, argument);
  await session?.cancel();
}

export async function pause(host: Host, argument: CommandArgument): Promise<void> {
  (await choosePair(host, argument))?.pause();
}

export async function resume(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  session?.resume();
  host.sessions.look();
}
