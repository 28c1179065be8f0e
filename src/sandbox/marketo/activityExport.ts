import type { Activity } from "./activities";
import { DELETE_LEAD } from "./activityTypes";
import { line } from "./delimited";
import { fail } from "./errors";
import { headers, readSpan, within, type ExportWork } from "./exportFilter";
import { remembers } from "./feedRoutes";
import type { Job } from "./jobs";
import type { Org } from "./org";
import { activityDate, attributesOf, primaryOf } from "./renderActivity";
import { bodyObject, isObject } from "./routing";

const MAX_PRIMARY = 50;

const columns: Record<string, (org: Org, row: Activity) => unknown> = {
  marketoGUID: (_, row) => row.id,
  leadId: (_, row) => row.leadId,
  activityDate,
  activityTypeId: (_, row) => row.typeId,
  campaignId: () => null,
  primaryAttributeValueId: (_, row) => primaryOf(row).id,
  primaryAttributeValue: (_, row) => primaryOf(row).value,
  attributes: attributesText,
  actionResult: () => "succeeded",
};

const defaultColumns = Object.keys(columns).filter((name) => name !== "actionResult");

function attributesText(org: Org, row: Activity): string {
  const attributes = attributesOf(org, row);
  if (org.quirks.bulkAttributes === "array") return JSON.stringify(attributes);
  return JSON.stringify(Object.fromEntries(attributes.map(({ name, value }) => [name, value])));
}

/** The extract of activities: `createdAt` in fact filters the activity's date; deletions are never in it. */
export const activityExport: ExportWork = (call) => {
  const { org } = call;
  const body = bodyObject(call);
  const names = Array.isArray(body["fields"]) ? body["fields"].map(String) : defaultColumns;
  for (const name of names) if (!columns[name]) fail("1006", name);
  const filter = body["filter"];
  if (!isObject(filter) || filter["createdAt"] === undefined) fail("1002", "filter.createdAt");
  const span = readSpan("createdAt", filter["createdAt"]);
  const types = numbers(filter, "activityTypeIds", 100);
  const ids = numbers(filter, "primaryAttributeValueIds", MAX_PRIMARY);
  const values = members(filter, "primaryAttributeValues", MAX_PRIMARY)?.map(String);
  const match = (row: Activity): boolean => {
    const primary = primaryOf(row);
    return (
      row.typeId !== DELETE_LEAD &&
      within(span, row.at) &&
      (!types || types.includes(row.typeId)) &&
      (!ids || (primary.id !== undefined && ids.includes(primary.id))) &&
      (!values || values.includes(String(primary.value ?? "")))
    );
  };
  return (job: Job) => {
    const kept = remembers(org);
    const now = org.clock.now();
    const lines = [line(headers(names, body["columnHeaderNames"]), job.format)];
    for (const row of org.activities.all()) {
      if (row.visibleAt > now || !kept(row) || !match(row)) continue;
      lines.push(
        line(
          names.map((name) => columns[name]!(org, row)),
          job.format,
        ),
      );
    }
    job.records = lines.length - 1;
    job.file = Buffer.from(`${lines.join("\n")}\n`);
  };
};

function members(
  filter: Record<string, unknown>,
  name: string,
  limit: number,
): unknown[] | undefined {
  const value = filter[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return fail("1003", `Filter '${name}' must be a list`);
  if (value.length > limit) fail("1003", `Filter '${name}' exceeds the limit of ${limit}`);
  return value;
}

function numbers(
  filter: Record<string, unknown>,
  name: string,
  limit: number,
): number[] | undefined {
  return members(filter, name, limit)?.map(Number);
}
