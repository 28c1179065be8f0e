import type { Model, Table } from "../model/model";
import type { Row } from "./row";
import { TableStore, type StoreHost } from "./tableStore";

const FIRST_VERSION = 3_400_000;

/** All rows of the organization, the version counter and transactions over them. */
export class Database implements StoreHost {
  #stores = new Map<string, TableStore>();
  #version = FIRST_VERSION;
  #undo: (() => void)[] | undefined;

  constructor(readonly model: Model) {}

  get version(): number {
    return this.#version;
  }
  get inTransaction(): boolean {
    return this.#undo !== undefined;
  }

  nextVersion(): number {
    return ++this.#version;
  }

  store(table: Table): TableStore {
    let store = this.#stores.get(table.name);
    if (!store) {
      store = new TableStore(table, this);
      this.#stores.set(table.name, store);
    }
    return store;
  }

  drop(table: string): void {
    this.#stores.delete(table);
  }

  /** The row with this id out of the given tables. */
  locate(id: string, tables: readonly string[]): { table: Table; row: Row } | undefined {
    for (const name of tables) {
      const table = this.model.tables.get(name);
      const row = table && this.store(table).find(id);
      if (row) return { table, row };
    }
    return undefined;
  }

  tableOf(id: string, tables: readonly string[]): string | undefined {
    return this.locate(id, tables)?.table.name;
  }

  onRollback(undo: () => void): void {
    this.#undo?.push(undo);
  }

  /** Runs `work` completely or not at all; an inner transaction joins the outer one. */
  transaction<T>(work: () => T): T {
    if (this.#undo) return work();
    const undo: (() => void)[] = [];
    this.#undo = undo;
    try {
      return work();
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    } finally {
      this.#undo = undefined;
    }
  }
}
