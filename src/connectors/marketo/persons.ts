import { TooManyMatches } from "../../model/failure";
import type { CallOptions, MarketoPerson } from "../../sync/ports";
import { slices } from "./chunks";
import { MarketoCallError, type MarketoClient, type Query } from "./client";
import { integer, type Json } from "./envelope";

/** The API takes so many filter values, and gives so many persons a page. */
export const MOST_VALUES = 300;
/** The 1,000-match limit shares its code with other mistakes: only a smaller question tells them apart. */
const INVALID_DATA = "1003";

export async function readPersons(
  client: MarketoClient,
  ids: readonly number[],
  fields: readonly string[],
  options: CallOptions,
): Promise<MarketoPerson[]> {
  const unique = [...new Set(ids)];
  const pages = await Promise.all(
    slices(unique, MOST_VALUES).map((slice) =>
      filter(client, { filterType: "id", filterValues: slice, fields }, options),
    ),
  );
  const found = new Map(pages.flat().map((person) => [person.id, person]));
  return unique.map((id) => found.get(id)).filter((person) => person !== undefined);
}

export async function findPersons(
  client: MarketoClient,
  query: { field: string; values: readonly string[] },
  fields: readonly string[],
  options: CallOptions,
): Promise<MarketoPerson[]> {
  const pages = await Promise.all(
    slices(searchableValues(query.values), MOST_VALUES).map((slice) =>
      filterSplitting(client, { filterType: query.field, filterValues: slice, fields }, options),
    ),
  );
  const found = new Map(pages.flat().map((person) => [person.id, person]));
  return [...found.values()].sort((a, b) => a.id - b.id);
}

/** The comma separates values and cannot be escaped; letter case makes no difference to a look-up. */
function searchableValues(values: readonly string[]): string[] {
  const unique = new Map<string, string>();
  for (const value of values) {
    const trimmed = value.trim();
    if (trimmed !== "" && !trimmed.includes(",")) unique.set(trimmed.toLowerCase(), trimmed);
  }
  return [...unique.values()];
}

interface Filter {
  filterType: string;
  filterValues: readonly (string | number)[];
  fields: readonly string[];
}

/** A filter may match 1,000 persons in total; one that matches more is asked in halves. */
async function filterSplitting(
  client: MarketoClient,
  question: Filter,
  options: CallOptions,
): Promise<MarketoPerson[]> {
  try {
    return await filter(client, question, options);
  } catch (error) {
    if (!(error instanceof MarketoCallError) || error.error?.code !== INVALID_DATA) throw error;
    const { filterValues } = question;
    if (filterValues.length === 1) throw tooManyMatches(error, question);
    const middle = filterValues.length >> 1;
    const halves = [filterValues.slice(0, middle), filterValues.slice(middle)];
    const found: MarketoPerson[] = [];
    for (const half of halves) {
      found.push(...(await filterSplitting(client, { ...question, filterValues: half }, options)));
    }
    return found;
  }
}

/** One value alone matches over 1,000 persons, if the limit was the cause. */
function tooManyMatches(error: MarketoCallError, { filterType, filterValues }: Filter): Error {
  if (!/too many/i.test(error.failure.message)) return error;
  const message = `More than 1,000 persons have the same value in the field "${filterType}"; merge or correct them in Marketo.`;
  return new TooManyMatches(
    { ...error.failure, class: "ambiguous", message },
    String(filterValues[0]),
  );
}

async function filter(
  client: MarketoClient,
  { filterType, filterValues, fields }: Filter,
  options: CallOptions,
): Promise<MarketoPerson[]> {
  const query = { filterType, filterValues: filterValues.join(","), fields: withId(fields) };
  const found: MarketoPerson[] = [];
  for await (const page of personPages(client, "/rest/v1/leads.json", query, options)) {
    for (const row of page) {
      const person = toPerson(row, fields);
      if (person) found.push(person);
    }
  }
  return found;
}

async function* personPages(
  client: MarketoClient,
  path: string,
  query: Query,
  options: CallOptions,
): AsyncGenerator<readonly Json[]> {
  let nextPageToken: string | undefined;
  do {
    const envelope = await client.call(
      { method: "GET", path, query: { ...query, nextPageToken } },
      options,
    );
    yield envelope.result;
    const next: string | null = envelope.result.length > 0 ? envelope.nextPageToken : null;
    nextPageToken = next ?? undefined;
  } while (nextPageToken !== undefined);
}

/** The id is among the usual six fields, but not among fields that are asked for. */
export function withId(fields: readonly string[]): string {
  return [...new Set(["id", ...fields])].join(",");
}

/** Only what was asked for; an empty field may come as null or not at all. */
export function toPerson(row: Json, fields: readonly string[]): MarketoPerson | undefined {
  const id = integer(row["id"]);
  if (id === undefined) return undefined;
  const values: Record<string, unknown> = {};
  for (const field of fields) if (row[field] !== undefined) values[field] = row[field];
  return { id, values };
}
