import type { Failure } from "../../model/failure";
import type { RecordType } from "../../model/record";
import type { DynamicsWrite, WriteResult } from "../../sync/ports";
import type { BatchPart } from "./batch";
import type { OrgClient } from "./client";
import type { Answer } from "./errors";
import { bindLookup, type LookupCatalog, type Lookups } from "./lookups";
import { TABLES } from "./rows";

export interface PartContext {
  client: OrgClient;
  catalog: LookupCatalog;
  recordType: RecordType;
  lookups: Lookups;
}

/** The operation of a write. Throws `refused` for a value that has no wire form. */
export async function toPart(
  { client, catalog, recordType, lookups }: PartContext,
  write: DynamicsWrite,
): Promise<BatchPart> {
  const { set, primaryId } = TABLES[recordType];
  const body: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(write.values)) {
    const navigations = lookups.get(column);
    if (navigations) Object.assign(body, await bindLookup(catalog, { column, navigations }, value));
    else body[column] = value;
  }
  return {
    method: "PATCH",
    // The representation is asked for because it alone tells the new version.
    path: `${client.root}${set}(${write.id})?$select=${primaryId}`,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      Accept: "application/json",
      Prefer: "return=representation",
      ...(write.kind === "create" ? { "If-None-Match": "*" } : { "If-Match": write.version }),
    },
    body: JSON.stringify(body),
  };
}

export function writtenResult(write: DynamicsWrite, answer: Answer): WriteResult {
  return {
    kind: "written",
    id: write.id,
    version: etagOf(answer),
    created: write.kind === "create",
    requestId: answer.headers["x-ms-service-request-id"] ?? answer.headers["req_id"] ?? null,
  };
}

function etagOf({ body, headers }: Answer): string | null {
  const header = headers["etag"] ?? null;
  if (!body) return header;
  try {
    const etag = (JSON.parse(body) as Record<string, unknown>)["@odata.etag"];
    return typeof etag === "string" ? etag : header;
  } catch {
    // The write is done, whatever became of the body; without a version the next delta is compared by value.
    return header;
  }
}

const ANY_GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** "Does not exist" may speak of a row that a lookup points to: then the record is not gone, its data are refused. */
export function aboutThisRow(write: DynamicsWrite, failure: Failure): Failure {
  if (failure.class !== "gone") return failure;
  const named = failure.message.match(ANY_GUID)?.map((id) => id.toLowerCase()) ?? [];
  const other = named.length > 0 && !named.includes(write.id.toLowerCase());
  return write.kind === "create" || other ? { ...failure, class: "refused" } : failure;
}
