import type { FieldValues, RecordType } from "../model/record";

/** The column that holds the address by which persons are matched. */
export const EMAIL_COLUMN = "emailaddress1";

/** A row that has no link yet. */
export interface UnlinkedRow {
  recordType: RecordType;
  id: string;
  email: string | null;
}

/** A person that may be the same human; `linked`: a link to any row holds it already. */
export interface Candidate {
  id: number;
  /** The Dynamics id that the person's link field holds. */
  storedId: string | null;
  email: string | null;
  linked: boolean;
}

/** By the stored Dynamics id, by e-mail, or because a human said so. */
export type MatchedBy = "id" | "email" | "answer";

export type MatchResult =
  /** Nobody: the person is to be created. */
  | { kind: "none" }
  | { kind: "found"; by: MatchedBy; personId: number }
  /** A question only a human can answer: several persons, or several rows for one person. */
  | { kind: "ambiguous"; personIds: readonly number[]; rowIds: readonly string[] };

/** The row belongs to nobody yet. */
export const NOBODY: MatchResult = { kind: "none" };

/**
 * Matches unlinked rows with the persons that were found for them, by the stored Dynamics id first, else (if the
 * policy allows) by e-mail without regard to case. The result does not depend on any order. A person is never given to
 * two rows: rows that want the same unlinked person are all ambiguous; a person that is linked is no candidate, so a
 * second row with its address gets a person of its own.
 */
export function matchRows(
  rows: readonly UnlinkedRow[],
  persons: readonly Candidate[],
  policy: { matchByEmail: boolean },
): Map<string, MatchResult> {
  const byStoredId = groupBy(persons, ({ storedId }) => storedId?.toLowerCase() ?? null);
  const results = new Map<string, MatchResult>();
  const taken = new Set<number>();
  const open: UnlinkedRow[] = [];
  for (const row of rows) {
    const owned = byStoredId.get(row.id.toLowerCase()) ?? [];
    if (owned.length === 0) {
      open.push(row);
      continue;
    }
    results.set(row.id, byId(row, owned));
    for (const { id } of owned) taken.add(id);
  }
  const free = persons.filter(
    (person) => !person.linked && !taken.has(person.id) && person.storedId === null,
  );
  const byEmail = groupBy(policy.matchByEmail ? free : [], emailKey);
  const wanting = groupBy(open, emailKey);
  for (const row of open) {
    const key = emailKey(row) ?? "";
    results.set(row.id, oneToOne(byEmail.get(key) ?? [], wanting.get(key) ?? []));
  }
  return results;
}

/** The row's address; null when it has none, or the map has no e-mail column. */
export function emailIn(values: FieldValues): string | null {
  const value = values[EMAIL_COLUMN];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The e-mail addresses to search persons by; rows that share an address must be matched in one call. */
export function emailKey({ email }: { email: string | null }): string | null {
  const key = email?.trim().toLowerCase() ?? "";
  return key === "" ? null : key;
}

/** Persons that carry the row's id: one free one is the row's own; else a link or a copy of the id contradicts. */
function byId(row: UnlinkedRow, owned: readonly Candidate[]): MatchResult {
  const [only] = owned;
  if (owned.length === 1 && only && !only.linked) {
    return { kind: "found", by: "id", personId: only.id };
  }
  return ambiguous(owned, [row]);
}

function oneToOne(persons: readonly Candidate[], rows: readonly UnlinkedRow[]): MatchResult {
  const [only] = persons;
  if (!only) return NOBODY;
  if (persons.length === 1 && rows.length === 1) {
    return { kind: "found", by: "email", personId: only.id };
  }
  return ambiguous(persons, rows);
}

function ambiguous(persons: readonly Candidate[], rows: readonly UnlinkedRow[]): MatchResult {
  return {
    kind: "ambiguous",
    personIds: persons.map(({ id }) => id).sort((a, b) => a - b),
    rowIds: rows.map(({ id }) => id).sort(),
  };
}

/** Groups by key; what has no key is in no group. */
function groupBy<T>(items: readonly T[], key: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name === null) continue;
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}
