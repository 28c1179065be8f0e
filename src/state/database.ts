import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import initSqlJs from "sql.js";
import type { Database, SqlValue as DriverValue, Statement } from "sql.js";

export type SqlValue = number | string | Uint8Array | null;
export type Row = readonly SqlValue[];

const WASM = "sql-wasm.wasm";

/** The compiled SQLite: next to the bundle or, when run from the sources, in node_modules. */
export function loadSqlWasm(): Uint8Array {
  const bundled = join(__dirname, WASM);
  if (existsSync(bundled)) return readFileSync(bundled);
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const installed = join(folder, "node_modules", "sql.js", "dist", WASM);
    if (existsSync(installed)) return readFileSync(installed);
  }
  throw new Error(`${WASM} was not found next to ${__dirname}. Install the extension again.`);
}

/** One in-memory SQLite database with its statements kept prepared. */
export class SqlDatabase {
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();

  private constructor(database: Database) {
    this.#database = database;
    // Durability is the journal's work; here a transaction only has to be undone in memory.
    this.script(
      "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;" +
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;",
    );
  }

  static async open(wasm: Uint8Array | undefined, content: Uint8Array | null) {
    const binary = wasm ?? loadSqlWasm();
    const sql = await initSqlJs({ wasmBinary: new Uint8Array(binary).buffer });
    return new SqlDatabase(new sql.Database(content));
  }

  script(sql: string): void {
    this.#database.exec(sql);
  }

  run(sql: string, ...values: Row): void {
    this.#prepared(sql).run(values as DriverValue[]);
  }

  /** Rows changed by the last `run`. */
  changes(): number {
    return this.#database.getRowsModified();
  }

  get(sql: string, ...values: Row): Row | undefined {
    const statement = this.#prepared(sql);
    try {
      statement.bind(values as DriverValue[]);
      return statement.step() ? (statement.get() as Row) : undefined;
    } finally {
      statement.reset();
    }
  }

  all(sql: string, ...values: Row): Row[] {
    return this.#rows(this.#prepared(sql), values);
  }

  /** Like `all` for a statement that is composed anew each time, and therefore not kept. */
  query(sql: string, values: Row): Row[] {
    const statement = this.#database.prepare(sql);
    try {
      return this.#rows(statement, values);
    } finally {
      statement.free();
    }
  }

  transaction(work: () => void): void {
    this.run("BEGIN");
    try {
      work();
      this.run("COMMIT");
    } catch (error) {
      this.run("ROLLBACK");
      throw error;
    }
  }

  /** The whole database as a file's bytes; prepared statements stay valid. */
  export(): Uint8Array {
    return this.#database.export();
  }

  bytes(): number {
    return Number(this.get("PRAGMA page_count")?.[0]) * Number(this.get("PRAGMA page_size")?.[0]);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #rows(statement: Statement, values: Row): Row[] {
    const rows: Row[] = [];
    try {
      statement.bind(values as DriverValue[]);
      while (statement.step()) rows.push(statement.get() as Row);
    } finally {
      statement.reset();
    }
    return rows;
  }

  #prepared(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
