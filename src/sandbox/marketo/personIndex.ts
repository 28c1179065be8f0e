import type { FieldValue } from "./fieldTypes";

/** The ids by the value of one field; most values have one id, which then needs no array. */
export class FieldIndex {
  #ids = new Map<string, number | number[]>();

  add(value: FieldValue, id: number): void {
    if (value === null) return;
    const key = indexKey(value);
    const held = this.#ids.get(key);
    if (held === undefined) this.#ids.set(key, id);
    else if (typeof held === "number") this.#ids.set(key, [held, id]);
    else held.push(id);
  }

  remove(value: FieldValue, id: number): void {
    if (value === null) return;
    const key = indexKey(value);
    const held = this.#ids.get(key);
    if (held === undefined) return;
    const left = typeof held === "number" ? [] : held.filter((other) => other !== id);
    if (left.length === 0) this.#ids.delete(key);
    else this.#ids.set(key, left.length === 1 ? left[0]! : left);
  }

  find(value: string): number[] {
    const held = this.#ids.get(indexKey(value));
    if (held === undefined) return [];
    return typeof held === "number" ? [held] : [...held];
  }
}

/** Look-ups do not heed the case. */
export function indexKey(value: FieldValue): string {
  return String(value).toLowerCase();
}
