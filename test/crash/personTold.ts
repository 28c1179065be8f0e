import { isWorthTelling } from "../../src/engine/personLog";
import type { Activity } from "../../src/model/activity";
import type { Sandbox } from "../../src/sandbox/sandbox";
import type { State } from "../../src/state/state";
import { tagsOf } from "./tags";

/** Custom activities have higher type ids than Marketo's own. */
const FIRST_CUSTOM_TYPE = 100_001;

/** Where the process that was killed stood in the log that it writes to the persons. */
export function toldUpTo(state: State): number {
  return Number(state.checkpoint("personLog") ?? 0);
}

/**
 * What is wrong with the persons' own activity logs: a row of our log stands there at most once, and surely if the killed
 * process had not announced it yet.
 */
export function personLogProblems(sandbox: Sandbox, state: State, announced: number): string[] {
  const tags = tagsOf(sandbox);
  const rows = state.activities({ limit: 10_000 }).filter(isWorthTelling);
  const most = countBy(rows, keyOfRow);
  const least = countBy(
    rows.filter(({ id }) => id > announced),
    keyOfRow,
  );
  const there = countBy(
    [...tags.persons.keys()].flatMap((id) => keysOnPerson(sandbox, id)),
    (key) => key,
  );
  const problems: string[] = [];
  for (const key of new Set([...most.keys(), ...there.keys()])) {
    const personId = Number(key.split(" ", 1)[0]);
    // A person that is gone has no log.
    if (!tags.persons.has(personId)) continue;
    const name = `${tags.of(null, personId)}: ${key}`;
    const count = there.get(key) ?? 0;
    if (count > (most.get(key) ?? 0)) problems.push(`told on the person too often: ${name}`);
    if (count < (least.get(key) ?? 0)) problems.push(`not told on the person: ${name}`);
  }
  return problems;
}

function keyOfRow({ personId, recordType, dynamicsId, reason, cycle }: Activity): string {
  return [personId, recordType, dynamicsId ?? "", reason, cycle].join(" ");
}

function keysOnPerson({ marketo }: Sandbox, id: number): string[] {
  return marketo
    .activities(id)
    .filter((row) => Number(row["activityTypeId"]) >= FIRST_CUSTOM_TYPE)
    .map((row) => {
      const pairs = row["attributes"] as { name: string; value: unknown }[];
      const values = new Map(pairs.map(({ name, value }) => [name, value]));
      const [record, reason, cycle] = ["Record", "Reason", "Cycle"].map((name) => values.get(name));
      const [recordType, dynamicsId = ""] = String(record).split(" ");
      return [id, recordType, dynamicsId, reason, cycle].join(" ");
    });
}

function countBy<T>(all: readonly T[], keyOf: (each: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of all) counts.set(keyOf(each), (counts.get(keyOf(each)) ?? 0) + 1);
  return counts;
}

/** Requests of campaigns that were not taken back, by the persons' tags. */
export function openRequests({ marketo }: Sandbox): string[] {
  const ADDED_TO_LIST = 24;
  const REMOVED_FROM_LIST = 25;
  return [...marketo.persons()].flatMap((person) => {
    const id = Number(person["id"]);
    const count = (type: number) =>
      marketo.activities(id).filter((row) => row["activityTypeId"] === type).length;
    const isOpen =
      person["syncToDynamics"] === true || count(ADDED_TO_LIST) > count(REMOVED_FROM_LIST);
    return isOpen ? [`person ${String(person["middleName"])}`] : [];
  });
}
