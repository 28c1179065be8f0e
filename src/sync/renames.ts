import { CallError } from "../model/failure";
import { lookupPartOf } from "../model/lookupPart";
import { chunks, type CycleContext, type TypeSetup } from "./cycleContext";
import { takeRow } from "./gather";
import { isChanged, type DynamicsPull } from "./pullDynamics";
import { newSubject, type Subjects } from "./subject";

/** Name of the checkpoint that says when records behind lookups were last looked at (milliseconds since 1970). */
export const NAMES_KEY = "namesReadAt";

const HOUR_MS = 3_600_000;
/** At rest a look a day is enough; a cycle that has work to do looks when an hour is over. */
const REST_MS = 24 * HOUR_MS;
/** Clocks differ, and a change may become visible late. */
const OVERLAP_MS = HOUR_MS / 4;
/** Records behind lookups whose rows are read at a time. */
const CHUNK = 3000;
/** Other tables' names are seldom mapped; theirs travel with the next change of the row itself. */
const LOOKED_AT: ReadonlySet<string> = new Set(["account", "systemuser", "team"]);

/**
 * A renamed account moves no contact, so the tracked read of contacts is silent. Records that mapped names come from are
 * looked at now and then, and linked rows that hold another name since are decided on. Returns the time of the look.
 */
export async function addRenamed(
  context: CycleContext,
  subjects: Subjects,
  pulls: readonly DynamicsPull[],
): Promise<number | null> {
  const tables = tablesOf(context.types);
  if (!tables.length) return null;
  const now = context.world.now();
  const last = context.state.checkpoint(NAMES_KEY);
  if (last === null) return now;
  const isBusy = pulls.some(({ rows }) => rows > 0);
  const age = now - Number(last);
  if (age < (isBusy ? HOUR_MS : REST_MS)) return null;
  for (const table of tables) {
    const ids = await touchedIds(context, table, Number(last) - OVERLAP_MS);
    for (const setup of context.types) {
      for (const column of columnsTo(setup, table)) {
        await addRows(context, subjects, { setup, column, ids });
      }
    }
  }
  return now;
}

function tablesOf(types: readonly TypeSetup[]): string[] {
  const tables = types.flatMap(({ rules }) =>
    rules.flatMap(({ key, column }) => (lookupPartOf(key) ? (column.targets ?? []) : [])),
  );
  return [...new Set(tables)].filter((table) => LOOKED_AT.has(table)).sort();
}

/** Lookups of mapped parts that may point to the table. */
function columnsTo({ rules }: TypeSetup, table: string): string[] {
  const columns = rules.flatMap(({ key, column }) => {
    const part = lookupPartOf(key);
    return part && column.targets?.includes(table) ? [part.column] : [];
  });
  return [...new Set(columns)];
}

/** Without the right to read the table its names arrive with the next change of the rows, and a warning says so. */
async function touchedIds(context: CycleContext, table: string, since: number): Promise<string[]> {
  try {
    const { signal } = context;
    return await context.connectors.dynamics.touched(table, since, { signal });
  } catch (error) {
    if (!(error instanceof CallError) || error.failure.class !== "configuration") throw error;
    const { code, message } = error.failure;
    context.report.warning(code, `Renamed records of the table ${table} are not seen: ${message}`);
    return [];
  }
}

async function addRows(
  context: CycleContext,
  subjects: Subjects,
  { setup, column, ids }: { setup: TypeSetup; column: string; ids: readonly string[] },
): Promise<void> {
  const { state, connectors, signal } = context;
  const { recordType, columns } = setup;
  for (const values of chunks(ids, CHUNK)) {
    const rows = await connectors.dynamics.find(recordType, { column, values }, columns, {
      signal,
    });
    const links = state.linksByDynamicsId(
      recordType,
      rows.map(({ id }) => id),
    );
    for (const row of rows) {
      const link = links.get(row.id);
      const known = subjects.row(recordType, row.id);
      // What the tracked read told of this row may still have the former name.
      if (known && known.row.kind !== "deleted") takeRow(known, row);
      if (known || link?.state !== "active") continue;
      const { personId } = link;
      const subject = newSubject(setup, { dynamicsId: row.id, personId, link });
      takeRow(subject, row);
      if (subject.row.kind !== "read" || !isChanged(setup, link, subject.row.values)) continue;
      subjects.add(subject);
    }
  }
}
