import * as vscode from "vscode";
import { problemOf } from "../problem";
import { say } from "../text";
import type { Check } from "./answers";

/** What a step came to: the next one, the one before, or the end. */
export type StepResult = "next" | "back" | "cancel";

export interface StepPlace {
  title: string;
  step: number;
  total: number;
}

/** One question; asked again when the user comes back to it. */
export type Step = (place: StepPlace) => Promise<StepResult>;

/** Asks one question after the other, with a way back; true when all were answered. */
export async function runSteps(title: string, steps: readonly Step[]): Promise<boolean> {
  for (let at = 0; at < steps.length;) {
    const step = steps[at];
    if (!step) break;
    const result = await step({ title, step: at + 1, total: steps.length });
    if (result === "cancel") return false;
    at = result === "back" ? Math.max(0, at - 1) : at + 1;
  }
  return true;
}

export interface Question {
  prompt: string;
  value?: string;
  placeholder?: string;
  isSecret?: boolean;
  check: Check;
  /** A check that needs the network; its error is shown below the box and the user stays in it. */
  prove?: (text: string) => Promise<void>;
}

/** An input box with a back button; `take` gets the accepted text. */
export async function askText(
  place: StepPlace,
  question: Question,
  take: (text: string) => void,
): Promise<StepResult> {
  const box = vscode.window.createInputBox();
  Object.assign(box, {
    title: place.title,
    step: place.step,
    totalSteps: place.total,
    prompt: question.prompt,
    value: question.value ?? "",
    placeholder: question.placeholder,
    password: question.isSecret ?? false,
    ignoreFocusOut: true,
    buttons: place.step > 1 ? [vscode.QuickInputButtons.Back] : [],
  });
  const accept = async (): Promise<boolean> => {
    const problem = question.check(box.value) ?? (await proveIn(box, question));
    box.validationMessage = problem;
    return problem === undefined;
  };
  return new Promise<StepResult>((resolve) => {
    let isProving = false;
    box.onDidChangeValue(() => (box.validationMessage = undefined));
    box.onDidTriggerButton(() => end("back"));
    box.onDidHide(() => end("cancel"));
    box.onDidAccept(() => {
      if (isProving) return;
      isProving = true;
      void accept().then((isFine) => {
        isProving = false;
        if (!isFine) return;
        take(box.value.trim());
        end("next");
      });
    });
    const end = (result: StepResult) => {
      resolve(result);
      box.dispose();
    };
    box.show();
  });
}

async function proveIn(box: vscode.InputBox, { prove }: Question): Promise<string | undefined> {
  if (!prove) return undefined;
  box.busy = true;
  box.enabled = false;
  try {
    await prove(box.value.trim());
    return undefined;
  } catch (error) {
    const { code, message } = problemOf(error);
    return say("{0} ({1})", message, code);
  } finally {
    box.busy = false;
    box.enabled = true;
  }
}

export interface Choice<T> extends vscode.QuickPickItem {
  value: T;
}

export interface ChoiceQuestion<T> {
  placeholder: string;
  items: readonly Choice<T>[];
  isMany?: boolean;
}

/** A list with a back button; `take` gets what was chosen. */
export async function askChoice<T>(
  place: StepPlace,
  { placeholder, items, isMany = false }: ChoiceQuestion<T>,
  take: (values: readonly T[]) => void,
): Promise<StepResult> {
  const picker = vscode.window.createQuickPick<Choice<T>>();
  picker.title = place.title;
  picker.step = place.step;
  picker.totalSteps = place.total;
  picker.placeholder = placeholder;
  picker.canSelectMany = isMany;
  picker.ignoreFocusOut = true;
  picker.items = items;
  if (isMany) picker.selectedItems = items.filter((item) => item.picked);
  picker.buttons = place.step > 1 ? [vscode.QuickInputButtons.Back] : [];
  return new Promise<StepResult>((resolve) => {
    const end = (result: StepResult) => {
      resolve(result);
      picker.dispose();
    };
    picker.onDidTriggerButton(() => end("back"));
    picker.onDidHide(() => end("cancel"));
    picker.onDidAccept(() => {
      const chosen = picker.selectedItems.map((item) => item.value);
      if (chosen.length === 0) return;
      take(chosen);
      end("next");
    });
    picker.show();
  });
}
