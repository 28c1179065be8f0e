import {
  MAX_ATTRIBUTES,
  MAX_TYPES,
  statusOf,
  type CustomActivityType,
  type CustomAttribute,
  type TypeVersion,
} from "./customActivityTypes";
import { fail } from "./errors";
import {
  bodyObject,
  isObject,
  listParameter,
  permission,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";

const attributeTypes: readonly string[] = [
  "string",
  "boolean",
  "integer",
  "float",
  "link",
  "email",
  "currency",
  "date",
  "datetime",
  "phone",
  "text",
];

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function renderType(type: CustomActivityType, version: TypeVersion): Record<string, unknown> {
  const primary = version.attributes.find((attribute) => attribute.isPrimary);
  return {
    id: type.id,
    apiName: type.apiName,
    name: version.name,
    description: version.description,
    triggerName: version.triggerName,
    filterName: version.filterName,
    status: statusOf(type),
    createdAt: iso(type.createdAt),
    updatedAt: iso(type.updatedAt),
    ...(primary ? { primaryAttribute: renderAttribute(primary) } : {}),
    attributes: version.attributes.filter((a) => !a.isPrimary).map(renderAttribute),
  };
}

function renderAttribute(attribute: CustomAttribute): Record<string, unknown> {
  const { apiName, name, dataType, description } = attribute;
  return { apiName, name, dataType, ...(description === undefined ? {} : { description }) };
}

function pathType(call: Call): CustomActivityType {
  const name = call.params[0]!;
  return call.org.customTypes.get(name) ?? fail("1013", `Custom activity type '${name}'`);
}

/** The type as the editor sees it: its draft if there is one. */
const edited = (type: CustomActivityType): Answer => ({
  result: [renderType(type, (type.draft ?? type.approved)!)],
});

function text(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  return typeof value === "string" && value !== "" ? value : fail("1002", name);
}

function createType(call: Call): Answer {
  const { org } = call;
  const body = bodyObject(call);
  const apiName = text(body, "apiName");
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(apiName)) fail("1003", `Invalid apiName '${apiName}'`);
  const draft: TypeVersion = {
    name: text(body, "name"),
    description: String(body["description"] ?? ""),
    triggerName: text(body, "triggerName"),
    filterName: text(body, "filterName"),
    attributes: [],
  };
  const primary = body["primaryAttribute"];
  if (!isObject(primary)) fail("1002", "primaryAttribute");
  draft.attributes.push(attribute(primary, true));
  if (org.customTypes.get(apiName)) fail("1017", `Custom activity type '${apiName}'`);
  if (org.customTypes.list().length >= MAX_TYPES) {
    fail("1027", `No more than ${MAX_TYPES} custom activity types are allowed`);
  }
  return edited(org.customTypes.create(apiName, draft, org.clock.now()));
}

function attribute(record: Record<string, unknown>, isPrimary: boolean): CustomAttribute {
  const dataType = String(record["dataType"] ?? "string");
  if (!attributeTypes.includes(dataType)) fail("1003", `Invalid dataType '${dataType}'`);
  const description = record["description"];
  return {
    apiName: text(record, "apiName"),
    name: text(record, "name"),
    dataType,
    isPrimary,
    ...(typeof description === "string" ? { description } : {}),
  };
}

/** Edits the draft, which an approved type gets by that. */
function edit(
  call: Call,
  change: (draft: TypeVersion, body: Record<string, unknown>) => void,
): Answer {
  const { org } = call;
  const type = pathType(call);
  const draft = structuredClone(type.draft ?? type.approved!);
  change(draft, bodyObject(call));
  type.draft = draft;
  type.updatedAt = org.clock.now();
  return edited(type);
}

function updateType(call: Call): Answer {
  return edit(call, (draft, body) => {
    for (const name of ["name", "description", "triggerName", "filterName"] as const) {
      const value = body[name];
      if (typeof value === "string") draft[name] = value;
    }
  });
}

function approve(call: Call): Answer {
  const type = pathType(call);
  if (!type.draft) fail("709", "The custom activity type has no draft to approve");
  type.approved = type.draft;
  type.draft = undefined;
  type.updatedAt = call.org.clock.now();
  return edited(type);
}

function discardDraft(call: Call): Answer {
  const type = pathType(call);
  if (!type.draft) fail("709", "The custom activity type has no draft to discard");
  if (!type.approved) fail("709", "A type that was never approved can only be deleted");
  type.draft = undefined;
  return edited(type);
}

function deleteType(call: Call): Answer {
  const type = pathType(call);
  call.org.customTypes.delete(type);
  const rendered = renderType(type, (type.approved ?? type.draft)!);
  return { result: [{ ...rendered, status: "deleted" }] };
}

function inputAttributes(body: Record<string, unknown>): Record<string, unknown>[] {
  const records = body["attributes"];
  if (!Array.isArray(records) || records.length === 0) return fail("1002", "attributes");
  return records.filter(isObject);
}

function createAttributes(call: Call): Answer {
  return edit(call, (draft, body) => {
    for (const record of inputAttributes(body)) {
      const made = attribute(record, false);
      if (draft.attributes.some((other) => other.apiName === made.apiName)) {
        fail("1017", `Attribute '${made.apiName}'`);
      }
      draft.attributes.push(made);
    }
    const extra = draft.attributes.filter((other) => !other.isPrimary).length;
    if (extra > MAX_ATTRIBUTES)
      fail("1028", `No more than ${MAX_ATTRIBUTES} attributes are allowed`);
  });
}

function named(draft: TypeVersion, record: Record<string, unknown>): CustomAttribute {
  const apiName = text(record, "apiName");
  const found = draft.attributes.find((other) => other.apiName === apiName);
  return found ?? fail("1013", `Attribute '${apiName}'`);
}

function updateAttributes(call: Call): Answer {
  return edit(call, (draft, body) => {
    for (const record of inputAttributes(body)) {
      const target = named(draft, record);
      if (typeof record["name"] === "string") target.name = record["name"];
      if (typeof record["description"] === "string") target.description = record["description"];
    }
  });
}

function deleteAttributes(call: Call): Answer {
  return edit(call, (draft, body) => {
    for (const record of inputAttributes(body)) {
      const target = named(draft, record);
      if (target.isPrimary) fail("709", "The primary attribute cannot be deleted");
      draft.attributes = draft.attributes.filter((other) => other !== target);
    }
  });
}

function listTypes(call: Call): Answer {
  const statuses = listParameter(call, "status");
  const result = call.org.customTypes
    .list()
    .filter((type) => statuses.length === 0 || statuses.includes(statusOf(type)))
    .map((type) => renderType(type, (type.approved ?? type.draft)!));
  return { result };
}

function describeType(call: Call): Answer {
  const type = pathType(call);
  const version = call.query.get("draft") === "true" ? type.draft : (type.approved ?? type.draft);
  if (!version) fail("1013", `Draft of custom activity type '${type.apiName}'`);
  return { result: [renderType(type, version)] };
}

const { readActivityMetadata: reads, writeActivityMetadata: writes } = permission;
const TYPE = "/rest/v1/activities/external/type";

export const customTypeRoutes: Route[] = [
  route("GET /rest/v1/activities/external/types.json", reads, "none", listTypes),
  route(`POST ${TYPE}.json`, writes, "json", createType),
  route(`POST ${TYPE}/{apiName}.json`, writes, "json", updateType),
  route(`GET ${TYPE}/{apiName}/describe.json`, reads, "none", describeType),
  route(`POST ${TYPE}/{apiName}/approve.json`, writes, "optionalJson", approve),
  route(`POST ${TYPE}/{apiName}/discardDraft.json`, writes, "optionalJson", discardDraft),
  route(`POST ${TYPE}/{apiName}/delete.json`, writes, "optionalJson", deleteType),
  route(`POST ${TYPE}/{apiName}/attributes/create.json`, writes, "json", createAttributes),
  route(`POST ${TYPE}/{apiName}/attributes/update.json`, writes, "json", updateAttributes),
  route(`POST ${TYPE}/{apiName}/attributes/delete.json`, writes, "json", deleteAttributes),
];
