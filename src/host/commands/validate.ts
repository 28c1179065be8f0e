import * as vscode from "vscode";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import { checksText, countChecks } from "../documents/checksText";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { say } from "../text";

/** Runs the check list and shows it like a test run; offers what can be set up from here. */
export async function validateConnection(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const checks = await withProgress(say("Validating {0}…", session.name), () =>
    host.engine.request("validate", { pair: session.id }),
  );
  const path = `${session.id}/${say("Connection")}.md`;
  await host.documents.show(path, checksText(session.name, checks));
  const { red } = countChecks(checks);
  await vscode.commands.executeCommand("setContext", "contactSync.validated", red === 0);
  const lacking = checks.filter(({ id, state }) => id.startsWith("link:") && state !== "green");
  if (lacking.length > 0)
    await offerLinkFields(
      host,
      session,
      lacking.map(({ title }) => title),
    );
}

/** Set-up is shown first, done only on a yes, and the sync works without it where it can. */
async function offerLinkFields(
  host: Host,
  session: PairSession,
  titles: readonly string[],
): Promise<void> {
  const create = say("Create Fields");
  const answer = await vscode.window.showInformationMessage(
    say("Create the missing Marketo fields?"),
    {
      modal: true,
      detail: `${titles.join("\n")}\n\n${say("Custom fields cannot be deleted by API. Without the first one persons are linked by e-mail only, and none is created.")}`,
    },
    create,
  );
  if (answer !== create) return;
  const made = await withProgress(say("Creating fields in Marketo…"), () =>
    host.engine.request("createLinkFields", { pair: session.id }),
  );
  void vscode.window.showInformationMessage(say("Created: {0}", made.join(", ") || say("nothing")));
  await validateConnection(host, { pair: session.id });
}

/** Reads both sides' fields anew. */
export async function refreshFields(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  await vscode.window.withProgress({ location: { viewId: "contactSync.organizations" } }, () =>
    session.describe(true),
  );
}
