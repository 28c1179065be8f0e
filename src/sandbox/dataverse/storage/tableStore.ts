import type { Column, ComputeScope, Value } from "../model/column";
import type { Table } from "../model/model";
import { ChangeLog } from "./changeLog";
import { EqualityIndexes } from "./equalityIndexes";
import { Row } from "./row";
import { Shapes } from "./shapes";

/** What a store needs from its database. */
export interface StoreHost {
  nextVersion(): number;
  /** Registers how to take back what was just done, if a transaction is open. */
  onRollback(undo: () => void): void;
  readonly inTransaction: boolean;
  tableOf(id: string, tables: readonly string[]): string | undefined;
}

export type Cells = ReadonlyMap<Column, Value>;

/** The rows of one table. Columns without a stored value read as the column's fill, or null. */
export class TableStore {
  readonly log = new ChangeLog();
  readonly #byId = new Map<string, Row>();
  readonly #shapes = new Shapes();
  readonly #indexes: EqualityIndexes;
  #order: Row[] = [];
  #nextSequence = 0;

  constructor(
    readonly table: Table,
    private readonly host: StoreHost,
  ) {
    this.#indexes = new EqualityIndexes(this);
  }

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): Row | undefined {
    return this.#byId.get(id);
  }

  /** The value of any column of a row, stored or computed. */
  value(row: Row, column: Column): Value {
    if (column.compute) return column.compute(this.#scope(row));
    if (column.type === "BigInt" && column.name === "versionnumber") return row.version;
    if (column.type === "Uniqueidentifier" && column.name === this.table.primaryId) return row.id;
    const slot = row.shape.slot(column.index);
    return slot < 0 ? (column.fill ?? null) : row.values[slot]!;
  }

  /** Live rows in reading order, after the row at `sequence`. */
  *rows(after = -1): Generator<Row> {
    for (let i = this.#positionAfter(after); i < this.#order.length; i++) {
      const row = this.#order[i]!;
      if (row.live) yield row;
    }
  }

  /** Rows that may have one of these values in a text, lookup or number column; the caller checks each. */
  candidates(column: Column, values: readonly Value[]): Row[] {
    return this.#indexes.candidates(column, values);
  }

  insert(id: string, cells: Cells): Row {
    const { shape, values } = this.#pack(undefined, cells);
    const row = new Row(id, this.#nextSequence++, this.host.nextVersion(), shape, values);
    this.#byId.set(id, row);
    this.#order.push(row);
    this.log.append(row, false);
    this.#indexes.note(row, cells.keys());
    this.host.onRollback(() => {
      this.#byId.delete(id);
      row.version = -1;
    });
    return row;
  }

  update(row: Row, cells: Cells): void {
    const before = { version: row.version, shape: row.shape, values: row.values };
    const { shape, values } = this.#pack(row, cells);
    row.shape = shape;
    row.values = values;
    row.version = this.host.nextVersion();
    this.log.append(row, true);
    this.#indexes.note(row, cells.keys());
    this.host.onRollback(() => Object.assign(row, before));
    if (!this.host.inTransaction) this.log.sweep();
  }

  remove(row: Row): void {
    const version = row.version;
    row.version = -1;
    this.#byId.delete(row.id);
    this.log.appendDeletion(this.host.nextVersion(), row.id);
    this.host.onRollback(() => {
      row.version = version;
      this.#byId.set(row.id, row);
      this.log.undoDeletion();
    });
    if (!this.host.inTransaction) this.#sweepOrder();
  }

  #scope(row: Row): ComputeScope {
    return {
      value: (name) => {
        const column = this.table.columns.get(name);
        return column ? this.value(row, column) : null;
      },
      tableOf: (id, tables) => this.host.tableOf(id, tables),
    };
  }

  /** Merges new cells into a row's packed form; cells equal to the fill are not stored. */
  #pack(row: Row | undefined, cells: Cells): { shape: Row["shape"]; values: Value[] } {
    const merged = new Map<number, Value>();
    row?.shape.columns.forEach((index, slot) => merged.set(index, row.values[slot]!));
    for (const [column, value] of cells) {
      if (column.compute || column.name === this.table.primaryId) continue;
      if (value === (column.fill ?? null)) merged.delete(column.index);
      else merged.set(column.index, value);
    }
    const columns = [...merged.keys()].sort((a, b) => a - b);
    const values = new Array<Value>(columns.length);
    columns.forEach((index, slot) => (values[slot] = merged.get(index)!));
    return { shape: this.#shapes.of(columns), values };
  }

  #positionAfter(sequence: number): number {
    if (sequence < 0) return 0;
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#order[middle]!.sequence > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #sweepOrder(): void {
    if (this.#order.length < 1000 || this.#order.length < 2 * this.size) return;
    this.#order = this.#order.filter((row) => row.live);
  }
}
