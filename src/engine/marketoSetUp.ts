import { CUSTOM_FIELDS } from "../config/defaultMap";
import type { PairConfig } from "../config/pairFile";
import type { FieldSpec } from "../connectors/marketo/schema";
import { CallError } from "../model/failure";
import type { RecordType } from "../model/record";
import type { FieldDescription } from "../model/schema";
import { buildFieldMap } from "../sync/fieldMap";
import type { ConnectorSet } from "./connect";
import { enabledTypes, specsOf, type SchemaFacts } from "./setup";

/** A field of the default map that this instance lacks, with the columns that cannot travel for that. */
export interface LackingField extends FieldSpec {
  columns: readonly { recordType: RecordType; column: string }[];
}

/** Fields of the default map that the pair asks for and that only set-up makes, where their mapping would work with them. */
export function lackingFields(config: PairConfig, facts: SchemaFacts): LackingField[] {
  const known = new Set(facts.fields.map(({ name }) => name));
  const absent = CUSTOM_FIELDS.filter(({ name }) => !known.has(name));
  const fields = [...facts.fields, ...absent.map(described)];
  const columns = enabledTypes(config).flatMap((recordType) => {
    const table = facts.tables[recordType];
    if (!table) return [];
    const { rules } = buildFieldMap(specsOf(config, recordType), table, fields);
    return rules.map(({ key, field }) => ({ recordType, column: key, field }));
  });
  return absent.flatMap((spec) => {
    const own = columns.filter(({ field }) => field === spec.name);
    return own.length > 0 ? [{ ...spec, columns: own }] : [];
  });
}

function described({ name, displayName, type }: FieldSpec): FieldDescription {
  return { name, displayName, type, updatable: true, searchable: false, crmManaged: false };
}

/** Makes the person fields that hold a link, and those of the default map, where they are missing. Returns the names made. */
export async function createFields(
  config: PairConfig,
  { marketo }: ConnectorSet,
  facts: SchemaFacts,
): Promise<string[]> {
  const present = new Set(facts.fields.map((field) => field.name));
  const { id, type, deleted } = config.marketo.linkFields;
  const links: FieldSpec[] = [
    { name: id, displayName: "CRM Record Id", type: "string" },
    { name: type, displayName: "CRM Record Type", type: "string" },
    { name: deleted, displayName: "CRM Is Deleted", type: "boolean" },
  ];
  const specs = [
    ...links.filter((spec) => !present.has(spec.name)),
    ...lackingFields(config, facts).map(({ columns: _, ...spec }) => spec),
  ];
  if (!specs.length) return [];
  const results = await marketo.createFields(specs);
  const made: string[] = [];
  for (const result of results) {
    if (result.kind === "created") made.push(result.name);
    else if (result.failure.class !== "exists") throw new CallError(result.failure);
  }
  return made;
}
