import { DEFAULT_MAP } from "../config/defaultMap";
import type { PairConfig } from "../config/pairFile";
import { CallError } from "../model/failure";
import type { RecordType } from "../model/record";
import { RECORD_TYPES } from "../model/record";
import type { FieldDescription, TableDescription } from "../model/schema";
import type { MappedField, PairSchema } from "../protocol/engine";
import { deltaKey, type LinkFields, type TypeSetup } from "../sync/cycleContext";
import { buildFieldMap, type FieldMap } from "../sync/fieldMap";
import type { MappingSpec } from "../sync/fieldRule";
import type { DynamicsIdentity } from "../sync/ports";
import type { StatePort } from "../sync/statePort";
import type { ConnectorSet } from "./connect";
import { mapFactsOf, voidStaleBases, type MapMemory } from "./mapMemory";
import { filterOf } from "./filter";

/** What is known of both sides, read once and kept for half a day. */
export interface SchemaFacts {
  identity: DynamicsIdentity;
  tables: Partial<Record<RecordType, TableDescription>>;
  fields: readonly FieldDescription[];
  warnings: readonly { code: string; message: string }[];
  readAt: number;
}

/** A field map that stands on the live descriptions of both sides. */
export interface PairSetup extends MapMemory {
  types: readonly TypeSetup[];
  linkFields: LinkFields;
  personFields: readonly string[];
  warnings: readonly { code: string; message: string }[];
}

/** Columns that decisions need besides the map, where the table has them. */
const SYSTEM_COLUMNS: Readonly<Record<RecordType, readonly string[]>> = {
  contact: ["modifiedon", "modifiedby", "statecode", "merged", "masterid", "originatingleadid"],
  lead: ["modifiedon", "modifiedby", "statecode", "merged", "masterid", "parentcontactid"],
};

/** Reads the descriptions of both sides. A missing lead table switches leads off; the rest works. */
export async function readSchema(
  config: PairConfig,
  { dynamics, marketo }: ConnectorSet,
  now: number,
  signal?: AbortSignal,
): Promise<SchemaFacts> {
  const identity = await dynamics.identity({ signal });
  const tables: Partial<Record<RecordType, TableDescription>> = {};
  const warnings: { code: string; message: string }[] = [];
  for (const recordType of enabledTypes(config)) {
    try {
      tables[recordType] = await dynamics.describe(recordType, { signal });
    } catch (error) {
      if (!isMissingTable(error) || recordType === "contact") throw error;
      warnings.push({
        code: "CS-NO-LEAD-TABLE",
        message:
          "This organization has no lead table (the Sales app is not installed); leads are off.",
      });
    }
  }
  const fields = await marketo.describe({ signal });
  return { identity, tables, fields, warnings, readAt: now };
}

export function enabledTypes(config: PairConfig): RecordType[] {
  return RECORD_TYPES.filter((type) => config.recordTypes[type]?.enabled ?? false);
}

function isMissingTable(error: unknown): boolean {
  if (!(error instanceof CallError)) return false;
  return error.failure.class === "configuration" || error.failure.class === "gone";
}

/** The mappings that the pair file asks for; without a list, the default map. */
export function specsOf(config: PairConfig, recordType: RecordType): MappingSpec[] {
  const written = config.recordTypes[recordType]?.fields;
  return (written ?? DEFAULT_MAP[recordType]).filter(
    (spec) => !("enabled" in spec) || spec.enabled,
  );
}

/** A line of the default map has no switch: it is on. */
function isEnabled(spec: object): boolean {
  return !("enabled" in spec) || spec.enabled === true;
}

function mapOf(config: PairConfig, facts: SchemaFacts, recordType: RecordType): FieldMap | null {
  const table = facts.tables[recordType];
  return table ? buildFieldMap(specsOf(config, recordType), table, facts.fields) : null;
}

/** Puts the configuration on the ground of what both sides have. */
export function setUp(config: PairConfig, facts: SchemaFacts, state: StatePort): PairSetup {
  const warnings = [...facts.warnings];
  const types: TypeSetup[] = [];
  for (const recordType of enabledTypes(config)) {
    const map = mapOf(config, facts, recordType);
    const table = facts.tables[recordType];
    if (!map || !table) continue;
    for (const { code, message } of map.problems) warnings.push({ code, message });
    const { filter, warning } = filterOf(config, { recordType, table, map });
    if (warning) warnings.push(warning);
    voidStaleBases(state, recordType, map);
    types.push({
      recordType,
      rules: map.rules,
      positions: state.fieldPositions(
        recordType,
        map.rules.map((rule) => rule.key),
      ),
      columns: columnsOf(map, table, { recordType, filter }),
      filter,
    });
  }
  const { linkFields, warning } = linkFieldsOf(config, facts.fields);
  if (warning) warnings.push(warning);
  return {
    types,
    linkFields,
    personFields: personFieldsOf(types, linkFields),
    warnings,
    ...mapFactsOf(config, types),
  };
}

function columnsOf(
  map: FieldMap,
  table: TableDescription,
  { recordType, filter }: Pick<TypeSetup, "recordType" | "filter">,
): string[] {
  const there = new Set(table.columns.map((column) => column.name));
  const system = SYSTEM_COLUMNS[recordType].filter((column) => there.has(column));
  if (filter?.column) system.push(filter.column);
  return [...new Set([...map.rules.map((rule) => rule.key), ...system])].sort();
}

function personFieldsOf(types: readonly TypeSetup[], links: LinkFields): string[] {
  const mapped = types.flatMap((setup) => setup.rules.map((rule) => rule.field));
  const own = [links.id, links.type, links.deleted].filter((name) => name !== null);
  return [...new Set([...mapped, ...own, "email", "updatedAt"])].sort();
}

function linkFieldsOf(
  config: PairConfig,
  fields: readonly FieldDescription[],
): { linkFields: LinkFields; warning: { code: string; message: string } | null } {
  const wanted = config.marketo.linkFields;
  const byName = new Map(fields.map((field) => [field.name, field]));
  const present = (name: string) => (byName.get(name)?.updatable ? name : null);
  const id = byName.get(wanted.id)?.searchable ? present(wanted.id) : null;
  const linkFields = { id, type: present(wanted.type), deleted: present(wanted.deleted) };
  if (id) return { linkFields, warning: null };
  const message = `Marketo has no searchable, writable field "${wanted.id}" for the Dynamics id: persons are linked by e-mail only and none is created. Create the field as a string (command "Validate Connection" offers it).`;
  return { linkFields, warning: { code: "CS-NO-LINK-FIELD", message } };
}

/** A tracked read goes on only with the columns and the filter it began with: others start it anew. */
export async function fitCheckpoints(state: StatePort, setup: PairSetup): Promise<void> {
  const stale = setup.types.filter(
    (type) => state.checkpoint(columnsKey(type.recordType)) !== readSignature(type),
  );
  if (!stale.length) return;
  await state.commit((writer) => {
    for (const type of stale) {
      writer.setCheckpoint(deltaKey(type.recordType), null);
      writer.setCheckpoint(columnsKey(type.recordType), readSignature(type));
    }
  });
}

/** Another filter lets other rows in or out, which only a full read finds. */
function readSignature({ columns, filter }: TypeSetup): string {
  const condition = filter?.where ? ` ${JSON.stringify(filter.where)}` : "";
  const column = filter?.column ? ` ${filter.column}` : "";
  return `${columns.join(",")}${column}${condition}`;
}

function columnsKey(recordType: RecordType): string {
  return `columns:${recordType}`;
}

/** The sync user's name. One that cannot be read leaves the id; no description fails for it. */
export async function readUserName(
  { dynamics }: Pick<ConnectorSet, "dynamics">,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    return (await dynamics.user(signal ? { signal } : {})).name;
  } catch (error) {
    if (error instanceof CallError && error.failure.class !== "canceled") return null;
    throw error;
  }
}

/** What the descriptions of both sides say of a pair. */
export type DescribedPair = Omit<PairSchema, "userName">;

/** Both sides' fields and how they are mapped, for the tree and the editor. */
export function describePair(config: PairConfig, facts: SchemaFacts): DescribedPair {
  const maps: Partial<Record<RecordType, MappedField[]>> = {};
  for (const recordType of enabledTypes(config)) {
    const map = mapOf(config, facts, recordType);
    const table = facts.tables[recordType];
    if (map && table) maps[recordType] = mappedFields(config, { recordType, map, table, facts });
  }
  return {
    pair: config.id,
    identity: facts.identity,
    tables: facts.tables,
    fields: facts.fields,
    maps,
  };
}

function mappedFields(
  config: PairConfig,
  {
    recordType,
    map,
    table,
    facts,
  }: { recordType: RecordType; map: FieldMap; table: TableDescription; facts: SchemaFacts },
): MappedField[] {
  const written = config.recordTypes[recordType]?.fields ?? DEFAULT_MAP[recordType];
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const fields = new Map(facts.fields.map((field) => [field.name, field]));
  return written.map((spec) => {
    const { column, field, direction } = spec;
    const isThis = (other: { column: string; field: string }) =>
      other.column === column && other.field === field;
    return {
      column,
      field,
      direction,
      enabled: isEnabled(spec),
      problem: map.problems.find(isThis)?.message ?? null,
      warnings: map.warnings.filter(isThis).map((warning) => warning.message),
      columnLabel: columns.get(column)?.displayName ?? null,
      columnType: columns.get(column)?.type ?? null,
      fieldLabel: fields.get(field)?.displayName ?? null,
      fieldType: fields.get(field)?.type ?? null,
    };
  });
}
