import { emptyCounts, type Activity } from "../model/activity";
import { CallError, ContactSyncError } from "../model/failure";
import type { RecordType } from "../model/record";
import type { CreateContactRequest, PersonSummary, PlannedChange } from "../protocol/engine";
import { Applier, commitRecording } from "../sync/apply";
import { setupOf, type CycleContext, type TypeSetup } from "../sync/cycleContext";
import { applyPerson } from "../sync/gather";
import { storedId } from "../sync/matchCycle";
import { normalizeMarketo } from "../sync/normalize";
import type { MarketoPerson } from "../sync/ports";
import { activityOf, changeOf, tell } from "../sync/record";
import { refusalMessage } from "../sync/refusal";
import { settleAgain } from "../sync/settle";
import { decideSubject, newSubject, type Subject } from "../sync/subject";

/** What a request to create a record came to; `activity` is its row in the log. */
export interface CreateResult {
  activity: Activity;
  /** The contact or lead that the person belongs to now; null when nothing was created. */
  dynamicsId: string | null;
}

/** What would be created, and what would be refused, before anything is written. */
export interface CreatePreview {
  person: PersonSummary;
  change: PlannedChange;
}

/** Persons with this id or e-mail address, with what they are linked to. */
export async function findPersons(
  context: CycleContext,
  { personId, email }: { personId?: number; email?: string },
): Promise<MarketoPerson[]> {
  const { marketo } = context.connectors;
  const options = { signal: context.signal, urgent: true };
  if (personId !== undefined) return marketo.read([personId], context.personFields, options);
  if (!email) throw new ContactSyncError("CS-ARGUMENT", "Name a person by id or e-mail address.");
  return marketo.find({ field: "email", values: [email] }, context.personFields, options);
}

/** A person as the interface shows it. */
export function summarize(context: CycleContext, person: MarketoPerson): PersonSummary {
  const link = context.state.linksByPersonId([person.id]).get(person.id);
  const setup = setupOf(context, link?.recordType ?? "contact") ?? context.types[0];
  return {
    id: person.id,
    values: setup ? normalizeMarketo(setup.rules, person.values) : {},
    linkedTo: link ? { recordType: link.recordType, dynamicsId: link.dynamicsId } : null,
  };
}

/** Creates a record in Dynamics from a person (R4). A person that is there already is left alone, and the log says so. */
export async function createRecord(
  context: CycleContext,
  request: CreateContactRequest,
  by: "command" | "marketo" = "command",
): Promise<CreateResult> {
  const person = await onePerson(context, request);
  const subject = subjectFor(context, { person, request, by });
  const known = await existing(context, subject, person);
  if (known) return alreadyThere(context, subject, known);

  let last: Activity | undefined;
  const reporting: CycleContext = {
    ...context,
    report: {
      ...context.report,
      activities: (activities) => {
        last = activities.find((row) => row.personId === person.id) ?? last;
        context.report.activities(activities);
      },
    },
  };
  const counts = emptyCounts();
  const applier = new Applier(reporting, counts);
  await applier.apply([subject]);
  await settleAgain(reporting, applier, counts);
  await markPerson(context, subject);
  if (!last) {
    throw new ContactSyncError(
      "CS-NO-RECORD",
      "Nothing was recorded for this person; run it again.",
    );
  }
  const created = context.state.linksByPersonId([person.id]).get(person.id);
  return { activity: last, dynamicsId: created?.dynamicsId ?? null };
}

/** What `createRecord` would do, with what Dynamics would refuse as far as it can be known before. */
export async function previewCreate(
  context: CycleContext,
  request: CreateContactRequest,
): Promise<CreatePreview> {
  const person = await onePerson(context, request);
  const subject = subjectFor(context, { person, request, by: "command" });
  const decision = decideSubject(subject, context);
  const changes = "changes" in decision ? decision.changes : [];
  const refused = "refusals" in decision && decision.refusals.length > 0;
  return {
    person: summarize(context, person),
    change: {
      recordType: subject.setup.recordType,
      dynamicsId: null,
      personId: person.id,
      action: refused ? "refuse" : "create",
      to: "dynamics",
      reason: "reason" in decision ? decision.reason : "requested-by-command",
      message: refused ? refusalMessage(decision.refusals) : null,
      changes: (refused ? decision.refusals.flatMap((refusal) => refusal.changes) : changes).map(
        changeOf,
      ),
    },
  };
}

async function onePerson(
  context: CycleContext,
  request: CreateContactRequest,
): Promise<MarketoPerson> {
  const persons = await findPersons(context, request);
  const [person] = persons;
  const name = request.personId !== undefined ? "this id" : "this e-mail address";
  if (!person) {
    throw new ContactSyncError("CS-NO-PERSON", `Marketo has no person with ${name}.`);
  }
  if (persons.length > 1) {
    const ids = persons.map(({ id }) => id).join(", ");
    throw new ContactSyncError(
      "CS-AMBIGUOUS",
      `${persons.length} persons have ${name}; choose one by its id: ${ids}.`,
    );
  }
  return person;
}

function subjectFor(
  context: CycleContext,
  {
    person,
    request,
    by,
  }: { person: MarketoPerson; request: CreateContactRequest; by: "command" | "marketo" },
): Subject {
  const recordType = request.recordType ?? "contact";
  const setup = requireSetup(context, recordType);
  const dynamicsId = context.world.newId();
  const subject = newSubject(setup, { dynamicsId, personId: person.id, link: null });
  subject.requested = { by, owner: request.owner ?? null };
  applyPerson(subject, person);
  return subject;
}

function requireSetup(context: CycleContext, recordType: RecordType): TypeSetup {
  const setup = setupOf(context, recordType);
  if (setup) return setup;
  throw new ContactSyncError(
    "CS-CONFIG",
    `The record type ${recordType} is not synced by this pair; switch it on in the pair file.`,
  );
}

interface Existing {
  recordType: RecordType;
  dynamicsId: string | null;
  linked: boolean;
}

/** The record that this person has already: by its link, by the id that it carries, or by e-mail. */
async function existing(
  context: CycleContext,
  subject: Subject,
  person: MarketoPerson,
): Promise<Existing | null> {
  const link = context.state.linksByPersonId([person.id]).get(person.id);
  if (link && link.state !== "dynamicsDeleted") {
    return { recordType: link.recordType, dynamicsId: link.dynamicsId, linked: true };
  }
  const { dynamics } = context.connectors;
  const options = { signal: context.signal, urgent: true };
  const stored = storedId(context, person);
  for (const { recordType } of context.types) {
    const rows = stored ? await dynamics.read(recordType, [stored], [], options) : [];
    if (rows[0]) return { recordType, dynamicsId: rows[0].id, linked: false };
  }
  if (!context.policies.matchByEmail) return null;
  return existingByEmail(context, subject, person);
}

async function existingByEmail(
  context: CycleContext,
  subject: Subject,
  person: MarketoPerson,
): Promise<Existing | null> {
  const email = person.values["email"];
  const { recordType, rules } = subject.setup;
  if (typeof email !== "string" || !rules.some((rule) => rule.key === EMAIL)) return null;
  const rows = await context.connectors.dynamics.find(
    recordType,
    { column: EMAIL, values: [email] },
    [EMAIL],
    { signal: context.signal, urgent: true },
  );
  const links = context.state.linksByDynamicsId(
    recordType,
    rows.map((row) => row.id),
  );
  const free = rows.find((row) => !links.has(row.id));
  return free ? { recordType, dynamicsId: free.id, linked: false } : null;
}

const EMAIL = "emailaddress1";

async function alreadyThere(
  context: CycleContext,
  subject: Subject,
  known: Existing,
): Promise<CreateResult> {
  const told: Activity[] = [];
  const reporting = {
    ...context,
    report: {
      ...context.report,
      activities: (activities: readonly Activity[]) => {
        told.push(...activities);
        context.report.activities(activities);
      },
    },
  };
  const setup = setupOf(context, known.recordType) ?? subject.setup;
  await commitRecording(reporting, emptyCounts(), (recording) => {
    const there = { ...subject, setup, requested: null, dynamicsId: known.dynamicsId ?? "" };
    const reason = known.linked ? "already-linked" : "already-in-dynamics";
    tell(recording, activityOf(context, there, { outcome: "skipped", reason, changes: [] }));
  });
  return { activity: told[0]!, dynamicsId: known.dynamicsId };
}

/** The person learns its record's id; without it only the state would know that they belong together. */
async function markPerson(context: CycleContext, subject: Subject): Promise<void> {
  const { linkFields, connectors, state, signal } = context;
  const link =
    subject.personId === null
      ? undefined
      : state.linksByPersonId([subject.personId]).get(subject.personId);
  if (!linkFields.id || !link) return;
  const values: Record<string, unknown> = { [linkFields.id]: link.dynamicsId };
  if (linkFields.type) values[linkFields.type] = link.recordType;
  if (linkFields.deleted) values[linkFields.deleted] = false;
  const writes = [{ kind: "update" as const, id: link.personId, values }];
  const failure = await connectors.marketo
    .write(writes, { keyField: linkFields.id, signal })
    .then(([result]) => (!result || result.kind === "written" ? null : result.failure))
    .catch((error: unknown) => {
      if (error instanceof CallError) return error.failure;
      throw error;
    });
  if (!failure) return;
  const message = `The record was created and linked, but the person does not carry its id yet: ${failure.message}`;
  context.report.warning(failure.code, message);
}
