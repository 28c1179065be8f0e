import { CallError } from "../../model/failure";
import type { RecordType } from "../../model/record";
import type { TableDescription } from "../../model/schema";
import type { CallOptions } from "../../sync/ports";
import { parseJson } from "./client";
import { classify } from "./errors";
import {
  CASTS,
  describeTable,
  type ColumnSecurity,
  type WireAttributePrivilege,
  type WireDetails,
  type WireTable,
} from "./metadata";
import { getAll, type RowReader } from "./reading";

const ATTRIBUTES =
  "LogicalName,AttributeType,AttributeTypeName,DisplayName,RequiredLevel,IsValidForCreate,IsValidForRead,IsValidForUpdate,IsSecured,AttributeOf,SourceType,MetadataId";
/** Someone may have customized the table a moment ago; the server's cache would hide it. */
const FRESH = { Consistency: "Strong" };

/** The table as this user sees it: three calls, or two when no column is secured. */
export async function describe(
  reader: RowReader,
  recordType: RecordType,
  { userId, signal }: CallOptions & { userId: () => Promise<string> },
): Promise<TableDescription> {
  const base = `EntityDefinitions(LogicalName='${recordType}')`;
  const table = await readTable(
    reader,
    `${base}?$select=LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled&$expand=Attributes($select=${ATTRIBUTES})`,
    signal,
  );
  const casts = CASTS.map((cast) => `${base}/Attributes/Microsoft.Dynamics.CRM.${cast}`);
  const details = new Map<string, WireDetails>();
  for (const answer of await getAll(reader, casts, { ...(signal && { signal }) })) {
    const { value } = parseJson(answer) as { value: WireDetails[] };
    for (const detail of value) details.set(detail.LogicalName, detail);
  }
  const secured = table.Attributes.some((attribute) => attribute.IsSecured);
  const security = secured
    ? await readSecurity(reader, recordType, await userId(), signal)
    : { privileges: new Map(), isMasked: () => false };
  return describeTable(table, details, security);
}

async function readTable(
  { client }: RowReader,
  target: string,
  signal: AbortSignal | undefined,
): Promise<WireTable> {
  try {
    const options = { headers: FRESH, ...(signal ? { signal } : {}) };
    return (await client.get(target, options)) as WireTable;
  } catch (error) {
    if (!(error instanceof CallError) || error.failure.class !== "gone") throw error;
    // Metadata report a missing table like a missing row.
    throw new CallError({
      ...error.failure,
      class: "configuration",
      code: "0x8006088a",
      message: "The table is not installed in this environment (leads need the Sales app).",
    });
  }
}

async function readSecurity(
  { client, now }: RowReader,
  recordType: RecordType,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<ColumnSecurity> {
  const paths = [
    `systemusers(${userId})/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()`,
    `attributemaskingrules?$select=attributelogicalname,entityname`,
  ];
  const parts = paths.map((path) => ({
    method: "GET" as const,
    path: `${client.root}${path}`,
    headers: { Accept: "application/json" },
  }));
  const [rights, masks] = await client.batch(parts, {
    idempotent: true,
    ...(signal ? { signal } : {}),
  });
  if (!rights || rights.status >= 400) {
    const failure = rights && classify(rights, now()).failure;
    throw new CallError(failure ?? { class: "retry", code: "CS-NETWORK", message: NO_RIGHTS });
  }
  const { AttributePrivileges } = parseJson(rights) as {
    AttributePrivileges: WireAttributePrivilege[];
  };
  return {
    privileges: new Map(AttributePrivileges.map((p) => [p.AttributeId.toLowerCase(), p])),
    isMasked: maskTest(recordType, masks && masks.status < 400 ? parseJson(masks) : masks?.status),
  };
}

const NO_RIGHTS = "The column rights of the sync user could not be read.";
const FORBIDDEN = 403;

/** Without the right to see the masking rules every secured column may be masked; without such a table none is. */
function maskTest(recordType: RecordType, answer: unknown): (column: string) => boolean {
  if (typeof answer === "number" || answer === undefined) return () => answer === FORBIDDEN;
  const { value } = answer as { value: { attributelogicalname: string; entityname: string }[] };
  const masked = new Set(
    value.filter((rule) => rule.entityname === recordType).map((rule) => rule.attributelogicalname),
  );
  return (column) => masked.has(column);
}
