import { PUSH_LEAD } from "./activityTypes";
import { createPerson, updatePerson, webService } from "./changes";
import { companyValuesOf } from "./companyMembers";
import { ApiError, fail, failLookup, reason, type Reason } from "./errors";
import type { FieldDefinition, Values } from "./fieldTypes";
import { addActivity, type Org } from "./org";
import type { Partition } from "./partitions";
import { indexKey } from "./personIndex";
import {
  bodyObject,
  inputRecords,
  permission,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";
import { pause } from "./time";
import { coerce } from "./values";

export type SyncAction = "createOrUpdate" | "createOnly" | "updateOnly" | "createDuplicate";
const actions: readonly string[] = [
  "createOrUpdate",
  "createOnly",
  "updateOnly",
  "createDuplicate",
];

export interface SyncOptions {
  action: SyncAction;
  lookupField: FieldDefinition;
  partition?: Partition;
}

export type SyncOutcome =
  | { id: number; status: "created" | "updated" }
  | { id?: number; status: "skipped"; reasons: Reason[] };

type Input = Record<string, unknown>;
type Checked = { values: Values; key: string | undefined } | { refused: Reason };

/** Reads the options of a Sync Leads call; a wrong one fails the whole call. */
export function syncOptions(org: Org, body: Record<string, unknown>): SyncOptions {
  const action = body["action"] ?? "createOrUpdate";
  if (typeof action !== "string" || !actions.includes(action)) {
    fail("1003", `Invalid action '${String(action)}'`);
  }
  const name = String(body["lookupField"] ?? "email");
  const lookupField = org.fields.get(name) ?? failLookup(name);
  if (!org.fields.isSearchable(name)) fail("1011", name);
  if (name === "id" && action !== "updateOnly") {
    fail("1003", "Lookup field 'id' is only allowed with action 'updateOnly'");
  }
  const options = { action: action as SyncAction, lookupField };
  const partitionName = body["partitionName"];
  if (partitionName === undefined || partitionName === null) return options;
  if (action !== "createOnly" && action !== "createOrUpdate") {
    fail("1003", "partitionName is only allowed with createOnly and createOrUpdate");
  }
  const partition = org.partitions.byName(String(partitionName));
  return partition ? { ...options, partition } : fail("1008", String(partitionName));
}

/**
 * Writes records in input order. With `raceMs` the look-ups are done before a pause and the writes after it, as on the
 * real instance, where two calls with the same new key then both create.
 */
export async function syncRecords(
  org: Org,
  options: SyncOptions,
  records: Input[],
): Promise<SyncOutcome[]> {
  const { raceMs } = org.quirks;
  if (raceMs <= 0) {
    return records.map((record) => syncRecord(org, options, record, lookUp(org, options)));
  }
  const find = lookUp(org, options);
  const early = new Map<string, number[]>();
  for (const record of records) {
    const key = keyOf(record, options);
    if (key !== undefined) early.set(indexKey(key), find(key));
  }
  await pause(raceMs);
  return records.map((record) => {
    const outcome = syncRecord(org, options, record, (key) => early.get(indexKey(key)) ?? []);
    const key = keyOf(record, options);
    // Records of one call see each other; only another call's are out of sight.
    if (outcome.status === "created" && key !== undefined) early.set(indexKey(key), [outcome.id]);
    return outcome;
  });
}

/** The same without the race, for the work of bulk imports. */
export function syncRecord(
  org: Org,
  options: SyncOptions,
  record: Input,
  find: (key: string) => number[] = lookUp(org, options),
): SyncOutcome {
  const checked = check(org, options, record);
  if ("refused" in checked) return skip(checked.refused);
  const matches =
    options.action === "createDuplicate" || checked.key === undefined ? [] : find(checked.key);
  if (matches.length > 1 && options.action !== "createOnly") return skip(reason("1007"));
  const match = matches[0];
  if (match === undefined) return create(org, options, checked.values);
  if (options.action === "createOnly") return skip(reason("1005"));
  return update(org, options, match, checked.values);
}

const skip = (why: Reason): SyncOutcome => ({ status: "skipped", reasons: [why] });

function lookUp(org: Org, options: SyncOptions): (key: string) => number[] {
  return (key) => org.persons.find(options.lookupField.name, key);
}

function keyOf(record: Input, options: SyncOptions): string | undefined {
  const value = record[options.lookupField.name];
  return value === undefined || value === null || value === "" ? undefined : String(value);
}

function create(org: Org, options: SyncOptions, values: Values): SyncOutcome {
  if (options.action === "updateOnly") return skip(reason("1004"));
  const company = companyProblem(org, values, undefined);
  if (company) return skip(company);
  const id = createPerson(org, { ...values, ...companyValuesOf(org, values) }, webService);
  if (options.partition) org.persons.set(id, "leadPartitionId", options.partition.id);
  return { id, status: "created" };
}

function update(org: Org, options: SyncOptions, id: number, values: Values): SyncOutcome {
  const { partition } = options;
  if (partition && org.persons.get(id, "leadPartitionId") !== partition.id) {
    return skip(reason("1010"));
  }
  const company = companyProblem(org, values, id);
  if (company) return skip(company);
  updatePerson(org, id, { ...values, ...companyValuesOf(org, values) }, webService);
  return { id, status: "updated" };
}

/** Company fields belong to the company once there is one, and to the CRM while a native sync is on (1021). */
function companyProblem(org: Org, values: Values, id: number | undefined): Reason | undefined {
  const has = (name: string) => (values[name] ?? (id ? org.persons.get(id, name) : null)) !== null;
  const owned = has("externalCompanyId") || (org.quirks.nativeSync && id !== undefined);
  for (const name of owned ? Object.keys(values) : []) {
    if (!org.fields.must(name).company) continue;
    if (org.quirks.companyFields === "reject") return reason("1021", name);
    delete values[name];
  }
  return undefined;
}

/** Checks every value of a record, and that it carries its key. */
function check(org: Org, options: SyncOptions, record: Input): Checked {
  const key = keyOf(record, options);
  const { name: lookup } = options.lookupField;
  if (key === undefined && options.action !== "createDuplicate") {
    return { refused: reason("1003", `Value for required field '${lookup}' not specified`) };
  }
  if ("id" in record && lookup !== "id") {
    return { refused: reason("1003", `Field 'id' is not allowed with action '${options.action}'`) };
  }
  if (lookup === "id" && !/^\d+$/.test(key ?? "")) {
    return { refused: reason("1001", String(key), "integer") };
  }
  const values: Values = {};
  for (const [name, raw] of Object.entries(record)) {
    if (name === "id") continue;
    const problem = checkValue(org, name, raw, values);
    if (problem) return { refused: problem };
  }
  return { values, key };
}

const readOnlyTypes: readonly string[] = ["reference", "formula"];

function checkValue(org: Org, name: string, raw: unknown, values: Values): Reason | undefined {
  const field = org.fields.get(name);
  if (!field) return reason("1006", name);
  if (field.readOnly || readOnlyTypes.includes(field.dataType)) {
    const refuse = org.quirks.readOnlyFields === "reject";
    return refuse ? reason("1003", `Field '${name}' is read-only`) : undefined;
  }
  const coerced = coerce(raw, field, org.quirks.longStrings);
  if (!coerced.ok) return coerced.reason;
  // A person can move to another company but never out of one.
  if (name === "externalCompanyId" && coerced.value === null) return undefined;
  values[name] = coerced.value;
  return linkProblem(org, name, coerced.value);
}

function linkProblem(org: Org, name: string, value: Values[string]): Reason | undefined {
  if (typeof value !== "string") return undefined;
  if (name === "externalCompanyId" && !org.companies.byKey(value)) {
    return reason("1013", `Company with external id '${value}'`);
  }
  if (name === "externalSalesPersonId" && !org.salesPersons.byKey(value)) {
    return reason("718", value);
  }
  return undefined;
}

async function syncLeads(call: Call): Promise<Answer> {
  const body = bodyObject(call);
  const options = syncOptions(call.org, body);
  const records = inputRecords(call);
  const result = await syncRecords(call.org, options, records);
  // An asynchronous call does not wait for the outcome, so it has none to tell.
  return { result: body["asyncProcessing"] === true ? [] : result };
}

async function pushLeads(call: Call): Promise<Answer> {
  const { org } = call;
  const body = bodyObject(call);
  const program = body["programName"];
  if (typeof program !== "string" || program === "")
    throw new ApiError(reason("1002", "programName"));
  const options = syncOptions(org, { lookupField: body["lookupField"] });
  const result = await syncRecords(org, options, inputRecords(call));
  for (const outcome of result) {
    if (outcome.status === "skipped") continue;
    addActivity(org, {
      typeId: PUSH_LEAD,
      leadId: outcome.id,
      primaryValue: program,
      attributes: [
        ["Source", String(body["source"] ?? "")],
        ["Reason", String(body["reason"] ?? "")],
      ],
    });
  }
  return { result };
}

export const syncLeadRoutes: Route[] = [
  route("POST /rest/v1/leads.json", permission.writeLead, "json", syncLeads),
  route("POST /rest/v1/leads/push.json", permission.writeLead, "json", pushLeads),
];
