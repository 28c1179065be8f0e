import type { RecordType } from "../model/record";
import type { CycleContext, TypeSetup } from "../sync/cycleContext";
import { EMAIL_COLUMN, emailKey } from "../sync/match";
import { storedId } from "../sync/storedId";
import type { MarketoPerson } from "../sync/ports";

/** The record that a person has in Dynamics already. */
export interface Existing {
  recordType: RecordType;
  dynamicsId: string;
  linked: boolean;
}

/**
 * The records that persons have already: by their link, by the id that they carry, or by e-mail. Asked for all persons
 * together, so that many requests cost few calls.
 */
export async function existingRecords(
  context: CycleContext,
  setup: TypeSetup,
  persons: readonly MarketoPerson[],
): Promise<Map<number, Existing>> {
  const known = linkedOnes(context, persons);
  const open = () => persons.filter((person) => !known.has(person.id));
  for (const [id, found] of await byStoredId(context, open())) known.set(id, found);
  if (!context.policies.matchByEmail) return known;
  for (const [id, found] of await byEmail(context, setup, open())) known.set(id, found);
  return known;
}

function linkedOnes(
  { state }: CycleContext,
  persons: readonly MarketoPerson[],
): Map<number, Existing> {
  const known = new Map<number, Existing>();
  for (const [id, link] of state.linksByPersonId(persons.map((person) => person.id))) {
    // B-33: after its record was deleted, a person may get a new one.
    if (link.state === "dynamicsDeleted") continue;
    known.set(id, { recordType: link.recordType, dynamicsId: link.dynamicsId, linked: true });
  }
  return known;
}

async function byStoredId(
  context: CycleContext,
  persons: readonly MarketoPerson[],
): Promise<Map<number, Existing>> {
  const { connectors, signal } = context;
  const found = new Map<number, Existing>();
  const stored = persons.flatMap((person) => {
    const id = storedId(context, person);
    return id ? [{ person: person.id, id }] : [];
  });
  if (!stored.length) return found;
  const ids = [...new Set(stored.map(({ id }) => id))];
  for (const { recordType } of context.types) {
    const rows = await connectors.dynamics.read(recordType, ids, [], { signal, urgent: true });
    const there = new Set(rows.map((row) => row.id));
    for (const { person, id } of stored) {
      if (there.has(id)) found.set(person, { recordType, dynamicsId: id, linked: false });
    }
  }
  return found;
}

async function byEmail(
  context: CycleContext,
  { recordType, rules }: TypeSetup,
  persons: readonly MarketoPerson[],
): Promise<Map<number, Existing>> {
  const found = new Map<number, Existing>();
  if (!rules.some((rule) => rule.key === EMAIL_COLUMN)) return found;
  const addresses = persons.flatMap((person) => {
    const email = person.values["email"];
    return typeof email === "string" && email !== "" ? [{ person: person.id, email }] : [];
  });
  if (!addresses.length) return found;
  const rows = await context.connectors.dynamics.find(
    recordType,
    { column: EMAIL_COLUMN, values: [...new Set(addresses.map(({ email }) => email))] },
    [EMAIL_COLUMN],
    { signal: context.signal, urgent: true },
  );
  const ids = rows.map((row) => row.id);
  const links = context.state.linksByDynamicsId(recordType, ids);
  const free = new Map<string | null, string>();
  for (const { id, values } of rows) {
    const key = emailKey({ email: textOf(values[EMAIL_COLUMN]) });
    if (!links.has(id) && !free.has(key)) free.set(key, id);
  }
  for (const { person, email } of addresses) {
    const dynamicsId = free.get(emailKey({ email }));
    if (dynamicsId) found.set(person, { recordType, dynamicsId, linked: false });
  }
  return found;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
