import { CallError } from "../../model/failure";
import type { RecordType } from "../../model/record";
import type { CallOptions, DynamicsRow } from "../../sync/ports";
import type { BatchPart } from "./batch";
import { notUnderstood, parseJson, type OrgClient } from "./client";
import { classify, type Answer } from "./errors";
import type { LookupCatalog } from "./lookups";
import { chunk, inFilter, query } from "./odata";
import { select, TABLES, toRow, wireColumns, type OpenRow, type WireRow } from "./rows";

export interface RowReader {
  client: OrgClient;
  catalog: LookupCatalog;
  now(): number;
}

/** A URL of this length passes every gateway; longer queries travel inside a batch, where 64 KB are allowed. */
const MAX_URL = 2_000;
const VALUES_PER_QUERY = 300;
const QUERIES_PER_BATCH = 10;
/** Room for the list of values in one URL inside a batch. */
const MAX_LIST = 30_000;
const PAGES = "odata.maxpagesize=5000";

/** Rows whose column equals one of the values, in as few calls as the length of URLs allows. */
export async function readWhere(
  reader: RowReader,
  recordType: RecordType,
  where: { column: string; values: readonly string[] },
  columns: readonly string[],
  options: CallOptions = {},
): Promise<OpenRow[]> {
  if (where.values.length === 0) return [];
  const lookups = await reader.catalog.of(recordType, columns);
  const asked = { ...options, select: select(recordType, columns, lookups) };
  const wire = await readWire(reader, recordType, where, asked);
  const known = wireColumns(columns);
  return wire.map((entry) => {
    const row = toRow(recordType, known, entry);
    if (!row) throw notUnderstood(`A ${recordType} row came without its id or version.`);
    return row;
  });
}

/** The same rows as the wire has them, with annotations if they are asked for. */
export async function readWire(
  reader: RowReader,
  recordType: RecordType,
  where: { column: string; values: readonly string[] },
  { select: $select, annotations, signal }: CallOptions & { select: string; annotations?: string },
): Promise<WireRow[]> {
  const targets = chunk([...new Set(where.values)], valuesPerQuery(where.values)).map(
    (values) =>
      `${TABLES[recordType].set}?${query({ $select, $filter: inFilter(where.column, values) })}`,
  );
  const [only] = targets;
  const prefer = annotations ? `${PAGES},${annotations}` : PAGES;
  const options = { prefer, ...(signal && { signal }) };
  const pages =
    targets.length === 1 && only && only.length <= MAX_URL
      ? [await getPage(reader, only, options)]
      : await batchPages(reader, targets, options);
  return (await Promise.all(pages.map((page) => withNextPages(reader, page, options)))).flat();
}

/** The rows changed last; inside a batch, because a list of all columns makes a long URL. */
export async function readNewest(
  reader: RowReader,
  recordType: RecordType,
  { columns, count }: { columns: readonly string[]; count: number },
  options: CallOptions = {},
): Promise<DynamicsRow[]> {
  const $select = select(recordType, columns, await reader.catalog.of(recordType, columns));
  const $orderby = "modifiedon desc";
  const target = `${TABLES[recordType].set}?${query({ $select, $orderby, $top: String(count) })}`;
  const [answer] = await getAll(reader, [target], {
    prefer: "",
    ...(options.signal && { signal: options.signal }),
  });
  const { value = [] } = answer ? (parseJson(answer) as Page) : {};
  const known = wireColumns(columns);
  return value.flatMap((entry) => toRow(recordType, known, entry) ?? []);
}

interface Asked {
  prefer?: string;
  signal?: AbortSignal;
}

async function getPage(
  { client }: RowReader,
  target: string,
  { prefer = PAGES, signal }: Asked,
): Promise<Page> {
  return (await client.get(target, {
    headers: { Prefer: prefer },
    ...(signal && { signal }),
  })) as Page;
}

/** As many as fit into one URL even if all are as long as the longest one. */
function valuesPerQuery(values: readonly string[]): number {
  const longest = Math.max(...values.map((value) => encodeURIComponent(value).length + 5));
  return Math.max(1, Math.min(VALUES_PER_QUERY, Math.floor(MAX_LIST / longest)));
}

interface Page {
  value?: WireRow[];
  "@odata.nextLink"?: string;
}

async function batchPages(
  reader: RowReader,
  targets: readonly string[],
  options: Asked,
): Promise<Page[]> {
  const pages: Page[] = [];
  for (const group of chunk(targets, QUERIES_PER_BATCH)) {
    const answers = await getAll(reader, group, options);
    for (const answer of answers) pages.push(parseJson(answer) as Page);
  }
  return pages;
}

/** Several GETs in one call; each must succeed. A part that was throttled is asked for again by itself. */
export async function getAll(
  { client, now }: RowReader,
  targets: readonly string[],
  { prefer = PAGES, signal }: Asked = {},
): Promise<Answer[]> {
  const headers: Record<string, string> = prefer === "" ? {} : { Prefer: prefer };
  const parts = targets.map((target): BatchPart => ({
    method: "GET",
    path: `${client.root}${target}`,
    headers: { Accept: "application/json", ...headers },
  }));
  const options = { idempotent: true, ...(signal ? { signal } : {}) };
  const answers = await client.batch(parts, options);
  return Promise.all(
    targets.map(async (target, index) => {
      const answer = answers[index];
      if (answer && answer.status < 400) return answer;
      const failure = answer && classify(answer, now()).failure;
      if (failure && failure.class !== "retry") throw new CallError(failure);
      return client.send({ method: "GET", target, headers, ...options });
    }),
  );
}

async function withNextPages(reader: RowReader, first: Page, options: Asked): Promise<WireRow[]> {
  const rows = [...(first.value ?? [])];
  let next = first["@odata.nextLink"];
  while (next) {
    const page = await getPage(reader, next, options);
    rows.push(...(page.value ?? []));
    next = page["@odata.nextLink"];
  }
  return rows;
}
