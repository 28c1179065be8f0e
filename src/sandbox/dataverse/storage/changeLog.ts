import type { Row } from "./row";

/**
 * The rows of one table by version. Every write appends; the entries that the row has left behind are skipped on
 * reading and swept when they outnumber the rest, so a page costs the same at any table size.
 */
export class ChangeLog {
  #versions: number[] = [];
  #rows: Row[] = [];
  #deletedVersions: number[] = [];
  #deletedIds: string[] = [];
  #stale = 0;

  append(row: Row, replaces: boolean): void {
    this.#versions.push(row.version);
    this.#rows.push(row);
    if (replaces) this.#stale++;
  }

  appendDeletion(version: number, id: string): void {
    this.#deletedVersions.push(version);
    this.#deletedIds.push(id);
    this.#stale++;
  }

  /** Takes back the deletion that was appended last. */
  undoDeletion(): void {
    this.#deletedVersions.pop();
    this.#deletedIds.pop();
    this.#stale--;
  }

  /** Current rows with `after < version <= until`, oldest change first. */
  *changes(after: number, until: number): Generator<Row> {
    for (let i = firstAbove(this.#versions, after); i < this.#versions.length; i++) {
      const version = this.#versions[i]!;
      if (version > until) return;
      const row = this.#rows[i]!;
      if (row.version === version) yield row;
    }
  }

  /** Deletions with `after < version <= until`. */
  *deletions(after: number, until: number): Generator<{ version: number; id: string }> {
    for (let i = firstAbove(this.#deletedVersions, after); i < this.#deletedIds.length; i++) {
      const version = this.#deletedVersions[i]!;
      if (version > until) return;
      yield { version, id: this.#deletedIds[i]! };
    }
  }

  /** Must not be called inside a transaction: a rollback may bring swept entries back to life. */
  sweep(): void {
    if (this.#stale < 1000 || this.#stale * 2 < this.#rows.length) return;
    const versions: number[] = [];
    const rows: Row[] = [];
    this.#rows.forEach((row, i) => {
      const version = this.#versions[i]!;
      if (row.version !== version) return;
      versions.push(version);
      rows.push(row);
    });
    this.#versions = versions;
    this.#rows = rows;
    this.#stale = 0;
  }
}

/** Index of the first element greater than `limit` in an ascending list. */
export function firstAbove(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
