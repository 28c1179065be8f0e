import type { Activity, FieldChange } from "./activities";
import type { FieldValue } from "./fieldTypes";
import type { Org } from "./org";
import { centralText, isoSeconds } from "./time";

interface Attribute {
  name: string;
  value: FieldValue;
}

/** A field's value as the feeds write it: text or null. */
export function feedText(org: Org, value: FieldValue): string | null {
  if (value === null) return null;
  if (typeof value !== "string" || !org.quirks.feedDatesInZone) return String(value);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ? centralText(Date.parse(value)) : value;
}

/** The form of `activities.json`: fields by display name and describe id. */
export function renderActivity(org: Org, row: Activity): Record<string, unknown> {
  const { change } = row;
  return {
    ...head(org, row),
    ...primary(row),
    attributes: [...(change ? changeAttributes(org, change) : []), ...named(row)],
  };
}

/** The form of `leadchanges.json`: fields by REST name, the values outside the attributes. */
export function renderLeadChange(org: Org, row: Activity): Record<string, unknown> {
  const { change } = row;
  if (!change) return { ...head(org, row), ...primary(row), attributes: named(row) };
  return {
    ...head(org, row),
    fields: [
      {
        id: change.fieldId,
        name: change.name,
        newValue: feedText(org, change.newValue),
        oldValue: feedText(org, change.oldValue),
      },
    ],
    attributes: [...named(row), { name: "Lead ID", value: row.leadId }],
  };
}

export function activityDate(org: Org, row: Activity): string {
  const text = isoSeconds(row.at);
  return org.quirks.activityDateStyle === "Z" ? text : text.replace("Z", "+0000");
}

/** Primary id and value, which for a change are the field's id and display name. */
export function primaryOf(row: Activity): {
  id: number | undefined;
  value: FieldValue | undefined;
} {
  if (row.change) return { id: row.change.fieldId, value: row.change.displayName };
  return { id: row.primaryId, value: row.primaryValue };
}

export function attributesOf(org: Org, row: Activity): Attribute[] {
  return [...(row.change ? changeAttributes(org, row.change) : []), ...named(row)];
}

function head(org: Org, row: Activity): Record<string, unknown> {
  return {
    ...(org.quirks.activityIds ? { id: row.id } : {}),
    marketoGUID: String(row.id),
    leadId: row.leadId,
    activityDate: activityDate(org, row),
    activityTypeId: row.typeId,
  };
}

function primary(row: Activity): Record<string, unknown> {
  const { id, value } = primaryOf(row);
  return {
    ...(id === undefined ? {} : { primaryAttributeValueId: id }),
    ...(value === undefined ? {} : { primaryAttributeValue: value }),
  };
}

function changeAttributes(org: Org, change: FieldChange): Attribute[] {
  return [
    { name: "New Value", value: feedText(org, change.newValue) },
    { name: "Old Value", value: feedText(org, change.oldValue) },
  ];
}

const named = (row: Activity): Attribute[] =>
  row.attributes.map(([name, value]) => ({ name, value }));
