import { webService } from "./changes";
import { spreadToMembers } from "./companyMembers";
import { fail, reason, type Reason } from "./errors";
import { asDefinition, type ExternalObjects } from "./externalObjects";
import type { Values } from "./fieldTypes";
import { nowSeconds, type Org } from "./org";
import { wireValue } from "./personReads";
import {
  batchSize,
  bodyObject,
  inputRecords,
  listParameter,
  MAX_RECORDS,
  permission,
  required,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";
import { coerce } from "./values";

type Pick = (org: Org) => ExternalObjects;
type DedupeBy = "dedupeFields" | "idField";

function get(call: Call, objects: ExternalObjects): Answer {
  const { shape } = objects;
  const asked = required(call, "filterType");
  const aliases: Record<string, string> = { idField: "id", dedupeFields: shape.keyField };
  const filter = aliases[asked] ?? asked;
  if (!shape.searchable.includes(filter)) fail("1011", asked);
  required(call, "filterValues");
  const values = listParameter(call, "filterValues").map((value) => value.toLowerCase());
  if (values.length > MAX_RECORDS) fail("1003", `filterValues exceeds the limit of ${MAX_RECORDS}`);
  const found = objects
    .all()
    .filter((record) => values.includes(String(record[filter] ?? "").toLowerCase()));
  const fields = listParameter(call, "fields");
  const names = fields.length > 0 ? fields : ["id", shape.keyField, "createdAt", "updatedAt"];
  for (const name of names) if (!objects.field(name)) fail("1006", name);
  return page(call, found, names);
}

function page(call: Call, found: Values[], names: string[]): Answer {
  const { org } = call;
  const token = call.query.get("nextPageToken");
  const life = org.quirks.pagingTokenLifeMs;
  const start = token ? Number(org.tokens.decode("objects", token, life)[0]) : 0;
  const end = start + batchSize(call);
  const result = found.slice(start, end).map((record, index) => ({
    seq: index,
    ...Object.fromEntries(names.map((name) => [name, wireValue(name, record[name])])),
  }));
  if (end >= found.length) return { result, moreResult: false };
  return { result, nextPageToken: org.tokens.encode("objects", [end]), moreResult: true };
}

function sync(call: Call, objects: ExternalObjects): Answer {
  if (call.org.quirks.nativeSync) fail("1018");
  const body = bodyObject(call);
  const action = String(body["action"] ?? "createOrUpdate");
  if (!["createOrUpdate", "createOnly", "updateOnly"].includes(action)) {
    fail("1003", `Invalid action '${action}'`);
  }
  const dedupeBy = readDedupeBy(body["dedupeBy"]);
  if (dedupeBy === "idField" && action === "createOnly") {
    fail("1003", "dedupeBy 'idField' is not allowed with action 'createOnly'");
  }
  const records = inputRecords(call);
  refuseRepeatedKeys(records, dedupeBy === "idField" ? "id" : objects.shape.keyField);
  const result = records.map((record, seq) => ({
    seq,
    ...syncOne(call.org, objects, record, { action, dedupeBy }),
  }));
  return { result };
}

function readDedupeBy(value: unknown): DedupeBy {
  const dedupeBy = value ?? "dedupeFields";
  if (dedupeBy === "dedupeFields" || dedupeBy === "idField") return dedupeBy;
  return fail("1003", `Invalid dedupeBy '${String(dedupeBy)}'`);
}

function refuseRepeatedKeys(records: Record<string, unknown>[], keyField: string): void {
  const seen = new Set<string>();
  for (const record of records) {
    const key = String(record[keyField] ?? "").toLowerCase();
    if (key !== "" && seen.has(key)) fail("1036", key);
    seen.add(key);
  }
}

type Outcome = Record<string, unknown>;
const skip = (why: Reason): Outcome => ({ status: "skipped", reasons: [why] });

function syncOne(
  org: Org,
  objects: ExternalObjects,
  record: Record<string, unknown>,
  options: { action: string; dedupeBy: DedupeBy },
): Outcome {
  const { keyField, displayName } = objects.shape;
  const keyName = options.dedupeBy === "idField" ? "id" : keyField;
  const key = record[keyName];
  if (key === undefined || key === null || key === "") {
    return skip(reason("1003", `Value for required field '${keyName}' not specified`));
  }
  const checked = checkValues(org, objects, record, keyName);
  if ("refused" in checked) return skip(checked.refused);
  const { values } = checked;
  const held = find(objects, options.dedupeBy, key);
  if (held && options.action === "createOnly") return skip(reason("1017", displayName));
  if (!held && (options.action === "updateOnly" || options.dedupeBy === "idField")) {
    return skip(reason("1013", displayName));
  }
  if (!held) return { id: objects.create(values, nowSeconds(org))["id"], status: "created" };
  // The key was only needed to find the record; its stored spelling stays.
  delete values[keyField];
  objects.update(held, values, nowSeconds(org));
  if (objects.shape.name === "company") {
    spreadToMembers(org, String(held[keyField]), values, webService);
  }
  return { id: held["id"], status: "updated" };
}

function find(objects: ExternalObjects, dedupeBy: DedupeBy, key: unknown): Values | undefined {
  return dedupeBy === "idField" ? objects.get(Number(key)) : objects.byKey(String(key));
}

function checkValues(
  org: Org,
  objects: ExternalObjects,
  record: Record<string, unknown>,
  keyName: string,
): { values: Values } | { refused: Reason } {
  const values: Values = {};
  for (const [name, raw] of Object.entries(record)) {
    const field = objects.field(name);
    if (!field) return { refused: reason("1006", name) };
    if (name === "id" && keyName === "id") continue;
    if (!field.updateable) return { refused: reason("1003", `Field '${name}' is read-only`) };
    if (name === objects.shape.keyField && keyName === "id") {
      return { refused: reason("1003", `Field '${name}' cannot be changed after creation`) };
    }
    const coerced = coerce(raw, asDefinition(field), org.quirks.longStrings);
    if (!coerced.ok) return { refused: coerced.reason };
    values[name] = coerced.value;
  }
  return { values };
}

function remove(call: Call, objects: ExternalObjects): Answer {
  const { org } = call;
  if (org.quirks.nativeSync) fail("1018");
  const dedupeBy = readDedupeBy(bodyObject(call)["deleteBy"]);
  const keyName = dedupeBy === "idField" ? "id" : objects.shape.keyField;
  const result = inputRecords(call).map((record, seq) => {
    const held = find(objects, dedupeBy, record[keyName]);
    if (!held) return { seq, ...skip(reason("1013", objects.shape.displayName)) };
    const { keyField, displayName } = objects.shape;
    if (org.persons.find(keyField, String(held[keyField])).length > 0) {
      return { seq, ...skip(reason("1022", displayName)) };
    }
    objects.delete(held);
    return { seq, id: held["id"], status: "deleted" };
  });
  return { result };
}

function describe(objects: ExternalObjects): Answer {
  const { shape } = objects;
  return {
    result: [
      {
        name: shape.name,
        displayName: shape.displayName,
        idField: "id",
        dedupeFields: [shape.keyField],
        searchableFields: shape.searchable.map((name) => [name]),
        fields: shape.fields.map((field) => {
          const { name, displayName, dataType, length } = asDefinition(field);
          const limit = length === undefined ? {} : { length };
          return { name, displayName, dataType, ...limit, updateable: field.updateable };
        }),
      },
    ],
  };
}

interface Needs {
  reads: readonly string[];
  writes: readonly string[];
}

function routesOf(path: string, pick: Pick, needs: Needs): Route[] {
  return [
    route(`GET ${path}.json`, needs.reads, "none", (call) => get(call, pick(call.org))),
    route(`POST ${path}.json`, needs.writes, "json", (call) => sync(call, pick(call.org))),
    route(`POST ${path}/delete.json`, needs.writes, "json", (call) => remove(call, pick(call.org))),
    route(`GET ${path}/describe.json`, needs.reads, "none", (call) => describe(pick(call.org))),
  ];
}

export const objectRoutes: Route[] = [
  ...routesOf("/rest/v1/companies", (org) => org.companies, {
    reads: permission.readCompany,
    writes: permission.writeCompany,
  }),
  ...routesOf("/rest/v1/salespersons", (org) => org.salesPersons, {
    reads: permission.readSalesPerson,
    writes: permission.writeSalesPerson,
  }),
];
