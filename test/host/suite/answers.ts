import * as vscode from "vscode";
import { until } from "./support";

/** A question that the extension asked, in words. */
export interface Asked {
  kind: "input" | "pick" | "message" | "open" | "browser";
  text: string;
  /** Buttons of a message, or labels of a list. */
  choices: readonly string[];
  detail: string;
}

/** What a user would answer; the first entry whose words are in the question counts, and is used up. */
export interface Answer {
  to: RegExp;
  /** Text to type, labels to choose, or the button to press; null closes the question. */
  with: string | readonly string[] | null;
}

type Window = Record<string, unknown>;

/** What went wrong in a box or list, where nobody waits for it. */
const troubles: unknown[] = [];

/** Answers the questions of the extension while `work` runs; boxes are the real ones, accepted as by the Enter key. */
export async function answering<T>(
  answers: readonly Answer[],
  work: (asked: Asked[]) => Promise<T>,
  openBrowser: (url: string) => Promise<void> = async () => undefined,
): Promise<T> {
  const open = [...answers];
  const asked: Asked[] = [];
  const take = (question: Asked): Answer["with"] => {
    asked.push(question);
    const at = open.findIndex(({ to }) => to.test(question.text));
    return at < 0 ? null : open.splice(at, 1)[0]!.with;
  };
  const window = vscode.window as unknown as Window;
  const environment = vscode.env as unknown as Window;
  const replaced = { ...fakesOf(take, window) };
  const kept = Object.fromEntries(Object.keys(replaced).map((name) => [name, window[name]]));
  const openExternal = environment["openExternal"];
  Object.assign(window, replaced);
  environment["openExternal"] = async (uri: vscode.Uri) => {
    asked.push({ kind: "browser", text: uri.toString(true), choices: [], detail: "" });
    await openBrowser(uri.toString(true));
    return true;
  };
  try {
    troubles.length = 0;
    const result = await work(asked);
    if (troubles.length > 0) throw troubles[0];
    if (open.length > 0) {
      const unasked = open.map(({ to }) => String(to)).join(", ");
      throw new Error(
        `Nobody asked ${unasked}; asked was: ${asked.map(({ text }) => text).join(" | ")}`,
      );
    }
    return result;
  } finally {
    Object.assign(window, kept);
    environment["openExternal"] = openExternal;
  }
}

type Take = (question: Asked) => Answer["with"];

function fakesOf(take: Take, window: Window): Window {
  const createInputBox = window["createInputBox"] as typeof vscode.window.createInputBox;
  const createQuickPick = window["createQuickPick"] as <
    T extends vscode.QuickPickItem,
  >() => vscode.QuickPick<T>;
  return {
    createInputBox: () => typing(createInputBox(), take),
    createQuickPick: () => choosing(createQuickPick(), take),
    showInputBox: (options: vscode.InputBoxOptions) => typeInto(options, take),
    showQuickPick: (items: readonly vscode.QuickPickItem[], options?: vscode.QuickPickOptions) =>
      chooseOf(items, options, take),
    showOpenDialog: async (options?: vscode.OpenDialogOptions) => {
      const answer = take({ kind: "open", text: options?.title ?? "", choices: [], detail: "" });
      return typeof answer === "string" ? [vscode.Uri.file(answer)] : undefined;
    },
    ...Object.fromEntries(
      ["showInformationMessage", "showWarningMessage", "showErrorMessage"].map((name) => [
        name,
        (text: string, ...rest: unknown[]) => press(text, rest, take),
      ]),
    ),
  };
}

/** The real box: the text is put in, and Enter is pressed until the box goes away. */
function typing(box: vscode.InputBox, take: Take): vscode.InputBox {
  return whenShown(box, async (isOpen) => {
    const answer = take({ kind: "input", text: box.prompt ?? "", choices: [], detail: "" });
    if (typeof answer !== "string") return box.hide();
    box.value = answer;
    await sent();
    await acceptUntilGone(box, isOpen);
  });
}

/** The real list: the items are chosen, and Enter is pressed until the list goes away. */
function choosing<T extends vscode.QuickPickItem>(
  list: vscode.QuickPick<T>,
  take: Take,
): vscode.QuickPick<T> {
  return whenShown(list, async (isOpen) => {
    const choices = list.items.map(({ label }) => label);
    const detail = list.items.map((item) => item.detail ?? "").join("\n");
    const text = list.placeholder ?? list.title ?? "";
    const answer = take({ kind: "pick", text, choices, detail });
    if (answer === null) return list.hide();
    const labels = typeof answer === "string" ? [answer] : answer;
    const missing = labels.filter((label) => !choices.includes(label));
    if (missing.length > 0) throw new Error(`${text}: no ${missing.join()} in ${choices.join()}`);
    const chosen = list.items.filter(({ label }) => labels.includes(label));
    if (list.canSelectMany) list.selectedItems = chosen;
    else list.activeItems = chosen;
    await sent();
    await acceptUntilGone(list, isOpen);
  });
}

/** Answers a box or list of the extension once it is shown; what goes wrong closes it, so that nothing hangs. */
function whenShown<Q extends vscode.QuickInput>(
  question: Q,
  answer: (isOpen: () => boolean) => Promise<void>,
): Q {
  const show = question.show.bind(question);
  const dispose = question.dispose.bind(question);
  let isOpen = true;
  question.onDidHide(() => (isOpen = false));
  return Object.assign(question, {
    dispose: () => {
      isOpen = false;
      dispose();
    },
    show: () => {
      show();
      answer(() => isOpen).catch((error: unknown) => {
        troubles.push(error);
        question.hide();
      });
    },
  });
}

async function acceptUntilGone(question: vscode.QuickInput, isOpen: () => boolean): Promise<void> {
  let pressedAt = 0;
  await until(`the end of "${question.title ?? ""}"`, async () => {
    if (!isOpen()) return true;
    // The box may not be on the screen yet, or be busy with a check over the network.
    if (!question.busy && Date.now() - pressedAt > PRESS_AGAIN_MS) {
      pressedAt = Date.now();
      await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    }
    return !isOpen();
  });
}

/** The editor's API sends changes of a box at the end of the turn; a command given before would be there earlier. */
async function sent(): Promise<void> {
  await new Promise((done) => setTimeout(done));
}

const PRESS_AGAIN_MS = 250;

async function typeInto(options: vscode.InputBoxOptions, take: Take): Promise<string | undefined> {
  const text = [options.title, options.prompt].filter(Boolean).join(": ");
  const answer = take({ kind: "input", text, choices: [], detail: "" });
  if (typeof answer !== "string") return undefined;
  const problem = await options.validateInput?.(answer);
  if (problem) throw new Error(`${text} refuses the answer: ${JSON.stringify(problem)}`);
  return answer;
}

async function chooseOf(
  items: readonly vscode.QuickPickItem[],
  options: vscode.QuickPickOptions | undefined,
  take: Take,
): Promise<vscode.QuickPickItem | undefined> {
  const text = [options?.title, options?.placeHolder].filter(Boolean).join(": ");
  const choices = items.map(({ label }) => label);
  const detail = items.map((item) => [item.description, item.detail].join(" ")).join("\n");
  const answer = take({ kind: "pick", text, choices, detail });
  if (answer === null) return undefined;
  const found = items.find(({ label }) => label === answer);
  if (!found) throw new Error(`${text}: no ${String(answer)} in ${choices.join()}`);
  return found;
}

async function press(text: string, rest: readonly unknown[], take: Take): Promise<unknown> {
  const [first] = rest;
  const hasOptions = typeof first === "object" && first !== null && "modal" in first;
  const detail = hasOptions && "detail" in first ? String(first.detail) : "";
  const choices = rest.filter((word) => typeof word === "string");
  const answer = take({ kind: "message", text, choices, detail });
  return typeof answer === "string" && choices.includes(answer) ? answer : undefined;
}
