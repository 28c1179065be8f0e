import { setupOf, type CycleContext } from "./cycleContext";
import { readRows } from "./gather";
import { AMBIGUOUS_CODE } from "./lifecycle/ambiguous";
import { recordName } from "./lifecycle/heir";
import { readQuestion } from "./lifecycle/questions";
import { findPersons } from "./matchCycle";
import type { PersonSearch } from "./personSearch";
import type { FailedRecord } from "./statePort";
import { newSubject, type Subject, type Subjects } from "./subject";

/** A row whose match is an open question, and the persons that the question is about. */
interface Question {
  failed: FailedRecord;
  personIds: readonly number[];
}

/**
 * Adds the rows whose open question is about a person that another row may get now: rows that want one person must be
 * seen together, or the one that happens to be touched first would get it. Other questions are left alone.
 */
export async function addRivals(
  context: CycleContext,
  subjects: Subjects,
  search: PersonSearch,
): Promise<void> {
  const asking = [...subjects.all()].filter(isUnmatched);
  if (!asking.length) return;
  const questions = openQuestions(context);
  if (!questions.length) return;
  const wanted = await wantedBy(context, asking, { questions, search });
  for (const { failed } of questionsAbout(wanted, questions)) {
    const { recordType, dynamicsId } = failed;
    const setup = setupOf(context, recordType);
    if (!setup || !dynamicsId || subjects.row(recordType, dynamicsId)) continue;
    const link = context.state.linksByDynamicsId(recordType, [dynamicsId]).get(dynamicsId);
    if (!link) subjects.add(newSubject(setup, { dynamicsId, personId: null, link: null }));
  }
}

function isUnmatched({ link, match, row }: Subject): boolean {
  return !link && !match && row.kind !== "deleted";
}

function openQuestions({ state }: CycleContext): Question[] {
  return state.failed().flatMap((failed) => {
    const { code, recordType, dynamicsId } = failed;
    if (code !== AMBIGUOUS_CODE || !dynamicsId) return [];
    const facts = readQuestion(state, recordName(recordType, dynamicsId));
    return facts?.kind === "ambiguous" ? [{ failed, personIds: facts.personIds }] : [];
  });
}

/** The persons that these rows may get: those of their own open question, or those who carry their id or address. */
async function wantedBy(
  context: CycleContext,
  asking: readonly Subject[],
  { questions, search }: { questions: readonly Question[]; search: PersonSearch },
): Promise<Set<number>> {
  const known = new Map(
    questions.map((question) => [question.failed.dynamicsId, question.personIds]),
  );
  const others = asking.filter(({ dynamicsId }) => !known.has(dynamicsId));
  await readRows(context, others);
  const { byId, byEmail } = await findPersons(context, others, search);
  return new Set([
    ...asking.flatMap(({ dynamicsId }) => known.get(dynamicsId) ?? []),
    ...[...byId, ...byEmail].map(({ id }) => id),
  ]);
}

/** The questions about one of the persons, and those that share a person with such a question. */
function questionsAbout(persons: Set<number>, questions: readonly Question[]): Question[] {
  const about: Question[] = [];
  let open = questions;
  for (let before = -1; before < about.length;) {
    before = about.length;
    const found = open.filter(({ personIds }) => personIds.some((id) => persons.has(id)));
    open = open.filter((question) => !found.includes(question));
    for (const { personIds } of found) for (const id of personIds) persons.add(id);
    about.push(...found);
  }
  return about;
}
