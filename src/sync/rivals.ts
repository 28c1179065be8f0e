import { setupOf, type CycleContext } from "./cycleContext";
import { AMBIGUOUS_CODE } from "./lifecycle/ambiguous";
import { newSubject, type Subject, type Subjects } from "./subject";

/**
 * Adds the rows whose match is an open question when another row is to be matched: rows that want one person must be
 * seen together, or the one that happens to be touched first would get the person.
 */
export function addRivals(context: CycleContext, subjects: Subjects): void {
  if (![...subjects.all()].some(isUnmatched)) return;
  for (const { code, recordType, dynamicsId } of context.state.failed()) {
    const setup = setupOf(context, recordType);
    if (code !== AMBIGUOUS_CODE || !setup || !dynamicsId) continue;
    if (subjects.row(recordType, dynamicsId)) continue;
    const link = context.state.linksByDynamicsId(recordType, [dynamicsId]).get(dynamicsId);
    if (!link) subjects.add(newSubject(setup, { dynamicsId, personId: null, link: null }));
  }
}

function isUnmatched({ link, match, row }: Subject): boolean {
  return !link && !match && row.kind !== "deleted";
}
