import type { Answer } from "../../model/answer";
import type { RecordType } from "../../model/record";
import { setupOf, type CycleContext } from "../cycleContext";
import type { Decision } from "../decision";
import type { MarketoPull } from "../pullMarketo";
import type { Intent } from "../statePort";
import { newSubject, type Subject, type Subjects } from "../subject";
import { recordName } from "./heir";
import { finalWinner, winnersOf } from "./merges";
import { readAnswers, readQuestion, type PersonsFacts } from "./questions";

/** A row that is gone into another one, and the two persons that are left of both. */
interface PersonQuestion {
  recordType: RecordType;
  dynamicsId: string;
  facts: PersonsFacts;
  answer: Answer | null;
}

/** What is known about the persons of questions. */
interface Known {
  /** Those that Marketo still has. */
  present: ReadonlySet<number>;
  /** The surviving person by the merged one, as this cycle's feed tells it. */
  winners: ReadonlyMap<number, number>;
  deleted: ReadonlySet<number>;
  /** Merges of ours whose outcome was never recorded. */
  interrupted: readonly Intent[];
}

/** What is asked in the log when two linked rows became one; the row's name, its person, and those of the survivor. */
export function personsMessage(
  name: string,
  { linkedId, leftId, other, reason }: Omit<PersonsFacts, "kind">,
): string {
  const event = reason === "qualified" ? "qualified into" : "merged into";
  const survivor = recordName(other.recordType, other.dynamicsId);
  return `The ${name} was ${event} ${survivor}, which has person ${linkedId}. Person ${leftId} was left as it is and does not sync any more. If both are the same human, answer which person stays, so that the other one is merged into it, or merge them in Marketo.`;
}

/**
 * Decides about the persons of rows that became one in Dynamics, where a human has answered or something happened to one
 * of them in Marketo. Both persons are read first: an answer is about persons that are there, and a merge whose answer
 * was lost shows in them. Returns the intents that this answers.
 */
export async function settlePersonQuestions(
  context: CycleContext,
  subjects: Subjects,
  feed: MarketoPull,
): Promise<number[]> {
  const interrupted = context.state.openIntents().filter(({ kind }) => kind === "merge");
  const news = {
    winners: winnersOf(feed),
    deleted: new Set([...feed.persons.values()].flatMap(deletedId)),
    interrupted,
  };
  const due = questionsIn(context).filter((question) => isDue(question, news));
  if (due.length) {
    const ids = due.flatMap(({ facts }) => [facts.linkedId, facts.leftId]);
    const { connectors, signal } = context;
    const persons = await connectors.marketo.read([...new Set(ids)], ["id"], { signal });
    const known = { ...news, present: new Set(persons.map(({ id }) => id)) };
    for (const question of due) settle(context, subjects, { question, known });
  }
  return interrupted.map(({ id }) => id);
}

function deletedId({ personId, deleted }: { personId: number; deleted: boolean }): number[] {
  return deleted ? [personId] : [];
}

function questionsIn({ state }: CycleContext): PersonQuestion[] {
  const answers = readAnswers(state);
  return state.failed().flatMap(({ outcome, recordType, dynamicsId }) => {
    if (outcome !== "conflicted" || dynamicsId === null) return [];
    const name = recordName(recordType, dynamicsId);
    const facts = readQuestion(state, name);
    if (facts?.kind !== "persons") return [];
    return [{ recordType, dynamicsId, facts, answer: answers.get(name) ?? null }];
  });
}

function isDue(
  { facts: { linkedId, leftId }, answer }: PersonQuestion,
  { winners, deleted, interrupted }: Omit<Known, "present">,
): boolean {
  if (answer) return true;
  return [linkedId, leftId].some(
    (id) =>
      winners.has(id) || deleted.has(id) || interrupted.some(({ personId }) => personId === id),
  );
}

function settle(
  context: CycleContext,
  subjects: Subjects,
  { question, known }: { question: PersonQuestion; known: Known },
): void {
  const { recordType, dynamicsId, facts } = question;
  const setup = setupOf(context, recordType);
  const row = subjects.row(recordType, dynamicsId);
  // A row that is on its own again gets its person back, which ends the question.
  if (!setup || row?.link || row?.match?.kind === "found") return;
  const verdict = verdictOn(context, question, known);
  if (!verdict) return;
  const personId = facts.leftId;
  const subject: Subject = row ?? newSubject(setup, { dynamicsId, personId, link: null });
  Object.assign(subject, { personId, verdict });
  if (!row) subjects.add(subject);
}

function verdictOn(context: CycleContext, question: PersonQuestion, known: Known): Decision | null {
  const { linkedId, leftId } = question.facts;
  const done = known.interrupted.find((intent) => wasCarriedOut(intent, question, known));
  if (done) {
    const loserId = done.personId!;
    return closed("applied", "answered", mergedText(loserId, otherPerson(question, loserId)));
  }
  if (!known.present.has(leftId)) return withoutPerson(leftId, known);
  if (known.present.has(linkedId)) return carryOut(context, question);
  const survivorId = finalWinner(known.winners, linkedId);
  if (survivorId === linkedId || survivorId === leftId) return withoutPerson(linkedId, known);
  return askAbout(context, question, survivorId);
}

/** The person that was to go is gone, and no event says that it went into somebody else. */
function wasCarriedOut(
  { dynamicsId, personId }: Intent,
  question: PersonQuestion,
  { present, winners }: Known,
): boolean {
  if (dynamicsId !== question.dynamicsId || personId === null || present.has(personId))
    return false;
  const into = winners.get(personId);
  return into === undefined || into === otherPerson(question, personId);
}

function otherPerson({ facts: { linkedId, leftId } }: PersonQuestion, personId: number): number {
  return personId === leftId ? linkedId : leftId;
}

/** What a merge that a human asked for says in the log. */
export function mergedText(loserId: number, winnerId: number): string {
  return `Person ${loserId} was merged into person ${winnerId}.`;
}

/** One of the two is gone without us: nothing is left to ask. */
function withoutPerson(personId: number, { winners, deleted }: Known): Decision {
  if (winners.has(personId)) {
    const into = finalWinner(winners, personId);
    const message = `Person ${personId} was merged into person ${into} in Marketo; nothing is left to ask.`;
    return closed("applied", "merged-in-marketo", message);
  }
  if (deleted.has(personId)) {
    const message = `Person ${personId} was deleted in Marketo; nothing is left to ask.`;
    return closed("applied", "deleted-in-marketo", message);
  }
  const message = `The answer was not carried out: person ${personId} is not in Marketo any more.`;
  return closed("skipped", "answered", message);
}

/** Both persons are there. */
function carryOut({ state }: CycleContext, question: PersonQuestion): Decision | null {
  const { answer, facts } = question;
  if (answer?.kind === "leave") return closed("applied", "answered", null);
  if (answer?.kind !== "keep") return null;
  const link = state.linksByPersonId([facts.leftId]).get(facts.leftId);
  if (link) {
    const owner = recordName(link.recordType, link.dynamicsId);
    const message = `The answer was not carried out: person ${facts.leftId} belongs to ${owner} now.`;
    return closed("skipped", "already-linked", message);
  }
  const winnerId = answer.personId;
  return {
    kind: "mergePersons",
    winnerId,
    loserId: otherPerson(question, winnerId),
    reason: "answered",
  };
}

/** The linked person went into another one: the question is about that one now, and needs an answer of its own. */
function askAbout(
  { state }: CycleContext,
  { recordType, dynamicsId, facts }: PersonQuestion,
  linkedId: number,
): Decision {
  const own = state.linksByPersonId([linkedId]).get(linkedId);
  const other = own ? { recordType: own.recordType, dynamicsId: own.dynamicsId } : facts.other;
  const { leftId, reason } = facts;
  const asked = { linkedId, leftId, other, reason };
  const message = personsMessage(recordName(recordType, dynamicsId), asked);
  return { kind: "end", message, ...asked };
}

function closed(
  outcome: "applied" | "skipped",
  reason: Extract<Decision, { kind: "close" }>["reason"],
  message: string | null,
): Decision {
  return { kind: "close", outcome, reason, message };
}
