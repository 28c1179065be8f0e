import type { RecordType } from "../../model/record";
import { setupOf, type CycleContext } from "../cycleContext";
import { NOBODY } from "../match";
import type { MarketoPerson } from "../ports";
import { newSubject, type Subject, type Subjects } from "../subject";
import { makeHeir } from "./followRows";
import { subjectName } from "./heir";
import { readAnswers, readQuestion, type QuestionFacts } from "./questions";

/** Lets held links go the way that a human chose (R5: in an ordinary cycle, with everything that it looks at). */
export function followAnswers(context: CycleContext, subjects: Subjects): void {
  for (const [name, answer] of readAnswers(context.state)) {
    if (answer.kind !== "take" && answer.kind !== "leave") continue;
    const [recordType, dynamicsId] = name.split(" ") as [RecordType, string];
    const subject = subjects.row(recordType, dynamicsId);
    const facts = readQuestion(context.state, name);
    if (subject?.link?.state !== "held" || subject.verdict || facts?.kind !== "held") continue;
    if (subject.row.kind === "deleted") continue;
    if (answer.kind === "leave") subject.verdict = { kind: "dissolve", reason: "answered" };
    else takePerson(context, subjects, { subject, facts });
  }
}

/** The held record goes on with the person; the record that had it is without one. */
function takePerson(
  context: CycleContext,
  subjects: Subjects,
  { subject, facts }: { subject: Subject; facts: Extract<QuestionFacts, { kind: "held" }> },
): void {
  const { winnerId, other: rival } = facts;
  // An earlier attempt may have ended the other record's link already; it gets a person of its own.
  const freed = subjects.row(rival.recordType, rival.dynamicsId);
  if (freed && !freed.link) freed.match = NOBODY;
  const own = context.state.linksByPersonId([winnerId]).get(winnerId);
  if (own && own.dynamicsId !== subject.dynamicsId) {
    const setup = setupOf(context, own.recordType);
    const other =
      subjects.row(own.recordType, own.dynamicsId) ??
      (setup && subjects.add(newSubject(setup, { ...own, link: own })));
    // The person is not read as this record's any more.
    if (other) Object.assign(other, { verdict: { kind: "dissolve", reason: "answered" } });
  }
  const { link, setup } = subject;
  makeHeir(subject, {
    personId: winnerId,
    former: link!,
    formerSetup: setup,
    reason: "merged-in-marketo",
  });
}

/** Rows whose match a human has named, with the person; `none`: a person of its own. */
export async function answeredMatches(
  context: CycleContext,
  open: readonly Subject[],
): Promise<Map<Subject, MarketoPerson | "none">> {
  const answers = readAnswers(context.state);
  const found = new Map<Subject, MarketoPerson | "none">();
  if (!answers.size) return found;
  const wanted = new Map<Subject, number>();
  for (const subject of open) {
    const answer = answers.get(subjectName(subject));
    if (answer?.kind === "new") found.set(subject, "none");
    if (answer?.kind === "match") wanted.set(subject, answer.personId);
  }
  if (!wanted.size) return found;
  const { state, connectors, personFields, signal } = context;
  const ids = [...wanted.values()];
  const persons = await connectors.marketo.read(ids, personFields, { signal });
  const linked = state.linksByPersonId(ids);
  const byId = new Map(persons.map((person) => [person.id, person]));
  for (const [subject, id] of wanted) {
    const person = byId.get(id);
    // Gone, or another record has it by now: the question is asked anew.
    if (person && !linked.has(id)) found.set(subject, person);
    else dropped(context, subjectName(subject), id);
  }
  return found;
}

function dropped({ report }: CycleContext, name: string, personId: number): void {
  report.warning(
    "CS-ANSWERED",
    `The answer about ${name} cannot be carried out: person ${personId} is gone or linked to another record.`,
  );
}
