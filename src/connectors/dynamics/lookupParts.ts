import type { LookupPart } from "../../model/lookupPart";
import type { ColumnDescription, ColumnType } from "../../model/schema";

const LOOKUP_TYPES: ReadonlySet<ColumnType> = new Set(["lookup", "customer", "owner"]);

/** The parts of a lookup column as columns of their own: they can be read only. */
export function partColumns(column: ColumnDescription): ColumnDescription[] {
  if (!LOOKUP_TYPES.has(column.type)) return [];
  const { targets } = column;
  const part = (name: LookupPart, type: ColumnType, label: string): ColumnDescription => ({
    name: `${column.name}.${name}`,
    displayName: `${column.displayName} (${label})`,
    type,
    ...(targets && { targets: name === "name" ? targets : ["account"] }),
    required: "none",
    readable: column.readable,
    creatable: false,
    updatable: false,
    hidden: column.hidden,
  });
  const name = part("name", "text", "name");
  if (column.type !== "customer") return [name];
  return [name, part("account", "guid", "account"), part("accountname", "text", "account name")];
}
