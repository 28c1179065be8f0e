import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { methodNotAllowed } from "../errors";
import type { MetadataNode } from "../metadata/node";
import { parseMetadataQuery, renderAll } from "../metadata/query";
import { stableGuid } from "../model/ids";
import { splitQuery } from "../query/options";
import { jsonReply } from "../replies";
import type { ColumnRights, User } from "../security/users";

const NAMESPACE = "Microsoft.Dynamics.CRM.";

type SecurityTable = "fieldsecurityprofiles" | "fieldpermissions" | "attributemaskingrules";

const ROWS: Record<SecurityTable, (call: Call) => MetadataNode[]> = {
  fieldsecurityprofiles: (call) => usersWithProfile(call).map(profile),
  fieldpermissions: (call) => usersWithProfile(call).flatMap(permissions),
  attributemaskingrules: maskingRules,
};

/** The raw tables of column security, read-only: each user with rights has a profile of its own. */
export function securityTableRoute(call: Call, name: SecurityTable): SandboxResponse {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const query = parseMetadataQuery(splitQuery(call.query));
  const selected = query.select ? `(${query.select.join(",")})` : "";
  const value = renderAll(ROWS[name](call), query, true).map((row) => ({
    "@odata.etag": 'W/"1001"',
    ...row,
  }));
  return jsonReply({ "@odata.context": `${call.root}/$metadata#${name}${selected}`, value });
}

function usersWithProfile(call: Call): User[] {
  return call.org.directory.list().filter((user) => user.columns.size > 0);
}

function profileId(user: User): string {
  return stableGuid(0, `fieldsecurityprofile/${user.id}`);
}

function profile(user: User): MetadataNode {
  return {
    type: `${NAMESPACE}fieldsecurityprofile`,
    members: { fieldsecurityprofileid: profileId(user), name: `Columns of ${user.name}` },
  };
}

function permissions(user: User): MetadataNode[] {
  return [...user.columns].map(([path, rights]) => {
    const [entityname, attributelogicalname] = path.split(".");
    return {
      type: `${NAMESPACE}fieldpermission`,
      members: {
        fieldpermissionid: stableGuid(0, `fieldpermission/${user.id}/${path}`),
        _fieldsecurityprofileid_value: profileId(user),
        entityname,
        attributelogicalname,
        ...grades(rights),
      },
    };
  });
}

/** 0 no, 4 allowed; of clear text 3 is all rows. */
function grades(rights: ColumnRights): Record<string, number> {
  return {
    canread: rights.canRead ? 4 : 0,
    cancreate: rights.canCreate ? 4 : 0,
    canupdate: rights.canUpdate ? 4 : 0,
    canreadunmasked: rights.canReadUnmasked ? 3 : 0,
  };
}

function maskingRules(call: Call): MetadataNode[] {
  return [...call.org.model.tables.values()].flatMap((table) =>
    [...table.columns.values()]
      .filter((column) => column.secured && column.masked)
      .map((column) => ({
        type: `${NAMESPACE}attributemaskingrule`,
        members: {
          attributemaskingruleid: stableGuid(0, `maskingrule/${table.name}/${column.name}`),
          entityname: table.name,
          attributelogicalname: column.name,
        },
      })),
  );
}
