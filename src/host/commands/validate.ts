import * as vscode from "vscode";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import {
  checksText,
  countChecks,
  lackingOf,
  setUpText,
  type Lacking,
} from "../documents/checksText";
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
  if (red === 0) host.walkthrough.done("validated");
  const lacking = lackingOf(checks);
  if (lacking.fields.length > 0 || lacking.activityType) await offerSetUp(host, session, lacking);
}

/** Set-up is shown first, done only on a yes, and the sync works without it where it can. */
async function offerSetUp(host: Host, session: PairSession, lacking: Lacking): Promise<void> {
  const create = say("Create in Marketo");
  const answer = await vscode.window.showInformationMessage(
    say("Create in Marketo what the sync lacks there?"),
    { modal: true, detail: setUpText(lacking) },
    create,
  );
  if (answer !== create) return;
  const pair = session.id;
  const made = await withProgress(say("Creating in Marketo…"), async () => {
    const fields =
      lacking.fields.length > 0 ? await host.engine.request("createFields", { pair }) : [];
    const type = lacking.activityType
      ? await host.engine.request("createActivityType", { pair })
      : null;
    return [...fields, ...(type === null ? [] : [type])];
  });
  void vscode.window.showInformationMessage(say("Created: {0}", made.join(", ") || say("nothing")));
  await validateConnection(host, { pair });
}

/** Reads both sides' fields anew. */
export async function refreshFields(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  await vscode.window.withProgress({ location: { viewId: "contactSync.organizations" } }, () =>
    session.describe(true),
  );
}
