import type { Column, Value } from "../model/column";
import type { Row } from "./row";

type Bucket = Row | Row[];

/** What the indexes need from their table. */
interface Source {
  rows(): Iterable<Row>;
  value(row: Row, column: Column): Value;
}

/**
 * Value -> rows, per column, built when a filter first asks for it. Entries are never taken out: a row that has left
 * a value stays listed there, so readers check the rows that they get.
 */
export class EqualityIndexes {
  readonly #columns = new Map<number, { column: Column; buckets: Map<Value, Bucket> }>();

  constructor(private readonly source: Source) {}

  candidates(column: Column, values: readonly Value[]): Row[] {
    const buckets = this.#buckets(column);
    const found = new Set<Row>();
    for (const value of values) {
      const bucket = buckets.get(normal(value));
      if (Array.isArray(bucket)) bucket.forEach((row) => found.add(row));
      else if (bucket) found.add(bucket);
    }
    return [...found].filter((row) => row.live).sort((a, b) => a.sequence - b.sequence);
  }

  /** Lists a row under its current values of the written columns. */
  note(row: Row, columns: Iterable<Column>): void {
    if (this.#columns.size === 0) return;
    for (const column of columns) {
      const index = this.#columns.get(column.index);
      if (index) add(index.buckets, normal(this.source.value(row, column)), row);
    }
  }

  #buckets(column: Column): Map<Value, Bucket> {
    let index = this.#columns.get(column.index);
    if (!index) {
      index = { column, buckets: new Map() };
      this.#columns.set(column.index, index);
      for (const row of this.source.rows())
        add(index.buckets, normal(this.source.value(row, column)), row);
    }
    return index.buckets;
  }
}

function add(buckets: Map<Value, Bucket>, value: Value, row: Row): void {
  if (value === null) return;
  const bucket = buckets.get(value);
  if (bucket === undefined) buckets.set(value, row);
  else if (Array.isArray(bucket)) {
    if (bucket.at(-1) !== row) bucket.push(row);
  } else if (bucket !== row) buckets.set(value, [bucket, row]);
}

function normal(value: Value): Value {
  return typeof value === "string" ? value.toLowerCase() : value;
}
