/** Something that must be given back; the editor's disposables have this shape. */
export interface Disposable {
  dispose(): void;
}

/** Tells listeners; free of the editor, so that what uses it can be tried without one. */
export class Signal<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly listen = (listener: (value: T) => void): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  };

  tell(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}

/** Collects disposables and gives them back together, last first. */
export class Disposables implements Disposable {
  readonly #kept: Disposable[] = [];

  add<T extends Disposable>(disposable: T): T {
    this.#kept.push(disposable);
    return disposable;
  }

  dispose(): void {
    for (const disposable of this.#kept.splice(0).reverse()) disposable.dispose();
  }
}
