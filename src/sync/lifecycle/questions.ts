import type { Answer } from "../../model/answer";
import type { RecordType } from "../../model/record";
import type { StatePort, StateWriter } from "../statePort";
import { recordName } from "./heir";

/** What a question is about; kept beside the note of the record, whose message tells it in words. */
export type QuestionFacts =
  | { kind: "ambiguous"; personIds: readonly number[]; rowIds: readonly string[] }
  | { kind: "held"; winnerId: number; other: RowName }
  | PersonsFacts;

/** Two linked rows became one in Dynamics: the survivor's person, and the one that was left without a row. */
export interface PersonsFacts {
  kind: "persons";
  linkedId: number;
  leftId: number;
  /** The row that survived. */
  other: RowName;
  reason: "merged-in-dynamics" | "qualified";
}

interface RowName {
  recordType: RecordType;
  dynamicsId: string;
}

const ANSWERS_KEY = "answers";

type Stored = Readonly<Record<string, Answer>>;

export function readAnswers(state: Pick<StatePort, "checkpoint">): Map<string, Answer> {
  const text = state.checkpoint(ANSWERS_KEY);
  return new Map(text === null ? [] : Object.entries(JSON.parse(text) as Stored));
}

export function writeAnswers(writer: StateWriter, answers: ReadonlyMap<string, Answer>): void {
  const text = answers.size ? JSON.stringify(Object.fromEntries(answers)) : null;
  writer.setCheckpoint(ANSWERS_KEY, text);
}

function questionKey(name: string): string {
  return `question:${name}`;
}

export function readQuestion(
  state: Pick<StatePort, "checkpoint">,
  name: string,
): QuestionFacts | null {
  const text = state.checkpoint(questionKey(name));
  return text === null ? null : (JSON.parse(text) as QuestionFacts);
}

/** Keeps what the question is about; the same question is asked in many cycles and written once. */
export function writeQuestion(
  { state, writer }: { state: StatePort; writer: StateWriter },
  name: string,
  facts: QuestionFacts,
): void {
  const key = questionKey(name);
  const text = JSON.stringify(facts);
  if (state.checkpoint(key) !== text) writer.setCheckpoint(key, text);
}

/** Nothing is asked about the record any more. */
export function clearQuestion(
  { state, writer }: { state: StatePort; writer: StateWriter },
  name: string,
): void {
  const key = questionKey(name);
  if (state.checkpoint(key) !== null) writer.setCheckpoint(key, null);
}

/** The answer is carried out, or what it answered is asked in another way now. */
export function dropAnswer(
  { state, writer }: { state: StatePort; writer: StateWriter },
  name: string,
): void {
  const answers = readAnswers(state);
  if (answers.delete(name)) writeAnswers(writer, answers);
}

/** Answers whose record is not noted any more are carried out, or nothing is left to carry out. */
export function settleAnswers(state: StatePort, writer: StateWriter): void {
  const answers = readAnswers(state);
  if (!answers.size) return;
  const open = new Set(
    state.failed().map(({ recordType, dynamicsId }) => recordName(recordType, dynamicsId ?? "")),
  );
  const left = new Map([...answers].filter(([name]) => open.has(name)));
  if (left.size < answers.size) writeAnswers(writer, left);
}
