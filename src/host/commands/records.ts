import * as vscode from "vscode";
import type { Activity } from "../../model/activity";
import type { Side } from "../../model/record";
import { choosePair, type CommandArgument } from "../ask";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { dynamicsRecordUrl, marketoPersonUrl } from "../recordLinks";
import { say } from "../text";

/** Opens the record of an activity in the side's own web interface. */
export async function openRecord(
  { config }: PairSession,
  activity: Pick<Activity, "recordType" | "dynamicsId" | "personId">,
  side: Side,
): Promise<void> {
  const { recordType, dynamicsId, personId } = activity;
  const url =
    side === "dynamics"
      ? dynamicsId !== null && dynamicsRecordUrl(config, recordType, dynamicsId)
      : personId !== null && marketoPersonUrl(personId);
  if (!url) {
    const text =
      side === "dynamics"
        ? say("This activity has no record in Dynamics.")
        : say("This activity has no person in Marketo.");
    void vscode.window.showInformationMessage(text);
    return;
  }
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}

export async function openDynamics(host: Host, argument: CommandArgument): Promise<void> {
  return openFrom(host, argument, "dynamics");
}

export async function openMarketo(host: Host, argument: CommandArgument): Promise<void> {
  return openFrom(host, argument, "marketo");
}

async function openFrom(host: Host, argument: CommandArgument, side: Side): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const subject = typeof argument === "object" ? argument.subject : undefined;
  const activity =
    subject?.kind === "activity"
      ? session.known.conflicts.find(({ id }) => id === subject.activity)
      : subject?.kind === "record"
        ? session.known.failed.find(
            ({ dynamicsId, personId }) => (dynamicsId ?? String(personId)) === subject.record,
          )
        : undefined;
  if (activity) return openRecord(session, activity, side);
  const { config } = session;
  const url =
    side === "dynamics" ? config.dynamics.url : (config.marketo.url ?? "https://app.marketo.com/");
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}
