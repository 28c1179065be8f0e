import { CallError } from "../../model/failure";
import type { RecordType } from "../../model/record";
import type { CallOptions, DynamicsPage } from "../../sync/ports";
import { notUnderstood, type OrgClient } from "./client";
import type { LookupCatalog } from "./lookups";
import type { LookupNames } from "./lookupNames";
import { query } from "./odata";
import { deletedId, select, TABLES, toRow, wireColumns, type OpenRow, type WireRow } from "./rows";

interface WirePage {
  value?: WireRow[];
  "@odata.nextLink"?: string;
  "@odata.deltaLink"?: string;
}

interface Reading {
  client: OrgClient;
  catalog: LookupCatalog;
  names: LookupNames;
  pageSize: number;
}

/** The tracked read: rows and tombstones page by page, the delta link with the last one. */
export async function* readChanges(
  { client, catalog, names, pageSize }: Reading,
  recordType: RecordType,
  request: { columns: readonly string[]; checkpoint: string | null } & CallOptions,
): AsyncGenerator<DynamicsPage> {
  const { columns, checkpoint, signal } = request;
  const size = `odata.maxpagesize=${pageSize}`;
  // A delta link tracks by itself; the first read has to ask for it on every page.
  const prefer = checkpoint ? size : `odata.track-changes, ${size}`;
  let target: string | undefined = checkpoint ?? (await firstTarget(catalog, recordType, request));
  const options = { headers: { Prefer: prefer }, ...(signal ? { signal } : {}) };
  while (target !== undefined) {
    const page = (await client.get(target, options)) as WirePage;
    const next: string | undefined = page["@odata.nextLink"];
    const delta = page["@odata.deltaLink"] ?? null;
    if (!next && !delta) throw noDeltaLink(recordType);
    const { rows, deletedIds } = splitPage(recordType, columns, page.value ?? []);
    await names.fill(recordType, rows, request);
    yield { rows, deletedIds, checkpoint: next ? null : delta };
    target = next;
  }
}

async function firstTarget(
  catalog: LookupCatalog,
  recordType: RecordType,
  { columns }: { columns: readonly string[] },
): Promise<string> {
  const lookups = await catalog.of(recordType, columns);
  return `${TABLES[recordType].set}?${query({ $select: select(recordType, columns, lookups) })}`;
}

function splitPage(
  recordType: RecordType,
  columns: readonly string[],
  entries: readonly WireRow[],
): { rows: OpenRow[]; deletedIds: string[] } {
  const known = wireColumns(columns);
  const rows: OpenRow[] = [];
  const deletedIds: string[] = [];
  for (const entry of entries) {
    const deleted = deletedId(entry);
    const row = deleted ? undefined : toRow(recordType, known, entry);
    if (deleted) deletedIds.push(deleted);
    else if (row) rows.push(row);
    // Leaving a row out would lose its change for good, because the checkpoint moves on.
    else throw notUnderstood(`A ${recordType} row came without its id or version.`);
  }
  return { rows, deletedIds };
}

function noDeltaLink(recordType: RecordType): CallError {
  return new CallError({
    class: "configuration",
    code: "0x80072491",
    message: `Dynamics sent no delta link for the table ${recordType}: switch on "Track changes" in its properties.`,
    side: "dynamics",
  });
}
