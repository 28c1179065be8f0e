import type { CallOptions, WriteResult } from "../../sync/ports";
import { bytesOf } from "./chunks";
import type { MarketoClient } from "./client";
import { integer, objects, text, type Json } from "./envelope";
import { isoSeconds } from "./events";
import { toFailure } from "./errors";
import type { RecordContext } from "./extras";
import { writeRecords, type Entry } from "./recordCall";

export interface ActivityAttribute {
  apiName: string;
  name: string;
  dataType: "string" | "integer" | "boolean" | "datetime" | "text";
}

export interface ActivityTypeSpec {
  apiName: string;
  name: string;
  triggerName: string;
  filterName: string;
  description: string;
  primaryAttribute: ActivityAttribute;
  attributes: readonly ActivityAttribute[];
}

/** A custom activity type as the instance has it; activities can be added once it is approved. */
export interface ActivityType {
  id: number;
  apiName: string;
  approved: boolean;
  attributes: readonly string[];
}

export interface NewActivityRow {
  personId: number;
  /** Milliseconds since 1970. */
  at: number;
  typeId: number;
  primaryValue: string;
  attributes: Readonly<Record<string, string | number | boolean>>;
}

const TYPE = "/rest/v1/activities/external/type";
const MOST_ATTRIBUTE_BYTES = 65_536;

export async function findActivityType(
  client: MarketoClient,
  apiName: string,
  options: CallOptions,
): Promise<ActivityType | null> {
  const path = "/rest/v1/activities/external/types.json";
  const { result } = await client.call({ method: "GET", path }, options);
  const types = result.map(toActivityType).filter((type) => type !== undefined);
  return types.find((type) => type.apiName.toLowerCase() === apiName.toLowerCase()) ?? null;
}

/** Makes the type with its attributes as a draft; it takes activities only after `approveActivityType`. */
export async function createActivityType(
  client: MarketoClient,
  { attributes, ...type }: ActivityTypeSpec,
  options: CallOptions,
): Promise<void> {
  await client.call({ method: "POST", path: `${TYPE}.json`, body: type }, options);
  if (attributes.length === 0) return;
  const path = `${TYPE}/${encodeURIComponent(type.apiName)}/attributes/create.json`;
  await client.call({ method: "POST", path, body: { attributes } }, options);
}

export async function approveActivityType(
  client: MarketoClient,
  apiName: string,
  options: CallOptions,
): Promise<void> {
  const path = `${TYPE}/${encodeURIComponent(apiName)}/approve.json`;
  await client.call({ method: "POST", path, body: {} }, options);
}

/**
 * Adds rows to the activity log of persons. They can never be changed, and a repeated row stands there twice: `unknown`
 * outcomes are therefore best left alone.
 */
export async function addActivities(
  { client, pace }: RecordContext,
  rows: readonly NewActivityRow[],
  options: CallOptions,
): Promise<WriteResult[]> {
  const entries: Entry[] = [];
  const tooLarge = new Map<number, WriteResult>();
  for (const [index, row] of rows.entries()) {
    const record = toRecord(row);
    if (bytesOf(record["attributes"]) > MOST_ATTRIBUTE_BYTES) {
      tooLarge.set(index, { kind: "failed", failure: toFailure(TOO_LARGE) });
    } else entries.push({ index, record, bytes: bytesOf(record) });
  }
  const path = "/rest/v1/activities/external.json";
  const { results } = await writeRecords({ client, pace, options, stop: null }, [
    { entries, toCall: (input) => ({ method: "POST", path, body: { input } }) },
  ]);
  return rows.map((_, index) => (tooLarge.get(index) ?? results.get(index))!);
}

/** The API's own refusal, known before the call. */
const TOO_LARGE = { code: "1049", message: "The activity's attributes exceed 65,536 bytes." };

function toRecord(row: NewActivityRow): Json {
  return {
    leadId: row.personId,
    activityDate: isoSeconds(row.at),
    activityTypeId: row.typeId,
    primaryAttributeValue: row.primaryValue,
    attributes: Object.entries(row.attributes).map(([apiName, value]) => ({ apiName, value })),
  };
}

function toActivityType(row: Json): ActivityType | undefined {
  const id = integer(row["id"]);
  const apiName = text(row["apiName"]);
  const status = text(row["status"]) ?? "";
  if (id === undefined || apiName === null || status === "deleted") return undefined;
  const attributes = objects(row["attributes"]).map((attribute) => text(attribute["apiName"]));
  return {
    id,
    apiName,
    approved: status.startsWith("approved"),
    attributes: attributes.filter((name) => name !== null),
  };
}
