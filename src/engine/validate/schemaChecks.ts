import type { PairConfig } from "../../config/pairFile";
import type { RecordType } from "../../model/record";
import { RECORD_TYPES } from "../../model/record";
import type { TableDescription } from "../../model/schema";
import type { MappedField } from "../../protocol/engine";
import { lackingFields, type LackingField } from "../marketoSetUp";
import { describePair, enabledTypes, type SchemaFacts, type DescribedPair } from "../setup";
import type { CheckList, CheckState } from "./checkList";
import type { CheckGround } from "./ground";

/** Tables, columns and fields, as both sides describe them to the sync users. */
export function checkSchema(list: CheckList, ground: CheckGround, facts: SchemaFacts): void {
  const { config } = ground;
  const schema = describePair(config, facts);
  for (const recordType of enabledTypes(config)) {
    const table = facts.tables[recordType];
    checkTable(list, recordType, table);
    if (table) checkColumns(list, recordType, table, mappedOn(schema, recordType));
  }
  const lacking = lackingFields(config, facts);
  checkFields(list, schema, new Set(lacking.map(({ name }) => name)));
  checkLackingFields(list, lacking);
  checkLinkFields(list, config, facts);
  checkRequestField(list, config, facts);
  checkNativeSync(list, facts);
  checkBlockedFields(list, ground, schema);
}

function mappedOn(schema: DescribedPair, recordType: RecordType): MappedField[] {
  return (schema.maps[recordType] ?? []).filter((field) => field.enabled);
}

function checkTable(
  list: CheckList,
  recordType: RecordType,
  table: TableDescription | undefined,
): void {
  const title = `Table ${recordType}`;
  if (!table) {
    const detail =
      "This organization has no lead table (the Sales app is not installed); leads are off, and the rest works.";
    return list.add("dynamics", { id: `table:${recordType}`, title, state: "amber", detail });
  }
  const count = `${table.columns.length} columns are described to the sync user.`;
  list.add("dynamics", { id: `table:${recordType}`, title, state: "green", detail: count });
  const isOn = table.changeTracking;
  list.add("dynamics", {
    id: `tracking:${recordType}`,
    title: `Change tracking on ${recordType}`,
    state: isOn ? "green" : "red",
    detail: isOn
      ? "On."
      : `Change tracking of the table ${recordType} is off; switch it on in the table's properties.`,
  });
}

/** Column security and access of the columns that the map asks for. */
function checkColumns(
  list: CheckList,
  recordType: RecordType,
  table: TableDescription,
  mapped: readonly MappedField[],
): void {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const columns = mapped.flatMap(({ column }) => byName.get(column) ?? []);
  const hidden = columns.filter((column) => column.hidden);
  const readable = columns.filter((column) => column.readable && !column.hidden);
  const fixed = readable.filter((column) => !column.updatable);
  const words = [
    `Of ${columns.length} mapped columns ${readable.length} can be read and ${readable.length - fixed.length} can be written.`,
    ...(hidden.length > 0
      ? [
          `Column security hides ${namesOf(hidden)}: they do not sync. Grant read access in a column security profile of the sync user.`,
        ]
      : []),
    ...(fixed.length > 0
      ? [`Not writable, so they travel to Marketo only: ${namesOf(fixed)}.`]
      : []),
  ];
  list.add("dynamics", {
    id: `columns:${recordType}`,
    title: `Columns of ${recordType}`,
    state: hidden.length > 0 ? "amber" : "green",
    detail: words.join(" "),
  });
}

const namesOf = (columns: readonly { name: string }[]) =>
  columns.map(({ name }) => name).join(", ");

/** What of the map works, and each mapping that does not; fields that set-up can make have lines of their own. */
function checkFields(list: CheckList, schema: DescribedPair, lacking: ReadonlySet<string>): void {
  for (const recordType of RECORD_TYPES) {
    const on = mappedOn(schema, recordType);
    const broken = on.filter((field) => field.problem !== null);
    if (!schema.maps[recordType]) continue;
    const state: CheckState = broken.length === on.length && on.length > 0 ? "red" : "green";
    list.add("marketo", {
      id: `map:${recordType}`,
      title: `Fields of ${recordType}`,
      state: broken.length > 0 && state === "green" ? "amber" : state,
      detail: `${on.length - broken.length} of ${on.length} mappings sync.`,
    });
    for (const { column, field, problem } of broken) {
      if (lacking.has(field)) continue;
      list.add("marketo", {
        id: `map:${recordType}:${column}`,
        title: `${column} and ${field}`,
        state: "amber",
        detail: problem ?? "",
      });
    }
  }
}

/** Fields of the default map that the instance lacks. */
function checkLackingFields(list: CheckList, lacking: readonly LackingField[]): void {
  for (const { name, columns } of lacking) {
    const lost = columns.map(({ recordType, column }) => `${column} of ${recordType}`).join(", ");
    list.add("marketo", {
      id: `field:${name}`,
      title: `Field ${name}`,
      state: "amber",
      detail: `Marketo has no field ${name}: ${lost} does not sync. "Create in Marketo" makes it.`,
    });
  }
}

function checkLinkFields(list: CheckList, config: PairConfig, facts: SchemaFacts): void {
  const byName = new Map(facts.fields.map((field) => [field.name, field]));
  const { id, type, deleted } = config.marketo.linkFields;
  const lost: readonly [string, CheckState, string][] = [
    [id, "red", "persons can be linked by e-mail only, and none is created"],
    [type, "amber", "persons do not show which record type they belong to"],
    [deleted, "amber", "a deletion in Dynamics is not shown on the person"],
  ];
  for (const [name, state, without] of lost) {
    const field = byName.get(name);
    const works = field?.updatable && (name !== id || field.searchable);
    const detail = field
      ? `The field ${name} cannot be ${field.updatable ? "searched" : "written"} by the API: ${without}. Name another one in marketo.linkFields.`
      : `Marketo has no field ${name}: ${without}. "Create in Marketo" makes it.`;
    list.add("marketo", {
      id: field && !works ? `unusable:${name}` : `link:${name}`,
      title: `Field ${name}`,
      state: works ? "green" : state,
      detail: works ? "Present." : detail,
    });
  }
}

/** The yes/no field by which campaigns ask for a record. */
function checkRequestField(list: CheckList, config: PairConfig, { fields }: SchemaFacts): void {
  const name = config.marketo.request?.field;
  if (name === undefined) return;
  const lost = "campaigns cannot ask for records";
  const field = fields.find((one) => one.name === name);
  const problem = !field
    ? `Marketo has no field ${name}: ${lost}. Create it as a boolean in Marketo's field management.`
    : field.type !== "boolean"
      ? `The field ${name} is of type ${field.type}: ${lost}. Use a boolean field.`
      : !field.updatable
        ? `The field ${name} cannot be written by the API: an answered request would stay. Use another boolean field.`
        : null;
  list.add("marketo", {
    id: "request:field",
    title: `Field ${name} for requests of campaigns`,
    state: problem === null ? "green" : "red",
    detail: problem ?? "A boolean that the API can write.",
  });
}

/** Fields that a native CRM sync owns are proof of one: two engines on the same persons would loop. */
function checkNativeSync(list: CheckList, { fields }: SchemaFacts): void {
  const owned = fields.filter((field) => field.crmManaged).map((field) => field.name);
  const some = `${owned.slice(0, 3).join(", ")}${owned.length > 3 ? " and more" : ""}`;
  list.add("marketo", {
    id: "native",
    title: "No other Dynamics sync in this instance",
    state: owned.length > 0 ? "red" : "green",
    detail:
      owned.length > 0
        ? `A native CRM sync is on (it manages ${some}). Two engines on the same persons would write in circles: switch one of them off before you go on.`
        : "No field is managed by a CRM.",
  });
}

/** Rows of the log that are looked at. */
const MOST_REFUSALS = 5_000;

/** No description tells that updates of a field are blocked; the sync has noticed it by writing (B-83). */
function checkBlockedFields(list: CheckList, { state }: CheckGround, schema: DescribedPair): void {
  const refused = state.activities({ outcomes: ["refused"], limit: MOST_REFUSALS });
  const seen = new Set(
    refused.flatMap(({ error }) => (error?.code === "CS-BLOCKED-FIELD" ? [error.message] : [])),
  );
  const fixed = schema.fields.filter(({ updatable }) => !updatable).map(({ name }) => name);
  const mapped = new Set(
    Object.values(schema.maps).flatMap((map) => map.map(({ field }) => field)),
  );
  const inMap = fixed.filter((name) => mapped.has(name));
  const known =
    inMap.length > 0 ? ` Marketo itself never lets ${inMap.join(", ")} be written.` : "";
  const line = { id: "blocked", title: "Fields that block updates by the API" };
  if (seen.size === 0) {
    const detail = `No write was seen to be ignored so far; Marketo does not tell it in advance.${known}`;
    return list.add("marketo", { ...line, state: "green", detail });
  }
  for (const [at, message] of [...seen].entries()) {
    list.add("marketo", { ...line, id: `blocked:${at}`, state: "amber", detail: message + known });
  }
}
