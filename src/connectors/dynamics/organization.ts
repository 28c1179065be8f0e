import { CallError } from "../../model/failure";
import type { CallOptions, DynamicsIdentity } from "../../sync/ports";
import { notUnderstood, parseJson, type OrgClient } from "./client";
import { chunk, inFilter, query } from "./odata";
import { getAll, type RowReader } from "./reading";

export interface OrganizationFacts {
  organizationId: string;
  name: string;
  /** Days after which a delta link expires; null when the server does not say. */
  expireChangeTrackingInDays: number | null;
}

/** A privilege of the sync user and how far it reaches (`Global` is the whole organization). */
export interface UserPrivilege {
  name: string;
  depth: "Basic" | "Local" | "Deep" | "Global";
}

/** Who can own a record; `reference` is what a write of `ownerid` takes. */
export interface OwnerChoice {
  kind: "systemuser" | "team";
  id: string;
  reference: string;
  name: string;
  email: string | null;
}

export async function readIdentity(
  reader: RowReader,
  { signal }: CallOptions = {},
): Promise<DynamicsIdentity> {
  const [who, version] = await getAll(reader, ["WhoAmI()", "RetrieveVersion()"], {
    ...(signal && { signal }),
  });
  const { UserId, OrganizationId } = json(who);
  const { Version } = json(version);
  if (typeof UserId !== "string" || typeof OrganizationId !== "string") {
    throw notUnderstood("WhoAmI named no user. Check the URL of the organization.");
  }
  return {
    userId: UserId.toLowerCase(),
    organizationId: OrganizationId.toLowerCase(),
    version: typeof Version === "string" ? Version : "",
  };
}

function json(answer: Parameters<typeof parseJson>[0] | undefined): Record<string, unknown> {
  return answer ? (parseJson(answer) as Record<string, unknown>) : {};
}

export async function readOrganization(
  client: OrgClient,
  { signal }: CallOptions = {},
): Promise<OrganizationFacts> {
  const { value } = (await client.get(
    "organizations?$select=organizationid,name,expirechangetrackingindays",
    signal ? { signal } : {},
  )) as { value: Record<string, unknown>[] };
  const [row = {}] = value;
  const days = row["expirechangetrackingindays"];
  return {
    organizationId: String(row["organizationid"] ?? "").toLowerCase(),
    name: String(row["name"] ?? ""),
    expireChangeTrackingInDays: typeof days === "number" ? days : null,
  };
}

/** What the organization's own record of the sync user says. */
export interface UserFacts {
  /** The full name; null when it has none or it cannot be read. */
  name: string | null;
  isApplication: boolean;
  isDisabled: boolean;
}

export async function readUser(
  client: OrgClient,
  userId: string,
  { signal }: CallOptions = {},
): Promise<UserFacts> {
  const row = (await client.get(
    `systemusers(${userId})?$select=fullname,applicationid,isdisabled`,
    signal ? { signal } : {},
  )) as Record<string, unknown>;
  const name = row["fullname"];
  return {
    name: typeof name === "string" && name !== "" ? name : null,
    isApplication: typeof row["applicationid"] === "string",
    isDisabled: row["isdisabled"] === true,
  };
}

export async function readPrivileges(
  client: OrgClient,
  userId: string,
  { signal }: CallOptions = {},
): Promise<UserPrivilege[]> {
  const { RolePrivileges } = (await client.get(
    `systemusers(${userId})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`,
    signal ? { signal } : {},
  )) as { RolePrivileges: { PrivilegeName: string; Depth: UserPrivilege["depth"] }[] };
  return RolePrivileges.map(({ PrivilegeName, Depth }) => ({ name: PrivilegeName, depth: Depth }));
}

/** Enabled users and teams by name. A missing right to read teams leaves the users. */
export async function readOwners(
  client: OrgClient,
  { signal }: CallOptions = {},
): Promise<OwnerChoice[]> {
  const users = await readList(
    client,
    "systemusers?$select=systemuserid,fullname,internalemailaddress&$filter=isdisabled eq false",
    signal,
  );
  const teams = await readList(client, "teams?$select=teamid,name", signal).catch(noRight);
  const choices = [
    ...users.map((row) => ownerChoice("systemuser", row)),
    ...teams.map((row) => ownerChoice("team", row)),
  ];
  return choices.sort((a, b) => a.name.localeCompare(b.name));
}

/** Names of these users and teams, also of disabled ones; ids that are neither are absent. */
export async function readOwnerNames(
  client: OrgClient,
  ids: readonly string[],
  { signal }: CallOptions = {},
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const part of chunk(ids, OWNERS_PER_QUERY)) {
    const users = await readList(client, namesTarget("systemuser", "fullname", part), signal);
    takeNames(names, users, { id: "systemuserid", name: "fullname" });
    const rest = part.filter((id) => !names.has(id));
    if (!rest.length) continue;
    const teams = await readList(client, namesTarget("team", "name", rest), signal).catch(noRight);
    takeNames(names, teams, { id: "teamid", name: "name" });
  }
  return names;
}

/** So many ids fit into a URL that every gateway lets pass. */
const OWNERS_PER_QUERY = 40;

function namesTarget(table: "systemuser" | "team", name: string, ids: readonly string[]): string {
  const $filter = inFilter(`${table}id`, ids);
  return `${table}s?${query({ $select: `${table}id,${name}`, $filter })}`;
}

function takeNames(
  names: Map<string, string>,
  rows: readonly Record<string, unknown>[],
  { id, name }: { id: string; name: string },
): void {
  for (const row of rows) {
    const text = row[name];
    if (typeof text === "string" && text !== "") names.set(String(row[id]).toLowerCase(), text);
  }
}

function ownerChoice(kind: OwnerChoice["kind"], row: Record<string, unknown>): OwnerChoice {
  const id = String(row[`${kind}id`]).toLowerCase();
  const email = row["internalemailaddress"];
  return {
    kind,
    id,
    reference: `${kind}:${id}`,
    name: String((kind === "team" ? row["name"] : row["fullname"]) ?? id),
    email: typeof email === "string" ? email : null,
  };
}

function noRight(error: unknown): Record<string, unknown>[] {
  if (error instanceof CallError && error.failure.class === "configuration") return [];
  throw error;
}

/** Ids of a table's rows that were changed since an instant (milliseconds since 1970), by anybody and in any column. */
export async function readTouched(
  client: OrgClient,
  { set, table }: { set: string; table: string },
  since: number,
  { signal }: CallOptions = {},
): Promise<string[]> {
  const from = new Date(since).toISOString().replace(/\.\d+Z$/, "Z");
  const id = `${table}id`;
  const target = `${set}?$select=${id}&$filter=modifiedon ge ${from}`;
  const rows = await readList(client, target, signal);
  return rows.map((row) => String(row[id]).toLowerCase());
}

async function readList(
  client: OrgClient,
  first: string,
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let target: string | undefined = first.replace(/ /g, "%20"); target;) {
    const page = (await client.get(target, signal ? { signal } : {})) as {
      value: Record<string, unknown>[];
      "@odata.nextLink"?: string;
    };
    rows.push(...page.value);
    target = page["@odata.nextLink"];
  }
  return rows;
}
