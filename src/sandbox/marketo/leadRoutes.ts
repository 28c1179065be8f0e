import { addActivity } from "./org";
import { CHANGE_PARTITION } from "./activityTypes";
import { deletePerson, mergePersons, touch, webService } from "./changes";
import { fail, failLookup, reason, type Reason } from "./errors";
import { personPage, readFields, renderPerson } from "./personReads";
import {
  inputRecords,
  intParam,
  listParameter,
  MAX_RECORDS,
  permission,
  required,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";

const MAX_MATCHES = 1_000;
const MAX_MERGE = 25;

const skipped = (why: Reason, id?: number) => ({
  ...(id === undefined ? {} : { id }),
  status: "skipped",
  reasons: [why],
});

function leadById(call: Call): Answer {
  const fields = readFields(call);
  const record = call.org.lag.view(intParam(call.params[0], "id"));
  if (!record) fail("1004");
  return { result: [renderPerson(call.org, record, fields)] };
}

function leadsByFilter(call: Call): Answer {
  const { org } = call;
  const filterType = required(call, "filterType");
  if (!org.fields.isSearchable(filterType)) {
    // Known fields that cannot be searched and unknown ones get different codes.
    if (org.fields.get(filterType)) fail("1011", filterType);
    failLookup(filterType);
  }
  required(call, "filterValues");
  const values = [...new Set(listParameter(call, "filterValues"))];
  if (values.length > MAX_RECORDS) {
    fail("1003", `filterValues exceeds the limit of ${MAX_RECORDS} values`);
  }
  const ids = new Set<number>();
  for (const value of values) {
    for (const id of findByFilter(call, filterType, value)) {
      ids.add(id);
      if (ids.size > MAX_MATCHES) fail("1003", "Too many results match the filter");
    }
  }
  const sorted = [...ids].sort((a, b) => a - b);
  return personPage(call, sorted, `${filterType}=${values.join(",").toLowerCase()}`);
}

function findByFilter(call: Call, filterType: string, value: string): number[] {
  const { org } = call;
  if (filterType === "cookies") {
    const id = org.cookies.get(value);
    return id === undefined ? [] : [id];
  }
  if (filterType !== "id") return org.lag.find(filterType, value);
  const id = Number(value);
  return Number.isSafeInteger(id) && org.lag.has(id) ? [id] : [];
}

/** Ids from the body's input or from `?id=1,2`. */
export function inputIds(call: Call): unknown[] {
  const fromQuery = listParameter(call, "id");
  const ids = fromQuery.length > 0 ? fromQuery : inputRecords(call).map((record) => record["id"]);
  if (ids.length > MAX_RECORDS) {
    fail("1003", `Number of records in input exceeds the limit of ${MAX_RECORDS}`);
  }
  return ids;
}

/** The person that an input element names, or why it cannot be used. */
export function inputPerson(call: Call, id: unknown): number | Reason {
  const text = String(id ?? "");
  if (!/^\d+$/.test(text)) return reason("1003", "Value for required field 'id' not specified");
  return call.org.persons.has(Number(text)) ? Number(text) : reason("1004");
}

function deleteLeads(call: Call): Answer {
  const result = inputIds(call).map((given) => {
    const id = inputPerson(call, given);
    if (typeof id !== "number") return skipped(id);
    deletePerson(call.org, id, webService);
    return { id, status: "deleted" };
  });
  return { result };
}

function mergeLeads(call: Call): Answer {
  const { org } = call;
  const winner = intParam(call.params[0], "id");
  if (call.request.body.length > 0) fail("1003", "The merge call takes no body");
  const ids = [...listParameter(call, "leadId"), ...listParameter(call, "leadIds")];
  if (ids.length === 0) fail("1002", "leadId");
  if (ids.length > MAX_MERGE) fail("1080", String(MAX_MERGE));
  const losers = [...new Set(ids.map((id) => intParam(id, "leadId")))];
  if (![winner, ...losers].every((id) => org.persons.has(id))) fail("1004");
  if (losers.includes(winner)) fail("1003", "A lead cannot be merged with itself");
  mergePersons(org, winner, losers, webService);
  return {};
}

function associate(call: Call): Answer {
  const id = intParam(call.params[0], "id");
  const cookie = required(call, "cookie");
  if (!call.org.persons.has(id)) fail("1004");
  if (!/(token:)?_mch-/.test(cookie)) fail("1012", cookie.slice(0, 60));
  call.org.cookies.set(cookie, id);
  return {};
}

function getPartitions(call: Call): Answer {
  return { result: [...call.org.partitions.list()] };
}

function setPartitions(call: Call): Answer {
  const { org } = call;
  const result = inputRecords(call).map((record) => {
    const id = inputPerson(call, record["id"]);
    if (typeof id !== "number") return skipped(id);
    const name = record["partitionName"];
    if (typeof name !== "string" || name === "") return skipped(reason("1009"), id);
    const partition = org.partitions.byName(name);
    if (!partition) return skipped(reason("1008", name), id);
    moveToPartition(call, id, partition);
    return { id, status: "updated" };
  });
  return { result };
}

function moveToPartition(call: Call, id: number, partition: { id: number; name: string }): void {
  const { org } = call;
  const old = org.persons.get(id, "leadPartitionId");
  if (old === partition.id) return;
  org.lag.note(id, org.quirks.readLagMs);
  org.persons.set(id, "leadPartitionId", partition.id);
  touch(org, id, true);
  addActivity(org, {
    typeId: CHANGE_PARTITION,
    leadId: id,
    primaryId: partition.id,
    primaryValue: partition.name,
    attributes: [
      ["Old Partition ID", old],
      ["Reason", webService.reason],
    ],
  });
}

const { readLead, writeLead } = permission;

export const leadRoutes: Route[] = [
  route("GET /rest/v1/lead/{id}.json", readLead, "none", leadById),
  route("GET /rest/v1/leads.json", readLead, "none", leadsByFilter),
  route("POST /rest/v1/leads/delete.json", writeLead, "optionalJson", deleteLeads),
  route("POST /rest/v1/leads/{id}/merge.json", writeLead, "none", mergeLeads),
  route("POST /rest/v1/leads/{id}/associate.json", writeLead, "none", associate),
  route("GET /rest/v1/leads/partitions.json", readLead, "none", getPartitions),
  route("POST /rest/v1/leads/partitions.json", writeLead, "json", setPartitions),
];
