import { setupOf, type CycleContext } from "../cycleContext";
import { readRows } from "../gather";
import { emailIn, emailKey } from "../match";
import type { MarketoPerson } from "../ports";
import type { Link } from "../statePort";
import { newSubject, type Subject } from "../subject";
import { makeHeir } from "./followRows";

interface Candidate {
  contact: Subject;
  link: Link;
  personId: number;
}

/** Rows without a link, and the persons that may be theirs. */
interface Found {
  open: readonly Subject[];
  all: readonly Subject[];
  persons: readonly MarketoPerson[];
  /** The row whose id the person carries. */
  storedId: (person: MarketoPerson) => string | null;
}

/**
 * The last way to know a qualified lead's contact, where no column names it: the new contact has the e-mail address of
 * the lead's person. Only if that is unique on both sides, and only if the lead really is qualified.
 */
export async function followByEmail(context: CycleContext, found: Found): Promise<void> {
  const setup = setupOf(context, "lead");
  if (!setup || !context.policies.matchByEmail) return;
  const candidates = candidatesOf(context, found);
  if (!candidates.length) return;
  const known = new Map(found.all.map((subject) => [keyOf(subject), subject]));
  const leads = candidates.map(
    ({ link }) => known.get(`lead ${link.dynamicsId}`) ?? newSubject(setup, { ...link, link }),
  );
  await readRows(context, leads);
  // A merge names the record that takes over; an address only suggests one.
  const inherited = new Set(found.all.map(({ heir }) => heir?.personId));
  for (const [at, { contact, link, personId }] of candidates.entries()) {
    const lead = leads[at]!;
    const owner = lead.facts?.contactId ?? contact.dynamicsId;
    const isIts = lead.facts?.isQualified && owner === contact.dynamicsId;
    if (
      !isIts ||
      inherited.has(personId) ||
      lead.heir ||
      lead.verdict ||
      lead.person.kind === "deleted"
    )
      continue;
    makeHeir(contact, { personId, former: link, formerSetup: setup, reason: "qualified" });
    lead.verdict = { kind: "skip", reason: "qualified", drift: [] };
  }
}

function candidatesOf(context: CycleContext, { open, persons, storedId }: Found): Candidate[] {
  const links = context.state.linksByPersonId(persons.map(({ id }) => id));
  if (![...links.values()].some(({ recordType }) => recordType === "lead")) return [];
  const byEmail = groupBy(persons, ({ values }) => emailKey({ email: textOf(values["email"]) }));
  const byId = groupBy(persons, storedId);
  const wanting = groupBy(open, emailOf);
  return open.flatMap((contact): Candidate[] => {
    if (contact.setup.recordType !== "contact" || contact.facts?.leadId) return [];
    // A process that ended between the write to the person and its record: the person carries the contact's id already.
    const carriers = byId.get(contact.dynamicsId) ?? [];
    const email = emailOf(contact);
    const isUnique = email !== null && wanting.get(email)?.length === 1;
    const byAddress = isUnique && contact.match?.kind === "none" ? byEmail.get(email) : [];
    const [person, another] = carriers.length ? carriers : (byAddress ?? []);
    const link = person && links.get(person.id);
    if (!person || another || link?.recordType !== "lead" || link.state === "held") return [];
    return [{ contact, link, personId: person.id }];
  });
}

function emailOf({ row }: Subject): string | null {
  return row.kind === "read" ? emailKey({ email: emailIn(row.values) }) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function keyOf({ setup, dynamicsId }: Subject): string {
  return `${setup.recordType} ${dynamicsId}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name !== null) groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return groups;
}
