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

/** Room for a database of some 100,000 linked records and a full log. */
const ROOM = 128 * 1024 * 1024;

/**
 * A database's first bytes. sql.js keeps its file in one array and copies the whole into a slightly larger one each time
 * it is full; it takes its first array from `slice`, which therefore gives one with room. Memory that is never written
 * to is only reserved by the operating system, not used.
 */
class RoomyBytes extends Uint8Array {
  static over(bytes: Uint8Array): RoomyBytes {
    return new RoomyBytes(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
  }

  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    const wanted = this.subarray(start, end);
    const roomy = new Uint8Array(Math.max(ROOM, wanted.length));
    roomy.set(wanted);
    return roomy;
  }

  /** Views are plain arrays. */
  static get [Symbol.species]() {
    return Uint8Array;
  }
}

function emptyDatabase(database: Database): Uint8Array {
  try {
    // The first page comes with the first change.
    database.exec("PRAGMA user_version = 0; CREATE TABLE first (page); DROP TABLE first");
    return database.export();
  } finally {
    database.close();
  }
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

  /** Opens a database's bytes, or an empty one with room to grow. */
  static async open(wasm: Uint8Array | undefined, content: Uint8Array | null) {
    const binary = wasm ?? loadSqlWasm();
    const sql = await initSqlJs({ wasmBinary: new Uint8Array(binary).buffer });
    const start = content ?? emptyDatabase(new sql.Database());
    return new SqlDatabase(new sql.Database(RoomyBytes.over(start)));
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
