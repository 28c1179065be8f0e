import * as vscode from "vscode";
import type { Host } from "./host";
import type { PairSession } from "./pairs/session";
import { problemOf, problemText } from "./problem";
import { say } from "./text";
import type { Subject } from "./trees/node";
import { environmentText, phaseText } from "./trees/phaseText";

/** What a keybinding, a menu or another extension may pass to a command. */
export type CommandArgument =
  | string
  | {
      subject?: Subject;
      pair?: string;
      cycle?: number;
      record?: string;
      field?: string;
      recordType?: "contact" | "lead";
      email?: string;
      personId?: number;
      owner?: string;
      approved?: string;
    }
  | undefined;

/** The pair that an argument names, undefined when it names none. */
export function pairIdOf(argument: CommandArgument): string | undefined {
  if (typeof argument === "string") return argument;
  return argument?.subject?.pair ?? argument?.pair;
}

/** The pair to work on: the named one, the only one, or the one that the user picks. */
export async function choosePair(
  host: Host,
  argument: CommandArgument,
): Promise<PairSession | undefined> {
  const { sessions } = host;
  const id = pairIdOf(argument);
  if (id !== undefined) {
    const named = sessions.find(id);
    if (named) return named;
    throw new Error(say('There is no pair "{0}" in this window.', id));
  }
  if (sessions.all.length <= 1) {
    const [only] = sessions.all;
    if (!only) await sayNoPair(host);
    return only;
  }
  const { moment } = sessions;
  const picked = await vscode.window.showQuickPick(
    sessions.all.map((session) => ({
      label: session.name,
      description: `${environmentText(session.config.environment)} · ${phaseText(session.phase, moment)}`,
      session,
    })),
    { placeHolder: say("Choose a pair") },
  );
  return picked?.session;
}

async function sayNoPair({ pairFiles }: Host): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    const manage = say("Manage Workspace Trust");
    const answer = await vscode.window.showWarningMessage(
      say(
        "Contact Sync does not run in a workspace that is not trusted: its pair file decides where data is sent.",
      ),
      manage,
    );
    if (answer === manage) await vscode.commands.executeCommand("workbench.trust.manage");
    return;
  }
  if (pairFiles.problem !== null) {
    const open = say("Open Pair File");
    const answer = await vscode.window.showErrorMessage(pairFiles.problem, open);
    if (answer === open) await vscode.commands.executeCommand("contactSync.openPairFile");
    return;
  }
  const connect = say("Connect…");
  const sandbox = say("Try with Sandbox Orgs");
  const answer = await vscode.window.showInformationMessage(
    say("No pair is connected yet."),
    connect,
    sandbox,
  );
  if (answer === connect) await vscode.commands.executeCommand("contactSync.connect");
  if (answer === sandbox) await vscode.commands.executeCommand("contactSync.startSandbox");
}

/** An error as the user meets it: one sentence, its code, and the way to the log. */
export async function showError({ log }: Pick<Host, "log">, error: unknown): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  const text = problemText(problemOf(error));
  log.error(text);
  const show = say("Show Log");
  if ((await vscode.window.showErrorMessage(text, show)) === show) log.show();
}

/**
 * Work that the user can cancel while its notification is shown; gives up after a while instead of turning for ever.
 * Quick work shows nothing: a flicker tells nobody anything, and the editor swallows the fourth message of a second.
 */
export async function withProgress<T>(
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
  limitMs = 120_000,
): Promise<T> {
  const stop = new AbortController();
  const result = limited(work, stop, limitMs);
  const settled = result.then(
    () => true,
    () => true,
  );
  if (!(await Promise.race([settled, after(SHOWN_AFTER_MS)]))) {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    await vscode.window.withProgress(options, (_progress, token) => {
      token.onCancellationRequested(() => stop.abort(new vscode.CancellationError()));
      return settled;
    });
  }
  return result;
}

const SHOWN_AFTER_MS = 500;

function after(ms: number): Promise<false> {
  return new Promise((done) => setTimeout(() => done(false), ms));
}

async function limited<T>(
  work: (signal: AbortSignal) => Promise<T>,
  stop: AbortController,
  limitMs: number,
): Promise<T> {
  const giveUp = () =>
    stop.abort(new Error(say("No answer within {0} s.", Math.round(limitMs / 1000))));
  const limit = setTimeout(giveUp, limitMs);
  const stopped = new Promise<never>((_resolve, reject) =>
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason as Error)),
  );
  try {
    return await Promise.race([work(stop.signal), stopped]);
  } finally {
    clearTimeout(limit);
  }
}

/** Progress in the Cycles view instead of a notification. */
export async function withViewProgress<T>(work: () => Promise<T>): Promise<T> {
  return vscode.window.withProgress({ location: { viewId: "contactSync.cycles" } }, work);
}
