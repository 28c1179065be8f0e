import type { CycleContext } from "./cycleContext";
import { applyPerson } from "./gather";
import { answeredMatches } from "./lifecycle/answers";
import { followByEmail } from "./lifecycle/followByEmail";
import { formerIds } from "./lifecycle/formerIds";
import {
  emailIn,
  emailKey,
  matchRows,
  NOBODY,
  type Candidate,
  type MatchResult,
  type UnlinkedRow,
} from "./match";
import { Packs } from "./packed";
import { PersonSearch } from "./personSearch";
import type { MarketoPerson } from "./ports";
import { storedId } from "./storedId";
import { decideSubject, type Subject } from "./subject";

/** Finds out which person each unlinked row belongs to: by the stored Dynamics id, then by e-mail (DESIGN 4). */
export async function matchUnlinked(
  context: CycleContext,
  subjects: readonly Subject[],
  search = new PersonSearch(context),
): Promise<void> {
  const open = subjects.filter((subject) => needsMatch(subject) || wantsAnother(context, subject));
  if (!open.length) return;
  const aliases = formerIds(subjects);
  const idOf = (person: MarketoPerson) => {
    const id = storedId(context, person);
    return id === null ? null : (aliases.get(id) ?? id);
  };
  const rows = open.map(unlinkedRow);
  const { byId, byEmail, carried } = await findFor(context, rows, { search, aliases, idOf });
  const named = await answeredMatches(context, open);
  for (const [subject, person] of named) {
    // A person that is created would be the one that carries the id already.
    if (person === "none" && carried.has(subject.dynamicsId)) named.delete(subject);
  }
  const taken = [...named.values()].filter((person) => person !== "none");
  const persons = new Map([...byId, ...byEmail, ...taken].map((person) => [person.id, person]));
  const linked = context.state.linksByPersonId([...persons.keys()]);
  const candidates = [...persons.values()].map((person): Candidate => ({
    id: person.id,
    storedId: idOf(person),
    email: textOf(person.values["email"]),
    linked: linked.has(person.id) || taken.some(({ id }) => id === person.id),
  }));
  const asked = rows.filter((_, at) => !named.has(open[at]!));
  const results = matchRows(asked, candidates, context.policies);
  for (const { id, email } of asked) {
    // The search tells of none of them, so that nobody may be taken for missing.
    if (!carried.has(id) && search.isCrowded(email)) results.set(id, crowdedMatch(id));
  }
  const packs = new Packs();
  for (const subject of open) {
    const person = named.get(subject);
    const match: MatchResult =
      person && person !== "none"
        ? { kind: "found", by: "answer", personId: person.id }
        : (results.get(subject.dynamicsId) ?? NOBODY);
    // Nobody else is there: the person is created again.
    if (subject.link && match.kind === "none") continue;
    Object.assign(subject, { match, link: null, isBereft: subject.link !== null });
    if (match.kind !== "found") continue;
    subject.personId = match.personId;
    applyPerson(subject, persons.get(match.personId), packs);
  }
  const unlinked = open.filter(({ link }) => !link);
  const all = { open: unlinked, all: subjects, persons: [...persons.values()] };
  await followByEmail(context, { ...all, storedId: idOf });
}

interface Found {
  byId: readonly MarketoPerson[];
  byEmail: readonly MarketoPerson[];
  /** Ids of rows that somebody carries. */
  carried: ReadonlySet<string | null>;
}

/** The persons that rows without a link may belong to. */
export function findPersons(
  context: CycleContext,
  subjects: readonly Subject[],
  search: PersonSearch,
): Promise<Found> {
  const rows = subjects.filter(needsMatch).map(unlinkedRow);
  const idOf = (person: MarketoPerson) => storedId(context, person);
  return findFor(context, rows, { search, aliases: new Map(), idOf });
}

/** Persons who carry a row's id; for the other rows, those who have its address. */
async function findFor(
  { linkFields, policies }: CycleContext,
  rows: readonly UnlinkedRow[],
  {
    search,
    aliases,
    idOf,
  }: {
    search: PersonSearch;
    aliases: ReadonlyMap<string, string>;
    idOf: (person: MarketoPerson) => string | null;
  },
): Promise<Found> {
  const ids = [...rows.map(({ id }) => id), ...aliases.keys()];
  const byId = linkFields.id && rows.length ? await search.find(linkFields.id, ids) : [];
  const carried = new Set(byId.map(idOf));
  const rest = rows.filter(({ id }) => !carried.has(id));
  const byEmail =
    policies.matchByEmail && rest.length ? await search.find("email", addresses(rest)) : [];
  return { byId, byEmail, carried };
}

function needsMatch(subject: Subject): boolean {
  if (subject.heir || subject.verdict || subject.facts?.isInFilter === false) return false;
  return !subject.link && !subject.requested && !subject.match && subject.row.kind === "read";
}

/**
 * The person is to be created again. Somebody may have made one with the row's id or address meanwhile: the row belongs to
 * that one then, as if they met for the first time.
 */
function wantsAnother(context: CycleContext, subject: Subject): boolean {
  const { link, person, row, match } = subject;
  const isGone = person.kind === "deleted" || link?.state === "marketoDeleted";
  if (!link || !isGone || match || row.kind !== "read") return false;
  return decideSubject(subject, context).kind === "recreatePerson";
}

function unlinkedRow(subject: Subject): UnlinkedRow {
  return {
    recordType: subject.setup.recordType,
    id: subject.dynamicsId,
    email: subject.row.kind === "read" ? emailIn(subject.row.values) : null,
  };
}

/** Too many persons to be named: a human has to say what the row is. */
function crowdedMatch(rowId: string): MatchResult {
  return { kind: "ambiguous", personIds: [], rowIds: [rowId] };
}

function addresses(rows: readonly UnlinkedRow[]): string[] {
  const keys = rows.map(emailKey);
  return [...new Set(keys.filter((key) => key !== null))];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
