import { fail } from "./errors";
import type { DataType, FieldDefinition } from "./fieldTypes";
import {
  batchSize,
  bodyObject,
  inputRecords,
  isObject,
  permission,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";

const MAX_API_FIELDS = 100;

/** Types that a client may give a new field. */
const creatable: readonly string[] = [
  "boolean",
  "currency",
  "date",
  "datetime",
  "email",
  "float",
  "integer",
  "percent",
  "phone",
  "score",
  "string",
  "url",
];

const lengthOf = (field: FieldDefinition) =>
  field.length === undefined ? {} : { length: field.length };

const readOnlyTypes: readonly string[] = ["reference", "formula"];
const isReadOnly = (field: FieldDefinition) =>
  field.readOnly || readOnlyTypes.includes(field.dataType);

function describe(call: Call): Answer {
  const result = call.org.fields.list().map((field) => ({
    id: field.id,
    displayName: field.displayName,
    dataType: field.dataType,
    ...lengthOf(field),
    rest: { name: field.name, readOnly: isReadOnly(field) },
    soap: { name: soapName(field.name), readOnly: isReadOnly(field) },
  }));
  return { result };
}

const soapName = (name: string) => name[0]!.toUpperCase() + name.slice(1);

function describe2(call: Call): Answer {
  const { fields } = call.org;
  return {
    result: [
      {
        name: "API Lead",
        searchableFields: fields.searchable().map((name) => [name]),
        fields: fields.list().map((field) => ({
          name: field.name,
          displayName: field.displayName,
          dataType: field.dataType,
          ...lengthOf(field),
          updateable: !isReadOnly(field),
          crmManaged: field.crmManaged,
        })),
      },
    ],
  };
}

const schemaForm = (field: FieldDefinition) => ({
  displayName: field.displayName,
  name: field.name,
  description: field.description ?? null,
  dataType: field.dataType,
  ...lengthOf(field),
  isHidden: field.hidden,
  isHtmlEncodingInEmail: field.htmlEncoded,
  isSensitive: field.sensitive,
  isCustom: field.custom,
  isApiCreated: field.apiCreated,
});

function listFields(call: Call): Answer {
  const { org } = call;
  const token = call.query.get("nextPageToken");
  const life = org.quirks.pagingTokenLifeMs;
  const start = token ? Number(org.tokens.decode("fields", token, life)[0]) : 0;
  const end = start + batchSize(call);
  const fields = org.fields.list();
  const result = fields.slice(start, end).map(schemaForm);
  if (end >= fields.length) return { result, moreResult: false };
  return { result, nextPageToken: org.tokens.encode("fields", [end]), moreResult: true };
}

function pathField(call: Call): FieldDefinition {
  const name = call.params[0]!;
  return call.org.fields.get(name) ?? fail("1006", name);
}

const getField = (call: Call): Answer => ({ result: [schemaForm(pathField(call))] });

function createFields(call: Call): Answer {
  const records = inputRecords(call);
  const made = call.org.fields.list().filter((field) => field.apiCreated).length;
  if (made + records.length > MAX_API_FIELDS) {
    fail("1003", `No more than ${MAX_API_FIELDS} fields can be created by API`);
  }
  // The call is refused as a whole, so all records are checked before the first field is made.
  const names = new Set<string>();
  for (const record of records) {
    checkNewField(call, record);
    const name = String(record["name"]);
    if (names.has(name)) fail("1036", name);
    names.add(name);
  }
  return { result: records.map((record) => createField(call, record)) };
}

function checkNewField(call: Call, record: Record<string, unknown>): void {
  for (const member of ["displayName", "name", "dataType"]) {
    const value = record[member];
    if (typeof value !== "string" || value === "") fail("1002", member);
  }
  const name = String(record["name"]);
  if (!/^[A-Za-z]\w*$/.test(name)) fail("1003", `Invalid field name '${name}'`);
  const type = String(record["dataType"]);
  if (!creatable.includes(type)) fail("1003", `Invalid dataType '${type}'`);
  if (call.org.fields.has(name)) fail("1017", `Field '${name}'`);
}

function createField(call: Call, record: Record<string, unknown>): unknown {
  const { org } = call;
  const field = org.fields.add(
    {
      name: String(record["name"]),
      displayName: String(record["displayName"]),
      dataType: record["dataType"] as DataType,
    },
    { apiCreated: true, visibleFrom: org.clock.now() + org.quirks.displayLag },
  );
  applyChanges(field, record);
  return { name: field.name, status: "created" };
}

function updateField(call: Call): Answer {
  const field = pathField(call);
  const body = bodyObject(call);
  const input = Array.isArray(body["input"]) ? body["input"][0] : body;
  const changes = isObject(input) ? input : {};
  for (const fixed of ["name", "dataType", "length"]) {
    if (fixed in changes) fail("1003", `'${fixed}' cannot be changed`);
  }
  applyChanges(field, changes);
  return { result: [{ name: field.name, status: "updated" }] };
}

function applyChanges(field: FieldDefinition, changes: Record<string, unknown>): void {
  const { displayName, description } = changes;
  if (typeof displayName === "string" && displayName !== "") field.displayName = displayName;
  if (typeof description === "string") field.description = description;
  const flags = {
    isHidden: "hidden",
    isHtmlEncodingInEmail: "htmlEncoded",
    isSensitive: "sensitive",
  };
  for (const [wire, own] of Object.entries(flags) as [
    string,
    "hidden" | "htmlEncoded" | "sensitive",
  ][]) {
    const value = changes[wire];
    if (typeof value === "boolean") field[own] = value;
  }
}

const { readLead, schema, customSchema } = permission;

export const schemaRoutes: Route[] = [
  route("GET /rest/v1/leads/describe.json", readLead, "none", describe),
  route("GET /rest/v1/leads/describe2.json", readLead, "none", describe2),
  route("GET /rest/v1/leads/schema/fields.json", schema, "none", listFields),
  route("GET /rest/v1/leads/schema/fields/{fieldApiName}.json", schema, "none", getField),
  route("POST /rest/v1/leads/schema/fields.json", customSchema, "json", createFields),
  route("POST /rest/v1/leads/schema/fields/{fieldApiName}.json", schema, "json", updateField),
];
