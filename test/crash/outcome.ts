import { DEFAULT_MAP } from "../../src/config/defaultMap";
import type { Activity, ReasonCode } from "../../src/model/activity";
import { RECORD_TYPES, type RecordType } from "../../src/model/record";
import type { Sandbox } from "../../src/sandbox/sandbox";
import type { State } from "../../src/state/state";
import { baseHash } from "../../src/sync/hash";
import type { Link } from "../../src/sync/statePort";
import { openRequests } from "./personTold";
import { tagsOf, type Tags } from "./tags";

/** Everything that must be the same whether or not the process was killed; records are named by their tags. */
export interface Outcome {
  rows: string[];
  persons: string[];
  links: string[];
  failed: string[];
  /** Requests of campaigns that were not taken back. */
  requests: string[];
  openIntents: number;
  /** Writes of the last cycle, when all is quiet. */
  lateWrites: string[];
}

/** A record that is created after the crash instead of before is younger; nothing else may tell it apart. */
const AGE: readonly string[] = ["createdon", "crmCreatedDate"];

function shown(name: string, value: unknown): unknown {
  return AGE.includes(name) ? typeof value : (value ?? null);
}

export function outcomeOf(sandbox: Sandbox, state: State, lateWrites: string[]): Outcome {
  const tags = tagsOf(sandbox);
  return {
    rows: RECORD_TYPES.flatMap((type) => rowsOf(sandbox, type)).sort(),
    persons: personsOf(sandbox, tags).sort(),
    links: RECORD_TYPES.flatMap((type) => linksOf(state, type, tags)).sort(),
    failed: state
      .failed()
      .map(({ dynamicsId, personId, outcome, side, code }) =>
        [tags.of(dynamicsId, personId), outcome, side, code].join(" "),
      )
      .sort(),
    requests: openRequests(sandbox).sort(),
    openIntents: state.openIntents().length,
    lateWrites,
  };
}

function rowsOf({ dynamics }: Sandbox, type: RecordType): string[] {
  return [...dynamics.rows(type)].map((row) => {
    const values = DEFAULT_MAP[type].map(({ column }) => [column, shown(column, row[column])]);
    return `${type} ${row["middlename"]} ${JSON.stringify(Object.fromEntries(values))}`;
  });
}

function personsOf({ marketo }: Sandbox, tags: Tags): string[] {
  const fields = [
    ...new Set(RECORD_TYPES.flatMap((type) => DEFAULT_MAP[type].map(({ field }) => field))),
    "crmRecordType",
    "crmIsDeleted",
    // The owner, in the scenarios that map it.
    "department",
  ].sort();
  return [...marketo.persons()].map((person) => {
    const values = fields.map((field) => [field, shown(field, person[field])]);
    const stored = person["crmRecordId"];
    const row = typeof stored === "string" ? (tags.rows.get(stored) ?? "a row that is gone") : null;
    return `person ${person["middleName"]} of ${row} ${JSON.stringify(Object.fromEntries(values))}`;
  });
}

function linksOf(state: State, type: RecordType, tags: Tags): string[] {
  const keys = DEFAULT_MAP[type].map(({ column }) => column);
  const positions = state.fieldPositions(type, keys);
  return [...state.links(type)].flat().map((link) => {
    const base = keys.map((key) => [key, shown(key, hex(link, positions.get(key)!))]);
    const person = tags.persons.get(link.personId) ?? "a person that is gone";
    const row = tags.rows.get(link.dynamicsId) ?? "a row that is gone";
    return `${row} - ${person} ${link.state} ${JSON.stringify(Object.fromEntries(base))}`;
  });
}

function hex({ base }: Link, position: number): string | null {
  const hash = baseHash(base, position);
  return hash && Buffer.from(hash).toString("hex");
}

/** The log of one human: what was decided, without times and ids. */
interface LoggedRow {
  outcome: string;
  reason: ReasonCode;
  /** What lost a clash and to what. */
  lost: string[];
}

function logOf(state: State, tags: Tags): Map<string, LoggedRow[]> {
  const log = new Map<string, LoggedRow[]>();
  for (const activity of state.activities({ limit: 10_000 })) {
    const tag = tags.of(activity.dynamicsId, activity.personId).split(" ").at(-1)!;
    log.set(tag, [...(log.get(tag) ?? []), loggedRow(activity)]);
  }
  return log;
}

function loggedRow({ outcome, reason, changes }: Activity): LoggedRow {
  const lost = changes
    .filter((change) => change.lost !== undefined)
    .map(({ field, to, after, lost }) => JSON.stringify([field, to, shown(field, after), lost]));
  return { outcome, reason, lost };
}

export type Log = ReturnType<typeof logOf>;

export function readLog(sandbox: Sandbox, state: State): Log {
  return logOf(state, tagsOf(sandbox));
}

/** What the log of a disturbed run has too much or too little of; the killed process may have told less than it did. */
export function logProblems(expected: Log, found: Log): string[] {
  const problems: string[] = [];
  for (const tag of new Set([...expected.keys(), ...found.keys()])) {
    const rows = found.get(tag) ?? [];
    const wanted = conflictsOf(expected.get(tag) ?? []);
    const there = conflictsOf(rows);
    for (const conflict of new Set([...wanted, ...there])) {
      const want = wanted.filter((each) => each === conflict).length;
      const has = there.filter((each) => each === conflict).length;
      if (has > want) problems.push(`${tag}: ${has} times instead of ${want}: ${conflict}`);
      if (has < want) problems.push(`${tag}: not told: ${conflict}`);
    }
    problems.push(...toldTooOften(tag, expected.get(tag) ?? [], rows));
    if (expected.has(tag) && rows.length === 0) problems.push(`${tag}: nothing is told`);
  }
  return problems;
}

/** What happens to a record once is told once; the process after the killed one may have had more luck with a write. */
const ONCE: ReadonlySet<ReasonCode> = new Set([
  "created-from-dynamics",
  "created-from-marketo",
  "requested-by-marketo",
  "requested-by-command",
  "recreated-after-delete",
  "owner-fallback",
  "answered",
  "qualified",
  "merged-in-dynamics",
  "merged-in-marketo",
]);

function toldTooOften(
  tag: string,
  wanted: readonly LoggedRow[],
  found: readonly LoggedRow[],
): string[] {
  const count = (rows: readonly LoggedRow[], reason: ReasonCode) =>
    rows.filter((row) => row.reason === reason && row.outcome === "applied").length;
  const unlucky = wanted.filter(({ outcome }) => outcome === "failed").length;
  return [...ONCE].flatMap((reason) => {
    const [want, has] = [count(wanted, reason) + unlucky, count(found, reason)];
    return has > want ? [`${tag}: ${has} times instead of ${want}: applied ${reason}`] : [];
  });
}

function conflictsOf(rows: readonly LoggedRow[]): string[] {
  return rows
    .filter(({ outcome }) => outcome === "conflicted")
    .flatMap(({ reason, lost }) =>
      lost.length ? lost.map((each) => `${reason} ${each}`) : [reason],
    );
}
