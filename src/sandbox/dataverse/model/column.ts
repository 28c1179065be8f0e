/** What a cell holds: dates with a time are seconds since 1970, date-only and all other texts are strings. */
export type Value = string | number | boolean | null;

export type ColumnType =
  | "String"
  | "Memo"
  | "Integer"
  | "BigInt"
  | "Decimal"
  | "Double"
  | "Money"
  | "Boolean"
  | "DateTime"
  | "Picklist"
  | "State"
  | "Status"
  | "MultiSelectPicklist"
  | "Lookup"
  | "Customer"
  | "Owner"
  | "Uniqueidentifier"
  | "Virtual";

export type RequiredLevel = "None" | "Recommended" | "ApplicationRequired" | "SystemRequired";

export interface Option {
  value: number;
  label: string;
  /** Status options: the state that they belong to. State options: their default status. */
  state?: number;
  defaultStatus?: number;
}

/** A single-valued navigation property that writes and expands a lookup column. */
export interface Navigation {
  name: string;
  targets: readonly string[];
}

/** What a computed column may look at. */
export interface ComputeScope {
  value(column: string): Value;
  /** The table that holds the row with this id, out of `tables`. */
  tableOf(id: string, tables: readonly string[]): string | undefined;
}

export interface Column {
  /** Position in the table's storage; never reused. */
  index: number;
  name: string;
  schemaName: string;
  label: string;
  type: ColumnType;
  required: RequiredLevel;
  create: boolean;
  read: boolean;
  update: boolean;
  secured: boolean;
  /** A masking rule: who may not read the clear text sees only its last four characters. */
  masked?: boolean;
  /** Whether column security may ever be switched on. */
  securable: boolean;
  custom: boolean;
  maxLength?: number;
  format?: string;
  min?: number;
  max?: number;
  precision?: number;
  behavior?: "UserLocal" | "DateOnly" | "TimeZoneIndependent";
  options?: Option[];
  trueLabel?: string;
  falseLabel?: string;
  targets?: readonly string[];
  navigations?: readonly Navigation[];
  /** Given to new rows that do not name the column. */
  defaultValue?: Value;
  /** What a row without a stored cell reads as; saves a cell per row for the shipped defaults. */
  fill?: Value;
  compute?: (scope: ComputeScope) => Value;
  /** Set on the virtual name columns: they are in the metadata only, never in a row. */
  attributeOf?: string;
  logical: boolean;
  /** 0 simple, 1 calculated, 2 rollup. */
  sourceType: number;
}

export type ColumnSpec = Partial<Omit<Column, "index">> & { schemaName: string; type: ColumnType };

const LOOKUPS: ReadonlySet<ColumnType> = new Set<ColumnType>(["Lookup", "Customer", "Owner"]);

export function isLookup(column: { type: ColumnType }): boolean {
  return LOOKUPS.has(column.type);
}

/** The property that carries the column in JSON: lookups are computed `_name_value` properties. */
export function wireName(column: Column): string {
  return isLookup(column) ? `_${column.name}_value` : column.name;
}

const EDM: Record<ColumnType, string> = {
  String: "Edm.String",
  Memo: "Edm.String",
  Integer: "Edm.Int32",
  BigInt: "Edm.Int64",
  Decimal: "Edm.Decimal",
  Double: "Edm.Double",
  Money: "Edm.Decimal",
  Boolean: "Edm.Boolean",
  DateTime: "Edm.DateTimeOffset",
  Picklist: "Edm.Int32",
  State: "Edm.Int32",
  Status: "Edm.Int32",
  MultiSelectPicklist: "Edm.String",
  Lookup: "Edm.Guid",
  Customer: "Edm.Guid",
  Owner: "Edm.Guid",
  Uniqueidentifier: "Edm.Guid",
  Virtual: "Edm.String",
};

export function edmType(column: Column): string {
  return column.type === "DateTime" && column.behavior === "DateOnly"
    ? "Edm.Date"
    : EDM[column.type];
}

/** Fills what a specification leaves open with what the platform would choose. */
export function completeColumn(spec: ColumnSpec, index: number): Column {
  const name = spec.name ?? spec.schemaName.toLowerCase();
  const column: Column = {
    name,
    label: spec.schemaName,
    required: "None",
    create: true,
    read: true,
    update: true,
    secured: false,
    securable: !isLookup(spec),
    custom: false,
    logical: false,
    sourceType: 0,
    ...typeDefaults(spec.type),
    ...spec,
    index,
  };
  if (isLookup(column) && !column.navigations) column.navigations = defaultNavigations(column);
  return column;
}

function typeDefaults(type: ColumnType): Partial<Column> {
  switch (type) {
    case "String":
      return { maxLength: 100, format: "Text" };
    case "Memo":
      return { maxLength: 2000, format: "TextArea" };
    case "Integer":
      return { min: -2147483648, max: 2147483647, format: "None" };
    case "Decimal":
    case "Double":
      return { min: -100000000000, max: 100000000000, precision: 2 };
    case "Money":
      return { min: -922337203685477, max: 922337203685477, precision: 2 };
    case "DateTime":
      return { behavior: "UserLocal", format: "DateAndTime" };
    case "Boolean":
      return { trueLabel: "Yes", falseLabel: "No" };
    default:
      return {};
  }
}

function defaultNavigations(column: Column): Navigation[] {
  const targets = column.targets ?? [];
  const base = column.custom ? column.schemaName : column.name;
  if (column.type !== "Customer") return [{ name: base, targets }];
  return targets.map((target) => ({ name: `${base}_${target}`, targets: [target] }));
}
