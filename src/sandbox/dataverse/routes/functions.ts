import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { badQuery, DataverseError, rowNotFound, segmentNotFound } from "../errors";
import { isGuid } from "../model/ids";
import type { PrivilegeKind, Table } from "../model/model";
import { splitQuery } from "../query/options";
import { jsonReply } from "../replies";
import { columnRights, coversRow, privilegeId } from "../security/access";
import { depthOf, type User } from "../security/users";
import { resolveReference } from "../write/address";
import { parseArguments } from "./path";

export const VERSION = "9.2.26101.00123";
const KINDS: PrivilegeKind[] = [
  "Create",
  "Read",
  "Write",
  "Delete",
  "Append",
  "AppendTo",
  "Assign",
  "Share",
];

type UnboundFunction = (call: Call, args: ReadonlyMap<string, string>) => SandboxResponse;

export const unboundFunctions: Record<string, UnboundFunction> = {
  WhoAmI: (call) =>
    complex(call, "WhoAmIResponse", {
      BusinessUnitId: call.org.businessUnitId,
      UserId: call.user.id,
      OrganizationId: call.org.organizationId,
    }),
  RetrieveVersion: (call) => complex(call, "RetrieveVersionResponse", { Version: VERSION }),
  RetrieveTotalRecordCount: totalRecordCount,
};

/** The arguments of a function call: in place, or `@p` aliases in the query string. */
export function functionArguments(call: Call, args: string | undefined): Map<string, string> {
  const aliases = splitQuery(call.query);
  const result = parseArguments(args ?? "");
  for (const [name, value] of result) {
    if (!value.startsWith("@")) continue;
    const text = aliases.get(value);
    if (text === undefined) throw badQuery(`Missing value for the parameter alias '${value}'.`);
    result.set(name, text.replace(/^'(.*)'$/, "$1"));
  }
  return result;
}

export function complex(
  call: Call,
  type: string,
  members: Record<string, unknown>,
): SandboxResponse {
  return jsonReply({
    "@odata.context": `${call.root}/$metadata#Microsoft.Dynamics.CRM.${type}`,
    ...members,
  });
}

function totalRecordCount(call: Call, args: ReadonlyMap<string, string>): SandboxResponse {
  const names = [...(args.get("EntityNames") ?? "").matchAll(/['"]([^'"]+)['"]/g)].map(
    (m) => m[1]!,
  );
  const counts = names.map((name) => {
    const table = call.org.model.tables.get(name);
    if (!table)
      throw new DataverseError(404, "0x80040217", `Could not find an entity with name ${name}.`);
    return call.org.database.store(table).size;
  });
  return complex(call, "RetrieveTotalRecordCountResponse", {
    EntityRecordCountCollection: {
      Count: names.length,
      IsReadOnly: false,
      Keys: names,
      Values: counts,
    },
  });
}

type UserFunction = (call: Call, user: User, args: ReadonlyMap<string, string>) => SandboxResponse;

const userFunctions: Record<string, UserFunction> = {
  RetrieveUserPrivileges: (call, user) =>
    complex(call, "RetrieveUserPrivilegesResponse", {
      RolePrivileges: privilegeNames(call)
        .map((name) => rolePrivilege(call, user, name))
        .filter((entry) => entry !== undefined),
    }),
  RetrieveUserPrivilegeByPrivilegeName: (call, user, args) => {
    const entry = rolePrivilege(call, user, args.get("PrivilegeName") ?? "");
    return complex(call, "RetrieveUserPrivilegeByPrivilegeNameResponse", {
      RolePrivileges: entry ? [entry] : [],
    });
  },
  RetrievePrincipalAttributePrivileges: attributePrivileges,
  RetrievePrincipalAccess: principalAccess,
};

/** `systemusers(id)/Microsoft.Dynamics.CRM.<function>(...)` */
export function userFunction(
  call: Call,
  userId: string,
  { name, args }: { name: string; args: string | undefined },
): SandboxResponse {
  const run = userFunctions[name];
  if (!run) throw segmentNotFound(`Microsoft.Dynamics.CRM.${name}`);
  const user = isGuid(userId) ? call.org.directory.find(userId.toLowerCase()) : undefined;
  if (!user) throw rowNotFound("systemuser", userId);
  return run(call, user, functionArguments(call, args));
}

function privilegeNames(call: Call): string[] {
  const names: string[] = [];
  for (const table of call.org.model.tables.values())
    for (const kind of KINDS) names.push(table.privilege(kind));
  return names;
}

function rolePrivilege(call: Call, user: User, name: string) {
  const depth = depthOf(user, name);
  return depth && privilegeNames(call).includes(name)
    ? {
        Depth: depth,
        PrivilegeId: privilegeId(name),
        BusinessUnitId: call.org.businessUnitId,
        PrivilegeName: name,
      }
    : undefined;
}

/** What column security grants; secured columns that are missing here grant nothing. */
function attributePrivileges(call: Call, user: User): SandboxResponse {
  const entries: Record<string, unknown>[] = [];
  for (const table of call.org.model.tables.values()) {
    for (const column of table.columns.values()) {
      if (!column.secured) continue;
      const rights = columnRights(user, table, column);
      if (!rights.canRead && !rights.canCreate && !rights.canUpdate) continue;
      entries.push({
        AttributeId: table.metadataId(column.name),
        CanRead: rights.canRead ? 4 : 0,
        CanCreate: rights.canCreate ? 4 : 0,
        CanUpdate: rights.canUpdate ? 4 : 0,
        CanReadUnmasked: rights.canRead && (rights.canReadUnmasked || !column.masked) ? 3 : 0,
      });
    }
  }
  return complex(call, "RetrievePrincipalAttributePrivilegesResponse", {
    AttributePrivileges: entries,
  });
}

const ACCESS: [PrivilegeKind, string][] = [
  ["Read", "ReadAccess"],
  ["Write", "WriteAccess"],
  ["Append", "AppendAccess"],
  ["AppendTo", "AppendToAccess"],
  ["Create", "CreateAccess"],
  ["Delete", "DeleteAccess"],
  ["Share", "ShareAccess"],
  ["Assign", "AssignAccess"],
];

function principalAccess(
  call: Call,
  user: User,
  args: ReadonlyMap<string, string>,
): SandboxResponse {
  const reference = /["']@odata\.id["']\s*:\s*["'](.*?)["']\s*\}/.exec(
    args.get("Target") ?? "",
  )?.[1];
  if (!reference) throw badQuery("The parameter 'Target' must be an object with '@odata.id'.");
  const { table, row }: { table: Table; row: Parameters<typeof coversRow>[3] } = resolveReference(
    call,
    reference,
  );
  const store = call.org.database.store(table);
  const rights = ACCESS.filter(([kind]) => coversRow(user, kind, store, row)).map(
    ([, name]) => name,
  );
  return complex(call, "RetrievePrincipalAccessResponse", {
    AccessRights: rights.join(", ") || "None",
  });
}
