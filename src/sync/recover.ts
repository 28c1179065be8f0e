import { setupOf, type CycleContext } from "./cycleContext";
import { linkOf } from "./linkLookup";
import { unpackSent } from "./sentValues";
import type { Intent } from "./statePort";
import { newSubject, type Subject, type Subjects } from "./subject";

/**
 * Finds the records of writes that were announced and whose outcome was never recorded (the process ended, or the
 * answer was lost). They are read on both sides and compared like any other record, never blindly written again.
 * Returns the intents that are answered when this cycle's last commit is done.
 */
export function addSuspects(context: CycleContext, subjects: Subjects): number[] {
  // What became of a merge of persons is looked at with the question that it answered.
  const intents = context.state.openIntents().filter(({ kind }) => kind !== "merge");
  for (const intent of intents) {
    const subject = suspectOf(context, subjects, intent);
    if (!subject) continue;
    // A record's writes to both sides may be open; only one of them carries what lost clashes.
    const earlier = subject.suspect?.clashes ?? [];
    subject.suspect = { ...intent, clashes: [...earlier, ...intent.clashes] };
    subject.sent = [...subject.sent, ...unpackSent(intent)];
  }
  if (intents.length) context.report.progress("recovering", intents.length, intents.length);
  return intents.map((intent) => intent.id);
}

function suspectOf(context: CycleContext, subjects: Subjects, intent: Intent): Subject | undefined {
  const setup = setupOf(context, intent.recordType);
  const link = linkOf(context.state, intent);
  const dynamicsId = link?.dynamicsId ?? intent.dynamicsId;
  if (!setup || !dynamicsId) return undefined;
  const known = subjects.row(intent.recordType, dynamicsId);
  if (known) return known;
  const personId = link?.personId ?? intent.personId;
  const subject = newSubject(setup, { dynamicsId, personId, link });
  // A row that was asked for from a person belongs to that person, if it is there.
  if (!link && intent.side === "dynamics" && personId !== null) {
    subject.match = { kind: "found", by: "id", personId };
  }
  return subjects.add(subject);
}
