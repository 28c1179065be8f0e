import type { Activity, ActivityChange } from "../model/activity";
import { CallError } from "../model/failure";
import type { FieldValue } from "../model/record";
import type { CycleContext } from "../sync/cycleContext";
import type { StatePort } from "../sync/statePort";
import type { ConnectorSet } from "./connect";

const ROWS_READ = 1000;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function nameKey(id: string): string {
  return `owner:${id}`;
}

/**
 * The log holds owners by id; people read names. Owners that a cycle's activities name are looked up once in the life of
 * the process, in one call for all of them, and their names stay in the state, so that the log has them without a call.
 */
export class OwnerNames {
  readonly #asked = new Set<string>();
  #position: number | null = null;

  constructor(private readonly dynamics: ConnectorSet["dynamics"]) {}

  /** Activities from here on are looked at. */
  begin(state: StatePort): void {
    this.#position ??= state.lastActivity();
  }

  /** A name that cannot be read now leaves the id in the log; it never fails a cycle. */
  async learn(context: CycleContext): Promise<void> {
    const ids = this.#newOwners(context);
    if (!ids.length) return;
    try {
      const names = await this.dynamics.ownerNames(ids, { signal: context.signal });
      await context.state.commit((writer) => {
        for (const [id, name] of names) writer.setCheckpoint(nameKey(id), name);
      });
    } catch (error) {
      if (!(error instanceof CallError) || error.failure.class === "canceled") throw error;
      context.report.warning(error.failure.code, `Names of owners: ${error.failure.message}`);
    }
    for (const id of ids) this.#asked.add(id);
  }

  #newOwners({ state, types }: CycleContext): string[] {
    const columns = new Set(
      types.flatMap(({ rules }) =>
        rules.filter(({ column }) => column.type === "owner").map(({ key }) => key),
      ),
    );
    if (!columns.size) return [];
    const ids = new Set<string>();
    for (let rows = this.#next(state); rows.length; rows = this.#next(state)) {
      for (const { field, ...change } of rows.flatMap(({ changes }) => changes)) {
        if (!columns.has(field)) continue;
        for (const value of valuesOf(change)) if (isId(value)) ids.add(value);
      }
    }
    return [...ids].filter((id) => !this.#asked.has(id));
  }

  #next(state: StatePort): Activity[] {
    const rows = state.activitiesAfter(this.#position ?? state.lastActivity(), ROWS_READ);
    this.#position = rows.at(-1)?.id ?? this.#position;
    return rows;
  }
}

function valuesOf({ before, after, lost }: Omit<ActivityChange, "field">) {
  return [before, after, lost];
}

function isId(value: FieldValue | undefined): value is string {
  return typeof value === "string" && GUID.test(value);
}

/** Writes `Ann Example (id)` for an owner whose name is known; every other value stays as it is. */
export type Naming = <V extends FieldValue | undefined>(value: V) => V | string;

export function namingOf(state: Pick<StatePort, "checkpoint">): Naming {
  const known = new Map<string, string | null>();
  return (value) => {
    if (!isId(value)) return value;
    const name = known.get(value) ?? state.checkpoint(nameKey(value));
    known.set(value, name);
    return name === null ? value : `${name} (${value})`;
  };
}

/** Activities as people read them. */
export function withOwnerNames(
  state: Pick<StatePort, "checkpoint">,
  activities: readonly Activity[],
): Activity[] {
  const naming = namingOf(state);
  return activities.map((activity) => ({
    ...activity,
    changes: activity.changes.map((change) => namedValues(change, naming)),
  }));
}

/** The same for anything that holds the values of one change. */
export function namedValues<
  T extends { before?: FieldValue | undefined; after?: FieldValue; lost?: FieldValue },
>(change: T, naming: Naming): T {
  const { before, after, lost } = change;
  return {
    ...change,
    ...(before !== undefined && { before: naming(before) }),
    ...(after !== undefined && { after: naming(after) }),
    ...(lost !== undefined && { lost: naming(lost) }),
  };
}
