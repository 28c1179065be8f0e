import { emptyCounts, type Activity, type CycleCounts } from "../model/activity";
import { CallError, ContactSyncError } from "../model/failure";
import type { RecordType } from "../model/record";
import { Applier, commitRecording } from "../sync/apply";
import { setupOf, type CycleContext, type TypeSetup } from "../sync/cycleContext";
import { applyPerson } from "../sync/gather";
import { storedId } from "../sync/storedId";
import type { MarketoPerson } from "../sync/ports";
import { activityOf, tell } from "../sync/record";
import { settleAgain } from "../sync/settle";
import { newSubject, type Subject } from "../sync/subject";
import { existingRecords, type Existing } from "./existing";
import type { ChosenOwner } from "./owners";
import { requestedRowId } from "./requestId";

/** How persons shall exist in Dynamics, too (R4). */
export interface Ask extends ChosenOwner {
  recordType: RecordType;
  by: "command" | "marketo";
}

/**
 * - `created`: the row was created and linked.
 * - `there`: the person had a record already; nothing was done.
 * - `refused`: Dynamics or our own checks said no; it is tried again when the person changes.
 * - `later`: it could not be written now.
 */
export type RequestOutcome = "created" | "there" | "refused" | "later";

export interface Requested {
  outcome: RequestOutcome;
  /** The row of the log that tells it; null if nothing was recorded. */
  activity: Activity | null;
  /** The record that the person belongs to now. */
  dynamicsId: string | null;
}

/** Creates rows for persons, all together; persons that have a record already are left alone, and the log says so. */
export async function createRequested(
  context: CycleContext,
  persons: readonly MarketoPerson[],
  ask: Ask,
  counts: CycleCounts = emptyCounts(),
): Promise<Map<number, Requested>> {
  const setup = requireSetup(context, ask.recordType);
  const known = await existingRecords(context, setup, persons);
  const { watched, told } = watchActivities(context);
  const subjects = persons
    .filter((person) => !known.has(person.id))
    .map((person) => subjectFor(context, setup, person, ask));
  await tellExisting(watched, counts, { setup, persons, known });
  const applier = new Applier(watched, counts);
  await applier.apply(subjects);
  await settleAgain(watched, applier, counts);
  const results = new Map<number, Requested>();
  for (const person of persons) {
    const there = known.get(person.id);
    const activity = told.get(person.id) ?? null;
    results.set(
      person.id,
      there
        ? { outcome: "there", activity, dynamicsId: there.dynamicsId }
        : { ...whatBecameOf(context, person.id), activity },
    );
  }
  const created = subjects.filter((s) => results.get(s.personId!)?.outcome === "created");
  await tellUnusableOwner(context, created, ask);
  const unmarked = persons.filter(
    (person) => known.get(person.id)?.linked && storedId(context, person) === null,
  );
  await markPersons(context, [...created.map((subject) => subject.personId!), ...idsOf(unmarked)]);
  return results;
}

const idsOf = (persons: readonly MarketoPerson[]): number[] => persons.map(({ id }) => id);

export function requireSetup(context: CycleContext, recordType: RecordType): TypeSetup {
  const setup = setupOf(context, recordType);
  if (setup) return setup;
  throw new ContactSyncError(
    "CS-CONFIG",
    `The record type ${recordType} is not synced by this pair; switch it on in the pair file.`,
  );
}

/** The row that is to be created from the person, with an id that is always the same for the same request. */
export function subjectFor(
  context: CycleContext,
  setup: TypeSetup,
  person: MarketoPerson,
  { by, owner }: Pick<Ask, "by" | "owner">,
): Subject {
  const { recordType } = setup;
  const former = context.state.linksByPersonId([person.id]).get(person.id)?.dynamicsId ?? null;
  const dynamicsId = requestedRowId({
    pair: context.pair,
    recordType,
    personId: person.id,
    former,
  });
  const subject = newSubject(setup, { dynamicsId, personId: person.id, link: null });
  subject.requested = { by, owner };
  applyPerson(subject, person);
  return subject;
}

function whatBecameOf(
  { state }: CycleContext,
  personId: number,
): Pick<Requested, "outcome" | "dynamicsId"> {
  const link = state.linksByPersonId([personId]).get(personId);
  if (link && link.state !== "dynamicsDeleted") {
    return { outcome: "created", dynamicsId: link.dynamicsId };
  }
  const failed = state.failedAmongPersons([personId]).get(personId);
  const isRefused = failed !== undefined && failed.outcome !== "failed";
  return { outcome: isRefused ? "refused" : "later", dynamicsId: null };
}

/** The same context, which also remembers the last activity of each person. */
function watchActivities(context: CycleContext) {
  const told = new Map<number, Activity>();
  const watched: CycleContext = {
    ...context,
    report: {
      ...context.report,
      activities: (activities) => {
        for (const row of activities) if (row.personId !== null) told.set(row.personId, row);
        context.report.activities(activities);
      },
    },
  };
  return { watched, told };
}

async function tellExisting(
  context: CycleContext,
  counts: CycleCounts,
  {
    setup,
    persons,
    known,
  }: { setup: TypeSetup; persons: readonly MarketoPerson[]; known: ReadonlyMap<number, Existing> },
): Promise<void> {
  if (!known.size) return;
  const failed = context.state.failedAmongPersons([...known.keys()]);
  await commitRecording(context, counts, (recording) => {
    for (const { id } of persons) {
      const there = known.get(id);
      if (!there) continue;
      const subject = newSubject(setupOf(context, there.recordType) ?? setup, {
        dynamicsId: there.dynamicsId,
        personId: id,
        link: null,
      });
      const reason = there.linked ? "already-linked" : "already-in-dynamics";
      tell(recording, activityOf(context, subject, { outcome: "skipped", reason, changes: [] }));
      counts.skipped++;
      // The request is answered; what a record that is there waits for is another matter.
      const asked = failed.get(id);
      if (asked?.dynamicsId === null) recording.writer.removeFailed(asked);
    }
  });
}

/** A record that got another owner than it was asked for says so. */
async function tellUnusableOwner(
  context: CycleContext,
  created: readonly Subject[],
  { owner, unusable }: Ask,
): Promise<void> {
  if (unusable === null || !created.length) return;
  await commitRecording(context, emptyCounts(), (recording) => {
    for (const subject of created) {
      const change = { field: "ownerid", to: "dynamics", before: unusable, after: owner } as const;
      const told = { outcome: "applied", reason: "owner-fallback", changes: [change] } as const;
      tell(recording, activityOf(context, subject, told));
    }
  });
}

/**
 * The persons learn their record's id; without it only the state would know that they belong together. A process may
 * have ended between the link and this: then a repeated request makes up for it.
 */
async function markPersons(context: CycleContext, personIds: readonly number[]): Promise<void> {
  const { linkFields, connectors, state, signal } = context;
  if (!linkFields.id || !personIds.length) return;
  const links = [...state.linksByPersonId(personIds).values()];
  const active = links.filter((link) => link.state === "active");
  if (!active.length) return;
  const writes = active.map(({ personId, dynamicsId, recordType }) => {
    const values: Record<string, unknown> = { [linkFields.id!]: dynamicsId };
    if (linkFields.type) values[linkFields.type] = recordType;
    if (linkFields.deleted) values[linkFields.deleted] = false;
    return { kind: "update" as const, id: personId, values };
  });
  const failure = await connectors.marketo
    .write(writes, { keyField: linkFields.id, signal, urgent: true })
    .then((results) => results.find((result) => result.kind !== "written")?.failure ?? null)
    .catch((error: unknown) => {
      if (error instanceof CallError) return error.failure;
      throw error;
    });
  if (!failure) return;
  const message = `The record was created and linked, but the person does not carry its id yet: ${failure.message}`;
  context.report.warning(failure.code, message);
}
