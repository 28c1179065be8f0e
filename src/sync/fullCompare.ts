import { chunks, stopIfCanceled, type CycleContext, type TypeSetup } from "./cycleContext";
import { diffRecord } from "./diff";
import { addTombstones } from "./gather";
import { normalizeMarketo } from "./normalize";
import type { DynamicsPull } from "./pullDynamics";
import type { Link } from "./statePort";
import { newSubject, type Subjects } from "./subject";

/** Marketo may forget deletions after 14 days (deletedleads) and changes after 90: then only a full compare helps. */
export const FEED_LIFETIME_MS = 13 * 24 * 60 * 60 * 1000;

/** Links at a time. */
const PAGE = 300;

/**
 * After a full read: linked rows that were not in it. Absence alone proves nothing, so each is asked for by its id; one
 * that is not there either was deleted while nobody listened. Returns how many.
 */
export async function addMissingRows(
  context: CycleContext,
  subjects: Subjects,
  pull: DynamicsPull,
): Promise<number> {
  const { setup, seenIds } = pull;
  if (!seenIds) return 0;
  const absent: string[] = [];
  for (const page of context.state.links(setup.recordType)) {
    for (const { dynamicsId, state } of page) {
      if (state !== "dynamicsDeleted" && !seenIds.has(dynamicsId)) absent.push(dynamicsId);
    }
  }
  const deletedIds: string[] = [];
  for (const ids of chunks(absent, PAGE)) {
    stopIfCanceled(context.signal);
    const { dynamics } = context.connectors;
    const rows = await dynamics.read(setup.recordType, ids, [], { signal: context.signal });
    const there = new Set(rows.map((row) => row.id));
    deletedIds.push(...ids.filter((id) => !there.has(id)));
  }
  addTombstones(context, subjects, { setup, deletedIds });
  return deletedIds.length;
}

/** After a gap that the feeds cannot bridge: reads every linked person. Returns how many are gone. */
export async function comparePersons(context: CycleContext, subjects: Subjects): Promise<number> {
  let gone = 0;
  for (const setup of context.types) {
    for (const page of context.state.links(setup.recordType)) {
      for (const links of chunks(page, PAGE))
        gone += await comparePage(context, subjects, { setup, links });
    }
  }
  return gone;
}

async function comparePage(
  context: CycleContext,
  subjects: Subjects,
  { setup, links }: { setup: TypeSetup; links: readonly Link[] },
): Promise<number> {
  stopIfCanceled(context.signal);
  const open = links.filter((link) => link.state !== "marketoDeleted");
  const ids = open.map((link) => link.personId);
  const { marketo } = context.connectors;
  const persons = await marketo.read(ids, context.personFields, { signal: context.signal });
  const byId = new Map(persons.map((person) => [person.id, person]));
  let gone = 0;
  for (const link of open) {
    const person = byId.get(link.personId);
    const values = person && normalizeMarketo(setup.rules, person.values);
    if (values && !differs(setup, link, values)) continue;
    const { dynamicsId, personId } = link;
    const subject =
      subjects.row(setup.recordType, dynamicsId) ??
      subjects.add(newSubject(setup, { dynamicsId, personId, link }));
    subject.person = values ? { kind: "read", values } : { kind: "deleted" };
    if (!values) gone++;
  }
  return gone;
}

function differs(
  setup: TypeSetup,
  link: Link,
  values: ReturnType<typeof normalizeMarketo>,
): boolean {
  const fields = diffRecord(setup, link.base, { dynamics: null, marketo: values });
  return fields.some(({ situation }) => situation !== "unchanged");
}
