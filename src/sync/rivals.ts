import type { CycleContext } from "./cycleContext";
import { readRows } from "./gather";
import { askAgain, openQuestions, type OpenQuestion } from "./lifecycle/openQuestions";
import { findPersons } from "./matchCycle";
import type { PersonSearch } from "./personSearch";
import type { Subject, Subjects } from "./subject";

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
  for (const question of questionsAbout(wanted, questions)) askAgain(context, subjects, question);
}

function isUnmatched({ link, match, row }: Subject): boolean {
  return !link && !match && row.kind !== "deleted";
}

/** The persons that these rows may get: those of their own open question, or those who carry their id or address. */
async function wantedBy(
  context: CycleContext,
  asking: readonly Subject[],
  { questions, search }: { questions: readonly OpenQuestion[]; search: PersonSearch },
): Promise<Set<number>> {
  const known = new Map(questions.map(({ dynamicsId, personIds }) => [dynamicsId, personIds]));
  const others = asking.filter(({ dynamicsId }) => !known.has(dynamicsId));
  await readRows(context, others);
  const { byId, byEmail } = await findPersons(context, others, search);
  return new Set([
    ...asking.flatMap(({ dynamicsId }) => known.get(dynamicsId) ?? []),
    ...[...byId, ...byEmail].map(({ id }) => id),
  ]);
}

/** The questions about one of the persons, and those that share a person with such a question. */
function questionsAbout(
  persons: ReadonlySet<number>,
  questions: readonly OpenQuestion[],
): ReadonlySet<OpenQuestion> {
  const byPerson = new Map<number, OpenQuestion[]>();
  for (const question of questions) {
    for (const id of question.personIds) byPerson.set(id, [...(byPerson.get(id) ?? []), question]);
  }
  const about = new Set<OpenQuestion>();
  const reached = new Set(persons);
  // Persons that are added on the way have their turn, too.
  for (const id of reached) {
    for (const question of byPerson.get(id) ?? []) {
      about.add(question);
      for (const other of question.personIds) reached.add(other);
    }
  }
  return about;
}
