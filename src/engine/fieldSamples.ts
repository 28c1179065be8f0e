import type { FieldValue, RecordType } from "../model/record";
import type { ColumnDescription } from "../model/schema";
import type { FieldSamples, SeenValues } from "../protocol/engine";
import { searchPersons } from "../sync/searchPersons";
import type { StatePort } from "../sync/statePort";
import type { DynamicsRow, MarketoPerson, WireValues } from "../sync/ports";
import { columnReader } from "../sync/codecOption";
import type { ConnectorSet } from "./connect";
import type { SchemaFacts } from "./setup";

export interface SampleGround {
  connectors: ConnectorSet;
  state: StatePort;
  facts: SchemaFacts;
  recordType: RecordType;
}

/** Records that are looked at on each side; one or two calls each. */
const RECORDS = 20;
const SAMPLES = 3;
const LONGEST_SAMPLE = 40;
/** Persons whose value of one field is looked at for its value map; one call. */
const PERSONS = 300;

/**
 * A few values of every column and field, from the records changed last and the persons that belong to them. They are
 * personal: they are for the eyes of the user alone, and go into no log.
 */
export async function readSamples(ground: SampleGround): Promise<FieldSamples> {
  const { connectors, facts, recordType } = ground;
  const columns = (facts.tables[recordType]?.columns ?? []).filter(
    ({ readable, hidden, type }) => readable && !hidden && type !== "unsupported",
  );
  const names = columns.map(({ name }) => name);
  const rows = await connectors.dynamics.newest(recordType, names, RECORDS);
  const fields = facts.fields.filter(({ type }) => type !== "unsupported").map(({ name }) => name);
  const persons = await personsOf(ground, rows, fields);
  return {
    dynamics: Object.fromEntries(
      columns.map((column) => [column.name, samplesOf(rows, column.name, shownAs(column))]),
    ),
    marketo: Object.fromEntries(fields.map((name) => [name, samplesOf(persons, name, plainText)])),
  };
}

/** What Marketo holds in one field now, with counts: a value map needs every value. */
export async function readSeenValues(ground: SampleGround, field: string): Promise<SeenValues> {
  const { connectors, state, recordType } = ground;
  const linked = state
    .linksAfter(recordType, null, PERSONS)
    .flatMap(({ personId }) => (personId === null ? [] : [personId]));
  const ids = linked.length > 0 ? linked : FIRST_IDS;
  const persons = await connectors.marketo.read(ids, [field]);
  const counts = new Map<string, number>();
  for (const { values } of persons) {
    const text = plainText(values[field]);
    if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return {
    persons: persons.length,
    values: [...counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value)),
  };
}

/** Before anything is linked, the instance's oldest persons are asked for: one call, whoever is there. */
const FIRST_IDS = Array.from({ length: PERSONS }, (_, at) => at + 1);

async function personsOf(
  { connectors: { marketo }, state, recordType }: SampleGround,
  rows: readonly DynamicsRow[],
  fields: readonly string[],
): Promise<MarketoPerson[]> {
  const links = state.linksByDynamicsId(
    recordType,
    rows.map(({ id }) => id),
  );
  const linked = [...links.values()].flatMap(({ personId }) =>
    personId === null ? [] : [personId],
  );
  if (linked.length > 0) return marketo.read(linked, fields);
  const emails = rows.flatMap(({ values }) => plainText(values["emailaddress1"]) ?? []);
  const { persons } = await searchPersons(marketo, { field: "email", values: emails }, fields);
  if (persons.length > 0) return persons.slice(0, RECORDS);
  return (await marketo.read(FIRST_IDS, fields)).slice(0, RECORDS);
}

function samplesOf(
  records: readonly { values: WireValues }[],
  name: string,
  show: (wire: unknown) => string | null,
): string[] {
  const texts = records.map(({ values }) => show(values[name])).filter((text) => text !== null);
  return [...new Set(texts)].slice(0, SAMPLES).map(cut);
}

/** On one line, as a list has room for. */
function cut(whole: string): string {
  const text = whole.replace(/\s+/g, " ");
  return text.length <= LONGEST_SAMPLE ? text : `${text.slice(0, LONGEST_SAMPLE - 1)}…`;
}

function plainText(wire: unknown): string | null {
  if (typeof wire === "string") return wire.trim() === "" ? null : wire;
  return typeof wire === "number" || typeof wire === "boolean" ? String(wire) : null;
}

/** An option by its name, as the user knows it. */
function shownAs(column: ColumnDescription): (wire: unknown) => string | null {
  const { options } = column;
  if (!options) return plainText;
  const labels = new Map(options.map(({ value, label }) => [String(value), label]));
  const read = column.type === "multiSelect" ? plainText : columnReader(column);
  return (wire) => {
    const value: FieldValue = read(wire);
    if (value === null) return null;
    const parts = String(value).split(",");
    return parts.map((part) => labels.get(part.trim()) ?? part).join("; ");
  };
}
