import * as vscode from "vscode";
import type { CreateContactRequest, PersonSummary, PlannedChange } from "../../protocol/engine";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import type { Host } from "../host";
import { shown, shownIn } from "../log/compareText";
import type { PairSession } from "../pairs/session";
import { dynamicsRecordUrl } from "../recordLinks";
import { say } from "../text";

/** Search, look, owner, create, open. A person that is linked already is told so, and nothing is created. */
export async function createContact(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const person = await choosePerson(host, session, argument);
  if (!person) return;
  if (person.linkedTo) return offerLinked(session, person.linkedTo);
  const request: CreateContactRequest = { personId: person.id };
  const pair = session.id;
  const { change } = await withProgress(say("Looking at the person…"), () =>
    host.engine.request("previewCreate", { pair, request }),
  );
  if (!(await confirm(session, change))) return;
  const owner = await chooseOwner(host, session, argument);
  if (owner === undefined) return;
  const wanted = { ...request, ...(owner !== null && { owner }) };
  const { activity, dynamicsId } = await withProgress(say("Creating the contact…"), () =>
    host.engine.request("createContact", { pair, request: wanted }),
  );
  await session.refresh();
  if (activity.outcome === "applied" && dynamicsId !== null) {
    const text = say("The contact was created in Dynamics.");
    return offerToOpen(session, { recordType: activity.recordType, dynamicsId }, text);
  }
  if (dynamicsId !== null) {
    return offerLinked(session, { recordType: activity.recordType, dynamicsId });
  }
  const show = say("Show in Log");
  const why = activity.error?.message ?? say("The contact was not created.");
  if ((await vscode.window.showErrorMessage(why, show)) === show) {
    await vscode.commands.executeCommand("contactSync.openLog", {
      pair,
      record: String(person.id),
    });
  }
}

async function choosePerson(
  host: Host,
  session: PairSession,
  argument: CommandArgument,
): Promise<PersonSummary | undefined> {
  const given = typeof argument === "object" ? argument : {};
  const query =
    given.personId !== undefined
      ? { personId: given.personId }
      : given.email !== undefined
        ? { email: given.email }
        : await askForPerson();
  if (!query) return undefined;
  const persons = await withProgress(say("Searching in Marketo…"), () =>
    host.engine.request("searchPersons", { pair: session.id, ...query }),
  );
  if (persons.length === 0) throw new Error(say("Marketo has no such person."));
  if (persons.length === 1) return persons[0];
  const picked = await vscode.window.showQuickPick(persons.map(personItem), {
    title: say("Create Contact"),
    placeHolder: say("Several persons match; choose one"),
    matchOnDescription: true,
  });
  return picked?.person;
}

async function askForPerson(): Promise<{ personId: number } | { email: string } | undefined> {
  const typed = await vscode.window.showInputBox({
    title: say("Create Contact"),
    prompt: say("The person's e-mail address or id in Marketo"),
    placeHolder: "ada@example.com",
    ignoreFocusOut: true,
    validateInput: (text) =>
      !text.trim() || /^\d+$/.test(text.trim()) || text.includes("@")
        ? undefined
        : say("This is neither an e-mail address nor a number."),
  });
  const text = typed?.trim();
  if (!text) return undefined;
  return /^\d+$/.test(text) ? { personId: Number(text) } : { email: text };
}

function personItem(person: PersonSummary) {
  const { values, id, linkedTo } = person;
  const name = [values["firstname"], values["lastname"]].filter(Boolean).join(" ");
  return {
    label: name || say("Person {0}", id),
    description: [String(id), shown(values["emailaddress1"])].join(" · "),
    ...(linkedTo && { detail: say("linked already") }),
    person,
  };
}

/** What would be created and what Dynamics would refuse; values are shown, nothing is written yet. */
async function confirm({ schema }: PairSession, planned: PlannedChange): Promise<boolean> {
  const { action, changes, message, recordType } = planned;
  const columns = schema?.tables[recordType]?.columns ?? [];
  const lines = changes
    .filter(({ after }) => after !== null)
    .map(({ field, after }) => {
      const column = columns.find(({ name }) => name === field);
      return `${column?.displayName ?? field}: ${shownIn(column, after)}`;
    });
  if (action === "refuse") {
    await vscode.window.showWarningMessage(say("Dynamics would refuse this contact."), {
      modal: true,
      detail: [message, ...lines].filter(Boolean).join("\n"),
    });
    return false;
  }
  const next = say("Continue");
  const answer = await vscode.window.showInformationMessage(
    say("This contact would be created in Dynamics:"),
    { modal: true, detail: lines.join("\n") },
    next,
  );
  return answer === next;
}

/** An owner's id, null for Dynamics' own default, undefined when the user canceled. */
async function chooseOwner(
  host: Host,
  session: PairSession,
  argument: CommandArgument,
): Promise<string | null | undefined> {
  if (typeof argument === "object" && argument.owner !== undefined) return argument.owner;
  const owners = host.engine.request("owners", { pair: session.id });
  const items = owners.then((list) => [
    { label: `$(account) ${say("The sync user (default)")}`, id: null },
    ...list.map(({ id, name }) => ({ label: name, id })),
  ]);
  const picked = await vscode.window.showQuickPick(items, {
    title: say("Create Contact"),
    placeHolder: say("Choose the owner of the contact"),
    ignoreFocusOut: true,
  });
  return picked?.id;
}

type LinkedRecord = NonNullable<PersonSummary["linkedTo"]>;

async function offerLinked(session: PairSession, record: LinkedRecord): Promise<void> {
  const text = say("This person is in Dynamics already; nothing was created.");
  return offerToOpen(session, record, text);
}

async function offerToOpen(
  { config }: PairSession,
  { recordType, dynamicsId }: LinkedRecord,
  text: string,
): Promise<void> {
  const open = say("Open in Dynamics");
  if ((await vscode.window.showInformationMessage(text, open)) !== open) return;
  const url = dynamicsRecordUrl(config, recordType, dynamicsId);
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}
