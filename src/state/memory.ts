import { decodeOperations } from "./codec";
import { SqlDatabase } from "./database";
import { FieldPositions } from "./fields";
import { framePayload } from "./frames";
import type { Frame } from "./frames";
import { Links } from "./links";
import { applyOperations } from "./operations";
import type { Operation } from "./operations";
import type { Recovered } from "./recovery";
import { migrate } from "./schema";

/** The state in memory: what the last durable commit left. */
export class StateMemory {
  readonly database: SqlDatabase;
  readonly links: Links;
  fields: FieldPositions;

  private constructor(database: SqlDatabase) {
    this.database = database;
    this.links = new Links(database);
    this.fields = new FieldPositions(database);
  }

  /** A new, empty state. */
  static async create(wasm: Uint8Array | undefined, migrations: readonly string[]) {
    const database = await SqlDatabase.open(wasm, null);
    migrate(database, migrations);
    return new StateMemory(database);
  }

  /** Loads a snapshot, migrates it, and replays the commits after it. */
  static async load(
    wasm: Uint8Array | undefined,
    migrations: readonly string[],
    recovered: Recovered,
  ) {
    const database = await SqlDatabase.open(wasm, recovered.snapshot.database);
    try {
      migrate(database, migrations);
      const memory = new StateMemory(database);
      memory.replay(recovered.commits);
      return memory;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  apply(operations: readonly Operation[]): void {
    this.links.forget();
    this.database.transaction(() => applyOperations(this.database, operations));
  }

  replay(commits: readonly Frame[]): void {
    if (commits.length === 0) return;
    this.links.forget();
    this.database.transaction(() => {
      for (const commit of commits)
        applyOperations(this.database, decodeOperations(framePayload(commit)));
    });
    this.fields = new FieldPositions(this.database);
  }
}
