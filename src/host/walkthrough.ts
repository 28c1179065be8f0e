import * as vscode from "vscode";
import type { Disposable } from "./signal";

/** What the walkthrough's steps wait for, in their order; package.json names the same context keys. */
const STEPS = ["connected", "validated", "fieldsChosen", "previewed", "cycled"] as const;

export type WalkthroughStep = (typeof STEPS)[number];

/**
 * Ticks the walkthrough's steps. VS Code notices a context key only when it changes while the walkthrough is known to it,
 * which may be long after the step was done; so a key tells that its step is done only while a page of VS Code's own,
 * such as the walkthrough, is open.
 */
export class Walkthrough implements Disposable {
  readonly #done = new Set<WalkthroughStep>();
  readonly #shown = new Set<WalkthroughStep>();
  readonly #listening: Disposable;

  constructor() {
    this.#listening = vscode.window.tabGroups.onDidChangeTabs(() => this.#show());
  }

  done(step: WalkthroughStep): void {
    if (this.#done.has(step)) return;
    this.#done.add(step);
    this.#show();
  }

  #show(): void {
    const isOpen = vscode.window.tabGroups.all.some(({ tabs }) =>
      tabs.some(({ input }) => input === undefined),
    );
    for (const step of STEPS) {
      const isTicked = isOpen && this.#done.has(step);
      if (isTicked === this.#shown.has(step)) continue;
      if (isTicked) this.#shown.add(step);
      else this.#shown.delete(step);
      void vscode.commands.executeCommand("setContext", `contactSync.done.${step}`, isTicked);
    }
  }

  dispose(): void {
    this.#listening.dispose();
  }
}
