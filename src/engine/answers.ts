import type { Activity } from "../model/activity";
import type { Answer } from "../model/answer";
import { ContactSyncError } from "../model/failure";
import type { AnswerRequest, Question } from "../protocol/questions";
import { recordName } from "../sync/lifecycle/heir";
import {
  readAnswers,
  readQuestion,
  writeAnswers,
  type QuestionFacts,
} from "../sync/lifecycle/questions";
import type { FailedRecord, StatePort } from "../sync/statePort";

/** What waits for a human's answer, with what can be answered. */
export function questionsOf(state: StatePort): Question[] {
  const answers = readAnswers(state);
  return state.failed().flatMap((record): Question[] => {
    const { recordType, dynamicsId, code, message, firstAt } = record;
    if (record.outcome !== "conflicted" || dynamicsId === null) return [];
    const name = recordName(recordType, dynamicsId);
    const facts = readQuestion(state, name);
    if (!facts) return [];
    const since = new Date(firstAt).toISOString();
    const told = {
      recordType,
      dynamicsId,
      code,
      message,
      since,
      answer: answers.get(name) ?? null,
    };
    return [{ ...told, ...subjectOf(facts) }];
  });
}

function subjectOf(facts: QuestionFacts): Pick<Question, "kind" | "personIds" | "other"> {
  switch (facts.kind) {
    case "ambiguous":
      return { kind: "ambiguous", personIds: facts.personIds, other: null };
    case "held":
      return { kind: "held", personIds: [facts.winnerId], other: facts.other };
    case "persons":
      return { kind: "persons", personIds: [facts.linkedId, facts.leftId], other: facts.other };
  }
}

/**
 * Stores the answer and makes the record due: the next ordinary cycle acts on it with everything that it looks at (R5).
 * The log says who answered what and why.
 */
export async function answerQuestion(
  state: StatePort,
  request: AnswerRequest,
  { pair, now }: { pair: string; now: number },
): Promise<Activity> {
  const { recordType, dynamicsId, answer } = request;
  const question = questionsOf(state).find(
    (open) => open.recordType === recordType && open.dynamicsId === dynamicsId,
  );
  const record = state.failedAmong(recordType, [dynamicsId]).get(dynamicsId);
  if (!question || !record) throw argument(`Nothing is asked about ${recordType} ${dynamicsId}.`);
  const problem = unfit(question, answer);
  if (problem) throw argument(problem);
  const activity = activityFor({ request, question, record }, { pair, now, state });
  const answers = readAnswers(state).set(recordName(recordType, dynamicsId), answer);
  const id = await state.commit((writer) => {
    writeAnswers(writer, answers);
    // Answers about two persons are looked for in every cycle; the row itself has nothing left to try.
    if (question.kind !== "persons") writer.putFailed({ ...record, nextAttempt: now });
    return writer.addActivity(activity);
  });
  return { id, ...activity };
}

/** The answers that each question takes, and what to say about any other one. */
const FITTING: Readonly<
  Record<Question["kind"], { answers: readonly Answer["kind"][]; needs: string }>
> = {
  ambiguous: {
    answers: ["match", "new"],
    needs: "needs the person that it belongs to, or that it is a new one.",
  },
  held: {
    answers: ["take", "leave"],
    needs: "needs whether it takes the person or leaves it to the other record.",
  },
  persons: {
    answers: ["keep", "leave"],
    needs: "needs the person that stays, or that both stay as they are.",
  },
};

/** Why the answer does not belong to the question; null when it does. */
function unfit(
  { kind, personIds, recordType, dynamicsId }: Question,
  answer: Answer,
): string | null {
  const { answers, needs } = FITTING[kind];
  if (!answers.includes(answer.kind)) return `${recordName(recordType, dynamicsId)} ${needs}`;
  if (!("personId" in answer) || personIds.includes(answer.personId)) return null;
  return `Person ${answer.personId} is none of those in question (${personIds.join(", ")}).`;
}

function activityFor(
  {
    request,
    question,
    record,
  }: { request: AnswerRequest; question: Question; record: FailedRecord },
  { pair, now, state }: { pair: string; now: number; state: StatePort },
): Omit<Activity, "id"> {
  const { answer, by, because } = request;
  const words = `${by} answered: ${answerText(answer, question)} Reason given: ${because}`;
  return {
    time: new Date(now).toISOString(),
    cycle: state.lastCycle(),
    pair,
    recordType: record.recordType,
    dynamicsId: record.dynamicsId,
    personId: answer.kind === "match" ? answer.personId : record.personId,
    outcome: "skipped",
    reason: "answered",
    changes: [],
    error: { code: "CS-ANSWERED", message: words },
    changedAt: { dynamics: null, marketo: null },
    requestId: null,
  };
}

function answerText(answer: Answer, { kind, personIds, other }: Question): string {
  const rest = other && recordName(other.recordType, other.dynamicsId);
  switch (answer.kind) {
    case "match":
      return `the record belongs to person ${answer.personId}.`;
    case "new":
      return `the record is none of the persons ${personIds.join(", ")}; it gets a new one.`;
    case "take":
      return `the record takes person ${personIds.join(", ")} over from ${rest}.`;
    case "keep": {
      const rival = personIds.find((id) => id !== answer.personId);
      return `person ${answer.personId} stays, and person ${rival} is merged into it.`;
    }
    case "leave":
      if (kind === "persons") return "both persons stay as they are.";
      return `person ${personIds.join(", ")} stays with ${rest}.`;
  }
}

function argument(message: string): ContactSyncError {
  return new ContactSyncError("CS-ARGUMENT", message);
}
