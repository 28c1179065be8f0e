import type { Activity } from "../model/activity";
import { ContactSyncError } from "../model/failure";
import type { CreateContactRequest, PersonSummary, PlannedChange } from "../protocol/engine";
import { setupOf, type CycleContext } from "../sync/cycleContext";
import { normalizeMarketo } from "../sync/normalize";
import type { MarketoPerson } from "../sync/ports";
import { changeOf } from "../sync/record";
import { refusalMessage } from "../sync/refusal";
import { decideSubject } from "../sync/subject";
import { createRequested, requireSetup, subjectFor } from "./requested";

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
  unusable: string | null = null,
): Promise<CreateResult> {
  const person = await onePerson(context, request);
  const results = await createRequested(context, [person], {
    recordType: request.recordType ?? "contact",
    owner: request.owner ?? null,
    unusable,
    by: "command",
  });
  const { activity, dynamicsId } = results.get(person.id)!;
  if (activity) return { activity, dynamicsId };
  throw new ContactSyncError("CS-NO-RECORD", "Nothing was recorded for this person; run it again.");
}

/** What `createRecord` would do, with what Dynamics would refuse as far as it can be known before. */
export async function previewCreate(
  context: CycleContext,
  request: CreateContactRequest,
): Promise<CreatePreview> {
  const person = await onePerson(context, request);
  const setup = requireSetup(context, request.recordType ?? "contact");
  const owner = request.owner ?? null;
  const subject = subjectFor(context, setup, person, { by: "command", owner });
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
