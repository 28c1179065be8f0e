import type { EventField, MarketoEvent } from "../../sync/ports";
import { integer, objects, text, type Json } from "./envelope";

/** The activity types that tell of changes; these ids are the same in every instance. */
export const ACTIVITY = {
  newLead: 12,
  changeDataValue: 13,
  changeScore: 22,
  mergeLeads: 32,
  deleteLead: 37,
} as const;

export interface EventContext {
  /** REST names of the fields that are watched; some instances also tell of others. */
  watched: ReadonlySet<string>;
  /** The REST name of a field by the id or the display name that activities use. */
  nameOf(id: number | undefined, displayName: string | null): string | undefined;
  /** ISO instant that stands in for a date that cannot be read. */
  readAt: string;
}

/** Undefined for rows that say nothing to the sync: other types, fields that are not watched. */
export function toEvent(row: Json, context: EventContext): MarketoEvent | undefined {
  const personId = integer(row["leadId"]);
  if (personId === undefined) return undefined;
  const guid = text(row["marketoGUID"]) ?? `id:${text(row["id"]) ?? JSON.stringify(row)}`;
  const at = toInstant(text(row["activityDate"]) ?? "") ?? context.readAt;
  switch (integer(row["activityTypeId"])) {
    case ACTIVITY.newLead:
      return { kind: "created", guid, personId, at, source: attribute(row, "Source Type") };
    case ACTIVITY.changeDataValue:
      return changed({ guid, personId, at }, changedFields(row, context), attribute(row, "Source"));
    case ACTIVITY.changeScore:
      return changed({ guid, personId, at }, scoreFields(row, context), attribute(row, "Source"));
    case ACTIVITY.mergeLeads:
      return { kind: "merged", guid, personId, at, loserIds: loserIds(row) };
    case ACTIVITY.deleteLead:
      return { kind: "deleted", guid, personId, at };
    default:
      return undefined;
  }
}

function changed(
  event: { guid: string; personId: number; at: string },
  fields: readonly EventField[],
  source: string | null,
): MarketoEvent | undefined {
  return fields.length === 0 ? undefined : { kind: "changed", ...event, fields, source };
}

/** The feed of lead changes names fields by their REST names. */
function changedFields(row: Json, { watched }: EventContext): EventField[] {
  const fields: EventField[] = [];
  for (const field of objects(row["fields"])) {
    const name = text(field["name"]);
    if (name === null || !watched.has(name)) continue;
    fields.push({ name, oldValue: text(field["oldValue"]), newValue: text(field["newValue"]) });
  }
  return fields;
}

/** A score change names its field by id and display name and has the values as attributes. */
function scoreFields(row: Json, { watched, nameOf }: EventContext): EventField[] {
  const name = nameOf(integer(row["primaryAttributeValueId"]), text(row["primaryAttributeValue"]));
  if (name === undefined || !watched.has(name)) return [];
  const oldValue = attribute(row, "Old Value");
  return [{ name, oldValue, newValue: attribute(row, "New Value") }];
}

/** `2,3`, `[2,3]`, a list or a single number: all are seen. */
function loserIds(row: Json): number[] {
  const value = rawAttribute(row, "Merge IDs");
  const parts: readonly unknown[] = Array.isArray(value)
    ? value
    : (text(value) ?? "").replace(/[[\]\s]/g, "").split(/[,;]/);
  return parts.map(integer).filter((id) => id !== undefined);
}

function attribute(row: Json, name: string): string | null {
  return text(rawAttribute(row, name));
}

function rawAttribute(row: Json, name: string): unknown {
  return objects(row["attributes"]).find((entry) => entry["name"] === name)?.["value"];
}

const DATE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;

/** `…Z`, `…+0000` and `2014-11-13 12:43:04` (UTC) all become `YYYY-MM-DDThh:mm:ssZ`; undefined when unreadable. */
export function toInstant(value: string): string | undefined {
  const [, day, clock, zone = "Z"] = DATE.exec(value) ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const offset = zone.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const ms = Date.parse(`${day}T${clock}${offset}`);
  return Number.isNaN(ms) ? undefined : isoSeconds(ms);
}

export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
