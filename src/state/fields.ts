import type { RecordType } from "../model/record";
import type { SqlDatabase } from "./database";
import type { Operation } from "./operations";

/**
 * The position of each field in the base. Positions are only ever added; what was added or retired since the last
 * commit travels with the next one, which is soon enough because no durable base can use a position before that.
 */
export class FieldPositions {
  readonly #positions: Record<RecordType, Map<string, number>> = {
    contact: new Map(),
    lead: new Map(),
  };
  readonly #next: Record<RecordType, number> = { contact: 0, lead: 0 };
  readonly #pending: Operation[] = [];

  constructor(database: SqlDatabase) {
    for (const [type, position, key, retired] of database.all(
      "SELECT type, position, key, retired FROM field ORDER BY type, position",
    )) {
      const recordType = String(type) as RecordType;
      if (retired === 0) this.#positions[recordType].set(String(key), Number(position));
      this.#next[recordType] = Number(position) + 1;
    }
  }

  of(recordType: RecordType, keys: readonly string[]): Map<string, number> {
    return new Map(keys.map((key) => [key, this.#positionOf(recordType, key)]));
  }

  retire(recordType: RecordType, key: string): void {
    const position = this.#positions[recordType].get(key);
    if (position === undefined) return;
    this.#positions[recordType].delete(key);
    this.#pending.push({ kind: "retireField", values: [recordType, position] });
  }

  pending(): readonly Operation[] {
    return [...this.#pending];
  }

  /** The first `count` pending operations have become durable. */
  settle(count: number): void {
    this.#pending.splice(0, count);
  }

  #positionOf(recordType: RecordType, key: string): number {
    const known = this.#positions[recordType].get(key);
    if (known !== undefined) return known;
    const position = this.#next[recordType];
    this.#next[recordType] = position + 1;
    this.#positions[recordType].set(key, position);
    this.#pending.push({ kind: "addField", values: [recordType, position, key] });
    return position;
  }
}
