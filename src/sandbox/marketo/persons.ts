import type { FieldValue, Values } from "./fieldTypes";
import { FieldIndex } from "./personIndex";

/** The internal stamp that moves for any field, unlike the visible updatedAt. Seconds. */
export const TOUCHED = "touchedAt";

const POOL_LIMIT = 5_000;
const GONE = 0;

/**
 * One field of all persons. Repeated texts (cities, titles) are stored once, until there are too many different ones.
 */
class Column {
  #values: FieldValue[] = [];
  #pool: Map<string, string> | undefined = new Map();

  get(row: number): FieldValue {
    return this.#values[row] ?? null;
  }

  set(row: number, value: FieldValue): void {
    const values = this.#values;
    // An array without holes stays compact, whatever row comes first.
    while (values.length < row) values.push(null);
    values[row] = typeof value === "string" ? this.#shared(value) : value;
  }

  #shared(text: string): string {
    if (!this.#pool) return text;
    const held = this.#pool.get(text);
    if (held !== undefined) return held;
    if (this.#pool.size >= POOL_LIMIT) this.#pool = undefined;
    else this.#pool.set(text, text);
    return text;
  }
}

/** All persons, column by column, with an index for each field that was ever looked up. */
export class PersonStore {
  #rows = new Map<number, number>();
  #ids: number[] = [];
  #columns = new Map<string, Column>();
  #indexes = new Map<string, FieldIndex>();
  #nextId = 1;

  get count(): number {
    return this.#rows.size;
  }

  get nextId(): number {
    return this.#nextId;
  }

  has(id: number): boolean {
    return this.#rows.has(id);
  }

  /** Makes an empty person; without an id it takes the next one. */
  insert(id = this.#nextId): number {
    if (this.#rows.has(id)) throw new Error(`The person id ${id} is taken.`);
    this.#rows.set(id, this.#ids.length);
    this.#ids.push(id);
    this.#nextId = Math.max(this.#nextId, id + 1);
    return id;
  }

  get(id: number, name: string): FieldValue {
    if (name === "id") return id;
    const row = this.#rows.get(id);
    return row === undefined ? null : (this.#columns.get(name)?.get(row) ?? null);
  }

  set(id: number, name: string, value: FieldValue): void {
    const row = this.#rows.get(id);
    if (row === undefined) throw new Error(`There is no person ${id}.`);
    let column = this.#columns.get(name);
    if (!column) {
      if (value === null) return;
      this.#columns.set(name, (column = new Column()));
    }
    const index = this.#indexes.get(name);
    if (index) {
      index.remove(column.get(row), id);
      index.add(value, id);
    }
    column.set(row, value);
  }

  /** Fills a person that was just made; faster than field by field. */
  fill(id: number, values: Values): void {
    const row = this.#rows.get(id);
    for (const name in values) {
      const column =
        row === undefined || this.#indexes.has(name) ? undefined : this.#columns.get(name);
      if (column) column.set(row!, values[name]!);
      else this.set(id, name, values[name]!);
    }
  }

  remove(id: number): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    for (const name of this.#columns.keys()) this.set(id, name, null);
    this.#rows.delete(id);
    this.#ids[row] = GONE;
  }

  /** The filled fields of a person, stamps included. */
  record(id: number): Values | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    const record: Values = { id };
    for (const [name, column] of this.#columns) {
      const value = column.get(row);
      if (value !== null) record[name] = value;
    }
    return record;
  }

  *ids(): Generator<number> {
    for (const id of this.#ids) if (id !== GONE) yield id;
  }

  /** Ids of the persons whose field equals the text, case aside, in ascending order. */
  find(name: string, text: string): number[] {
    if (name === "id") {
      const id = Number(text);
      return this.#rows.has(id) ? [id] : [];
    }
    return this.#index(name)
      .find(text)
      .sort((a, b) => a - b);
  }

  #index(name: string): FieldIndex {
    let index = this.#indexes.get(name);
    if (index) return index;
    index = new FieldIndex();
    for (const [id, row] of this.#rows) {
      index.add(this.#columns.get(name)?.get(row) ?? null, id);
    }
    this.#indexes.set(name, index);
    return index;
  }
}
