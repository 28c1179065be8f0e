import * as vscode from "vscode";
import type { RecordType } from "../../model/record";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import { explainText } from "../documents/explainText";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { say } from "../text";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A record of Dynamics, or a person that may have none. */
type RecordKey =
  { recordType: RecordType; dynamicsId: string } | { recordType: RecordType; personId: number };

/** For a record and a field: every change, the rule behind it, and what would happen next. */
export async function explainFieldValue(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const record = await recordOf(host, session, argument);
  if (!record) return;
  const mapped = await fieldOf(session, record.recordType, argument);
  if (!mapped) return;
  const wanted = { pair: session.id, ...record, field: mapped.column };
  const explanation = await withProgress(say("Reading both records…"), () =>
    host.engine.request("explain", wanted),
  );
  const text = explainText({ explanation, mapped, locale: vscode.env.language });
  const name = explanation.dynamicsId?.slice(0, 8) ?? String(explanation.personId);
  await host.documents.show(`${session.id}/${mapped.column} ${name}.md`, text);
}

async function recordOf(
  host: Host,
  session: PairSession,
  argument: CommandArgument,
): Promise<RecordKey | undefined> {
  const given = typeof argument === "object" ? argument : undefined;
  const subject = given?.subject;
  if (subject?.kind === "activity") {
    const activity = session.known.conflicts.find(({ id }) => id === subject.activity);
    if (activity?.dynamicsId)
      return { recordType: activity.recordType, dynamicsId: activity.dynamicsId };
  }
  const named = subject?.kind === "record" ? subject.record : given?.record;
  const typed =
    named ??
    (await vscode.window.showInputBox({
      title: say("Explain Field Value"),
      prompt: say("The record: its Dynamics id, its person id in Marketo, or its e-mail address"),
      ignoreFocusOut: true,
    }));
  return typed ? findRecord(host, session, typed.trim(), given?.recordType) : undefined;
}

async function findRecord(
  host: Host,
  session: PairSession,
  typed: string,
  recordType: RecordType | undefined,
): Promise<RecordKey> {
  const pair = session.id;
  if (GUID.test(typed)) {
    const dynamicsId = typed.toLowerCase();
    const filter = { record: dynamicsId };
    const wanted = { pair, filter, offset: 0, limit: 1 };
    const [activity] = await host.engine.request("activities", wanted);
    return { recordType: recordType ?? activity?.recordType ?? "contact", dynamicsId };
  }
  const query = /^\d+$/.test(typed) ? { personId: Number(typed) } : { email: typed };
  const persons = await host.engine.request("searchPersons", { pair, ...query });
  const linked = persons.find(({ linkedTo }) => linkedTo !== null)?.linkedTo;
  if (linked) return linked;
  const [person] = persons;
  if (person) return { recordType: recordType ?? "contact", personId: person.id };
  throw new Error(say("Marketo has no such person."));
}

async function fieldOf(session: PairSession, recordType: RecordType, argument: CommandArgument) {
  const schema = session.schema ?? (await session.describe());
  const fields = schema.maps[recordType] ?? [];
  const given = typeof argument === "object" ? argument : undefined;
  const subject = given?.subject;
  const wanted = subject?.kind === "field" ? subject.column : given?.field;
  const named = fields.find(({ column }) => column === wanted);
  if (named) return named;
  const picked = await vscode.window.showQuickPick(
    fields.map((mapped) => ({
      label: mapped.columnLabel ?? mapped.column,
      description: `${mapped.column} ↔ ${mapped.field}`,
      mapped,
    })),
    {
      title: say("Explain Field Value"),
      placeHolder: say("Choose a field"),
      matchOnDescription: true,
    },
  );
  return picked?.mapped;
}
