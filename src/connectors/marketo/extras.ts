import type { CallOptions, MarketoPerson, MarketoUsage, WriteResult } from "../../sync/ports";
import { bytesOf } from "./chunks";
import type { MarketoClient, MarketoCall } from "./client";
import { integer, text } from "./envelope";
import { toPerson, withId } from "./persons";
import { writeRecords, type Pace } from "./recordCall";

export interface RecordContext {
  client: MarketoClient;
  pace: Pace;
}

export interface Partition {
  id: number;
  name: string;
}

/** One page of a list's members; `nextPage` is null on the last one. */
export interface MemberPage {
  persons: readonly MarketoPerson[];
  nextPage: string | null;
}

/** Reports are made per day; the newest one is today's. */
export async function readUsage(
  client: MarketoClient,
  options: CallOptions,
): Promise<MarketoUsage> {
  const { result } = await client.call(
    { method: "GET", path: "/rest/v1/stats/usage.json" },
    options,
  );
  const newest = result.reduce(
    (best, day) => ((text(day["date"]) ?? "") > (text(best["date"]) ?? "") ? day : best),
    result[0] ?? {},
  );
  return { usedToday: integer(newest["total"]) ?? 0 };
}

export async function readPartitions(
  client: MarketoClient,
  options: CallOptions,
): Promise<Partition[]> {
  const path = "/rest/v1/leads/partitions.json";
  const { result } = await client.call({ method: "GET", path }, options);
  return result.flatMap((row) => {
    const id = integer(row["id"]);
    const name = text(row["name"]);
    return id === undefined || name === null ? [] : [{ id, name }];
  });
}

export async function readListMembers(
  client: MarketoClient,
  query: { listId: number; fields: readonly string[]; page: string | null },
  options: CallOptions,
): Promise<MemberPage> {
  const { listId, fields, page } = query;
  const call: MarketoCall = {
    method: "GET",
    path: `/rest/v1/lists/${listId}/leads.json`,
    query: { fields: withId(fields), nextPageToken: page ?? undefined },
  };
  const { result, nextPageToken } = await client.call(call, options);
  const persons = result.map((row) => toPerson(row, fields)).filter((p) => p !== undefined);
  return { persons, nextPage: result.length > 0 ? nextPageToken : null };
}

/** Calls that take ids alone: deletion and list membership. Outcomes come in the order of the input. */
export async function writeIds(
  { client, pace }: RecordContext,
  ids: readonly number[],
  call: Pick<MarketoCall, "method" | "path">,
  options: CallOptions,
): Promise<WriteResult[]> {
  const unique = [...new Set(ids)];
  const entries = unique.map((id, index) => ({ index, record: { id }, bytes: bytesOf({ id }) }));
  const { results } = await writeRecords({ client, pace, options, stop: null }, [
    { entries, toCall: (input) => ({ ...call, body: { input } }) },
  ]);
  const place = new Map(unique.map((id, index) => [id, index]));
  return ids.map((id) => results.get(place.get(id)!)!);
}
