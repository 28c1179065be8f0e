import { answerQuestion, questionsOf } from "../engine/answers";
import { userName } from "../engine/userName";
import type { Answer } from "../model/answer";
import { ContactSyncError } from "../model/failure";
import type { Question } from "../protocol/questions";
import { openState } from "../state/openState";
import type { Arguments } from "./arguments";
import { pairsIn, printActivity, withStates, type CommandContext } from "./commands";
import { EXIT } from "./exitCode";

/** Shows what waits for a human's answer. */
export async function questions(
  options: Arguments<"questions">,
  { output }: CommandContext,
): Promise<number> {
  return withStates(options, (state) => {
    const open = questionsOf(state);
    if (options.json) {
      open.forEach((question) => output.out(JSON.stringify({ type: "question", ...question })));
      return;
    }
    if (!open.length) return output.out("Nothing waits for an answer.");
    open.flatMap(questionLines).forEach((line) => output.out(line));
  });
}

/** What to type for each way to answer. */
const CHOICES: Readonly<Record<Question["kind"], (personIds: readonly number[]) => string[]>> = {
  ambiguous: (personIds) => [...personIds.map((personId) => `--person ${personId}`), "--new"],
  held: () => ["--take", "--leave"],
  persons: (personIds) => [...personIds.map((personId) => `--keep ${personId}`), "--leave"],
};

function questionLines(question: Question): string[] {
  const { kind, recordType, dynamicsId, message, personIds, since, answer: given } = question;
  const choices = CHOICES[kind](personIds);
  return [
    `${recordType} ${dynamicsId}, since ${since.slice(0, 19)}: ${message}`,
    given
      ? `    answered (${given.kind}); the next cycle acts on it`
      : `    answer --record ${dynamicsId} with ${choices.join(" or ")}`,
  ];
}

/** Stores an answer; nothing is pushed through, the next ordinary cycle acts on it (R5). */
export async function answer(
  options: Arguments<"answer">,
  { output }: CommandContext,
): Promise<number> {
  const chosen = answerOf(options);
  const dynamicsId = options.record.toLowerCase();
  for (const pair of await pairsIn(options.state, options.pair)) {
    const owner = "contact-sync answer";
    const folder = options.state;
    const state = await openState({ folder, pair, mode: "write", owner, now: Date.now });
    try {
      const question = questionsOf(state).find((open) => open.dynamicsId === dynamicsId);
      if (!question) continue;
      const { recordType } = question;
      const by = userName();
      const { because } = options;
      const request = { recordType, dynamicsId, answer: chosen, by, because };
      const activity = await answerQuestion(state, request, { pair, now: Date.now() });
      printActivity(output, activity, options.json);
      return EXIT.done;
    } finally {
      await state.close();
    }
  }
  throw new ContactSyncError(
    "CS-ARGUMENT",
    `Nothing is asked about a record ${dynamicsId}; "questions" shows what is.`,
  );
}

function answerOf(options: Arguments<"answer">): Answer {
  const { person, new: isNew, keep, take, leave } = options;
  const given: Answer[] = [
    ...(person === undefined ? [] : [{ kind: "match" as const, personId: person }]),
    ...(isNew ? [{ kind: "new" as const }] : []),
    ...(keep === undefined ? [] : [{ kind: "keep" as const, personId: keep }]),
    ...(take ? [{ kind: "take" as const }] : []),
    ...(leave ? [{ kind: "leave" as const }] : []),
  ];
  const [only] = given;
  if (only && given.length === 1) return only;
  throw new ContactSyncError(
    "CS-ARGUMENT",
    "Give exactly one of --person ID, --new, --keep ID, --take and --leave.",
  );
}
