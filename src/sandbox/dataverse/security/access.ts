import { DataverseError } from "../errors";
import type { Column, Value } from "../model/column";
import { stableGuid } from "../model/ids";
import type { PrivilegeKind, Table } from "../model/model";
import type { Row } from "../storage/row";
import type { TableStore } from "../storage/tableStore";
import { depthOf, type ColumnRights, type User } from "./users";

export function privilegeId(privilege: string): string {
  return stableGuid(0, `privilege/${privilege}`);
}

function privilegeDenied(user: User, table: Table, privilege: string): DataverseError {
  return new DataverseError(
    403,
    "0x80040220",
    `Principal user (Id=${user.id}, type=8, roleCount=${user.roleCount}, privilegeCount=${user.privileges.size}, accessMode=${user.kind === "application" ? 4 : 0}) is missing ${privilege} privilege (Id=${privilegeId(privilege)}) on OTC=${table.spec.typeCode} for entity '${table.name}'.`,
  );
}

/** Refuses unless the user's roles hold the privilege on the table at any depth. */
export function requirePrivilege(user: User, table: Table, kind: PrivilegeKind): void {
  const privilege = table.privilege(kind);
  if (!depthOf(user, privilege)) throw privilegeDenied(user, table, privilege);
}

/** Change tracking needs to see every row: the read privilege at organization depth. */
export function requireGlobalRead(user: User, table: Table): void {
  const privilege = table.privilege("Read");
  if (depthOf(user, privilege) !== "Global") throw privilegeDenied(user, table, privilege);
}

/** Whether the depth of the privilege covers this row: with Basic depth only rows of one's own. */
export function coversRow(user: User, kind: PrivilegeKind, store: TableStore, row: Row): boolean {
  const depth = depthOf(user, store.table.privilege(kind));
  if (!depth) return false;
  if (depth !== "Basic" || !store.table.owned) return true;
  return store.value(row, store.table.column("ownerid")) === user.id;
}

export function requireRow(user: User, kind: PrivilegeKind, store: TableStore, row: Row): void {
  requirePrivilege(user, store.table, kind);
  if (coversRow(user, kind, store, row)) return;
  throw new DataverseError(
    403,
    "0x80048306",
    `Principal user (Id=${user.id}, type=8, roleCount=${user.roleCount}) is missing ${store.table.privilege(kind)} privilege on the record of type '${store.table.name}' with Id = ${row.id}.`,
  );
}

export const NO_RIGHTS: ColumnRights = {
  canRead: false,
  canCreate: false,
  canUpdate: false,
  canReadUnmasked: false,
};
const ALL_RIGHTS: ColumnRights = {
  canRead: true,
  canCreate: true,
  canUpdate: true,
  canReadUnmasked: true,
};

/** What the user may do with a column: everything, unless the column is secured. */
export function columnRights(user: User, table: Table, column: Column): ColumnRights {
  if (!column.secured || user.administrator) return ALL_RIGHTS;
  return user.columns.get(`${table.name}.${column.name}`) ?? NO_RIGHTS;
}

/** How a column reads for the user: as it is, as nothing, or masked; clear text of a masked one must be asked for. */
export function visibility(
  user: User,
  table: Table,
  { column, unmasked }: { column: Column; unmasked: boolean },
): (value: Value) => Value {
  const { canRead, canReadUnmasked } = columnRights(user, table, column);
  if (!canRead) return () => null;
  if (!column.secured || !column.masked || (unmasked && canReadUnmasked)) return (value) => value;
  return (value) => (typeof value === "string" ? mask(value) : value);
}

const SHOWN = 4;

function mask(text: string): string {
  return text.slice(0, -SHOWN).replace(/[^\s-]/g, "*") + text.slice(-SHOWN);
}

type ColumnUse = "read" | "create" | "update" | "order";

const USES: Record<ColumnUse, { right: keyof ColumnRights; code: string; word: string }> = {
  read: { right: "canRead", code: "0x8004f504", word: "read" },
  order: { right: "canRead", code: "0x8004f506", word: "read" },
  create: { right: "canCreate", code: "0x8004f502", word: "create" },
  update: { right: "canUpdate", code: "0x8004f507", word: "update" },
};

/** Refuses to write, filter by or sort by a secured column without the right. */
export function requireColumn(user: User, table: Table, column: Column, use: ColumnUse): void {
  const { right, code, word } = USES[use];
  if (columnRights(user, table, column)[right]) return;
  throw new DataverseError(
    403,
    code,
    `Caller user with Id ${user.id} does not have ${word} permissions to a ${column.label} secured field on entity ${table.spec.label} table. The requested operation could not be completed.`,
  );
}
