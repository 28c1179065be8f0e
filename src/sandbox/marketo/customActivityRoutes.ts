import type { CustomActivityType } from "./customActivityTypes";
import { reason, type Reason } from "./errors";
import type { FieldValue } from "./fieldTypes";
import { inputPerson } from "./leadRoutes";
import { addActivity } from "./org";
import {
  inputRecords,
  isObject,
  permission,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";
import { parseDateTime, toSeconds } from "./time";

const MAX_ATTRIBUTE_BYTES = 65_536;

type Attributes = [string, FieldValue][];

/** Adds custom activities; the refusals of this one call are named `errors`, not `reasons`. */
function addCustomActivities(call: Call): Answer {
  const result = inputRecords(call).map((record) => addOne(call, record));
  return { result };
}

function addOne(call: Call, record: Record<string, unknown>): unknown {
  const skipped = (why: Reason) => ({ status: "skipped", errors: [why] });
  const { org } = call;
  const leadId = inputPerson(call, record["leadId"]);
  if (typeof leadId !== "number") return skipped(leadId);
  const type = org.customTypes.byId(Number(record["activityTypeId"]));
  if (!type?.approved) return skipped(reason("1013", "Approved custom activity type"));
  const ms = parseDateTime(String(record["activityDate"] ?? ""));
  if (ms === undefined) return skipped(reason("704", String(record["activityDate"] ?? "")));
  const primary = record["primaryAttributeValue"];
  if (primary === undefined || primary === null || primary === "") {
    return skipped(
      reason("1003", "Value for required field 'primaryAttributeValue' not specified"),
    );
  }
  const attributes = readAttributes(type, record["attributes"]);
  if (!Array.isArray(attributes)) return skipped(attributes);
  const row = addActivity(org, {
    typeId: type.id,
    leadId,
    at: toSeconds(ms),
    primaryValue: String(primary),
    attributes,
  });
  return { id: row.id, marketoGUID: String(row.id), status: "added" };
}

/** Attributes by apiName or by name, stored under their display name. */
function readAttributes(type: CustomActivityType, raw: unknown): Attributes | Reason {
  const given = Array.isArray(raw) ? raw.filter(isObject) : [];
  if (Buffer.byteLength(JSON.stringify(given)) > MAX_ATTRIBUTE_BYTES) return reason("1049");
  const attributes: Attributes = [];
  for (const record of given) {
    const name = String(record["apiName"] ?? record["name"] ?? "");
    const known = type.approved!.attributes.find(
      (attribute) => attribute.apiName === name || attribute.name === name,
    );
    if (!known || known.isPrimary) return reason("1006", name);
    const value = record["value"];
    attributes.push([
      known.name,
      value === undefined || value === null ? null : (value as FieldValue),
    ]);
  }
  return attributes;
}

export const customActivityRoutes: Route[] = [
  route(
    "POST /rest/v1/activities/external.json",
    permission.writeActivity,
    "json",
    addCustomActivities,
  ),
];
