import * as vscode from "vscode";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { say } from "../text";
import { checkNotEmpty, checkSecret } from "./answers";

/** Removes what the cycles wait for: asks the person in the browser, or for a new secret. */
export async function signInAgain(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const { signIn } = session.config.dynamics;
  const isApplication = signIn === "clientSecret" || signIn === "certificate";
  if (isApplication && !(await renewSecrets(host, session))) return;
  host.signIn.forget(session.config);
  const title = isApplication ? say("Signing in…") : say("Continue in your browser…");
  await withProgress(title, (signal) => host.signIn.signIn(session.config, signal), 10 * 60_000);
  session.clear();
  host.sessions.look();
}

/** Asks for the secrets of a pair; an empty answer keeps the one that is known. */
async function renewSecrets(host: Host, session: PairSession): Promise<boolean> {
  const { config } = session;
  const sides = [
    ...(config.dynamics.signIn === "clientSecret"
      ? ([["dynamics", say("Client secret of Dynamics"), checkSecret]] as const)
      : []),
    ["marketo", say("Client secret of Marketo"), checkNotEmpty] as const,
  ] as const;
  for (const [side, prompt, check] of sides) {
    const isKnown = await host.secrets.has(config, side);
    const typed = await vscode.window.showInputBox({
      title: say("Sign In Again: {0}", session.name),
      prompt: isKnown ? say("{0} (leave empty to keep the present one)", prompt) : prompt,
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) => (isKnown && !text ? undefined : check(text)),
    });
    if (typed === undefined) return false;
    if (typed) await host.secrets.keep(config, side, typed.trim());
  }
  return true;
}
