import * as vscode from "vscode";
import { userName } from "../../engine/userName";
import type { Question } from "../../protocol/questions";
import { answerChoices } from "../answerChoices";
import { choosePair, type CommandArgument } from "../ask";
import type { Host } from "../host";
import { say } from "../text";

/** Answers a question that only a human can answer; the next ordinary cycle acts on it (R5). */
export async function answerConflict(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const pair = session.id;
  const question = await chooseQuestion(await host.engine.request("questions", { pair }), argument);
  if (!question) return;
  const chosen = await vscode.window.showQuickPick(answerChoices(question), {
    title: say("Answer Conflict"),
    placeHolder: question.message,
  });
  if (!chosen) return;
  const because = await vscode.window.showInputBox({
    title: say("Answer Conflict"),
    prompt: say("Why? The log keeps the reason with your answer."),
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() ? undefined : say("Give a reason.")),
  });
  if (because === undefined) return;
  const { recordType, dynamicsId } = question;
  const request = { recordType, dynamicsId, answer: chosen.answer, by: userName() };
  await host.engine.request("answer", { pair, ...request, because: because.trim() });
  host.sessions.look();
  const run = say("Run Sync Cycle");
  const kept = say("The answer is kept; the next cycle acts on it.");
  const next = await vscode.window.showInformationMessage(kept, run);
  if (next === run) await vscode.commands.executeCommand("contactSync.runCycle", { pair });
}

/** The question of the record that was clicked, or the one that the user picks. */
async function chooseQuestion(
  questions: readonly Question[],
  argument: CommandArgument,
): Promise<Question | undefined> {
  const subject = typeof argument === "object" ? argument.subject : undefined;
  const record =
    subject?.kind === "record"
      ? subject.record
      : typeof argument === "object"
        ? argument.record
        : undefined;
  if (record !== undefined) {
    const asked = questions.find(({ dynamicsId }) => dynamicsId === record);
    if (asked) return asked;
    throw new Error(say("Nothing is asked about this record."));
  }
  if (!questions.length) {
    void vscode.window.showInformationMessage(say("Nothing waits for an answer."));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    questions.map((question) => ({
      label: `${question.recordType} ${question.dynamicsId.slice(0, 8)}`,
      description: question.answer ? say("answered; the next cycle acts on it") : "",
      detail: question.message,
      question,
    })),
    { title: say("Answer Conflict"), placeHolder: say("Choose the question to answer") },
  );
  return picked?.question;
}
