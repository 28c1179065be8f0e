import type { FieldDescription, MarketoType } from "../../model/schema";
import type { CallOptions } from "../../sync/ports";
import type { MarketoClient } from "./client";
import { asObject, integer, objects, text, type Json } from "./envelope";

/** How the API's data types are called in our model; a type that is not here cannot be mapped. */
const TYPES: Readonly<Record<string, MarketoType>> = {
  string: "string",
  text: "text",
  textarea: "text",
  email: "email",
  phone: "phone",
  url: "url",
  integer: "integer",
  score: "score",
  percent: "percent",
  float: "float",
  currency: "currency",
  boolean: "boolean",
  date: "date",
  datetime: "datetime",
  reference: "reference",
  formula: "formula",
};

export async function describeFields(
  client: MarketoClient,
  options: CallOptions,
): Promise<FieldDescription[]> {
  const [first, second] = await Promise.all([
    client.call({ method: "GET", path: "/rest/v1/leads/describe.json" }, options),
    client.call({ method: "GET", path: "/rest/v1/leads/describe2.json" }, options),
  ]);
  return mergeDescriptions(first.result, second.result[0] ?? {});
}

/**
 * `describe.json` knows the ids that activities use, `describe2.json` what may be searched and changed and what a
 * native CRM sync owns. A field that only one of them tells of is kept, with what is known.
 */
export function mergeDescriptions(first: readonly Json[], second: Json): FieldDescription[] {
  const restFields = new Map<string, Json>();
  for (const field of first) {
    const name = text(asObject(field["rest"])?.["name"]);
    // Without `rest` the field cannot be used over the API at all.
    if (name !== null) restFields.set(name, field);
  }
  const searchable = searchableNames(second["searchableFields"]);
  const fields = new Map<string, FieldDescription>();
  for (const detail of objects(second["fields"])) {
    const name = text(detail["name"]);
    if (name !== null) fields.set(name, toField(name, restFields.get(name), detail, searchable));
  }
  for (const [name, field] of restFields) {
    if (!fields.has(name)) fields.set(name, toField(name, field, undefined, searchable));
  }
  return [...fields.values()];
}

function toField(
  name: string,
  rest: Json | undefined,
  detail: Json | undefined,
  searchable: ReadonlySet<string>,
): FieldDescription {
  const known = { ...rest, ...detail };
  const type = TYPES[text(known["dataType"]) ?? ""] ?? "unsupported";
  const readOnly =
    asObject(rest?.["rest"])?.["readOnly"] === true || detail?.["updateable"] === false;
  const calculated = type === "reference" || type === "formula" || type === "unsupported";
  const id = integer(rest?.["id"]);
  const maxLength = integer(known["length"]);
  return {
    name,
    displayName: text(known["displayName"]) ?? name,
    ...(id !== undefined && { id }),
    type,
    ...(maxLength !== undefined && { maxLength }),
    updatable: !readOnly && !calculated,
    searchable: searchable.has(name),
    crmManaged: detail?.["crmManaged"] === true,
  };
}

/** `[["email"],["id"]]`; a key of several fields at once does not make each of them searchable. */
function searchableNames(value: unknown): Set<string> {
  const keys: readonly unknown[] = Array.isArray(value) ? value : [];
  const names = keys.map((key) =>
    Array.isArray(key) && key.length === 1 ? text(key[0]) : text(key),
  );
  return new Set(names.filter((name) => name !== null));
}
