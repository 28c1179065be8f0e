/** Which columns a row stores. Rows with the same columns share one shape, so a row costs its values only. */
export class Shape {
  readonly #slots: Int16Array;

  constructor(readonly columns: readonly number[]) {
    this.#slots = new Int16Array((columns.at(-1) ?? -1) + 1).fill(-1);
    columns.forEach((column, slot) => (this.#slots[column] = slot));
  }

  /** Position of the column's value, or -1. */
  slot(column: number): number {
    return this.#slots[column] ?? -1;
  }
}

export class Shapes {
  #byKey = new Map<string, Shape>();

  /** The shape for these column indexes, which must be in ascending order. */
  of(columns: readonly number[]): Shape {
    const key = columns.join();
    let shape = this.#byKey.get(key);
    if (!shape) {
      shape = new Shape(columns);
      this.#byKey.set(key, shape);
    }
    return shape;
  }
}
