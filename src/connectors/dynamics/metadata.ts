import type {
  ColumnDescription,
  ColumnType,
  OptionDescription,
  TableDescription,
} from "../../model/schema";
import { partColumns } from "./lookupParts";

interface Label {
  LocalizedLabels?: { Label: string }[];
  UserLocalizedLabel?: { Label: string } | null;
}
interface WireOption {
  Value: number;
  Label: Label;
}
interface OptionSet {
  Options?: WireOption[];
  TrueOption?: WireOption;
  FalseOption?: WireOption;
}

/** What every column has. */
export interface WireAttribute {
  LogicalName: string;
  AttributeType: string;
  AttributeTypeName?: { Value: string } | null;
  AttributeOf?: string | null;
  SourceType?: number | null;
  DisplayName?: Label;
  RequiredLevel?: { Value: string };
  IsValidForCreate?: boolean;
  IsValidForRead?: boolean;
  IsValidForUpdate?: boolean;
  IsSecured?: boolean;
  MetadataId: string;
}

/** What the casts to the types add. */
export interface WireDetails {
  LogicalName: string;
  MaxLength?: number;
  FormatName?: { Value: string } | null;
  MinValue?: number;
  MaxValue?: number;
  Precision?: number;
  Format?: string | null;
  DateTimeBehavior?: { Value: string } | null;
  Targets?: string[];
  OptionSet?: OptionSet | null;
  GlobalOptionSet?: OptionSet | null;
}

export interface WireTable {
  LogicalName: string;
  EntitySetName: string;
  PrimaryIdAttribute: string;
  ChangeTrackingEnabled: boolean;
  Attributes: WireAttribute[];
}

/** The user's rights to one secured column, by its MetadataId; 4 is yes. */
export interface WireAttributePrivilege {
  AttributeId: string;
  CanRead: number;
  CanCreate: number;
  CanUpdate: number;
  CanReadUnmasked?: number;
}

/** Column security as this user meets it. */
export interface ColumnSecurity {
  privileges: ReadonlyMap<string, WireAttributePrivilege>;
  /** Is the column's value replaced by a mask for those who may not read it unmasked? */
  isMasked(column: string): boolean;
}

/** The casts that tell what each type adds, as paths below the table's metadata. */
export const CASTS: readonly string[] = [
  "StringAttributeMetadata?$select=LogicalName,MaxLength,FormatName",
  "MemoAttributeMetadata?$select=LogicalName,MaxLength",
  "IntegerAttributeMetadata?$select=LogicalName,MinValue,MaxValue",
  "DecimalAttributeMetadata?$select=LogicalName,MinValue,MaxValue,Precision",
  "DoubleAttributeMetadata?$select=LogicalName,MinValue,MaxValue,Precision",
  "MoneyAttributeMetadata?$select=LogicalName,MinValue,MaxValue,Precision",
  "DateTimeAttributeMetadata?$select=LogicalName,Format,DateTimeBehavior",
  "LookupAttributeMetadata?$select=LogicalName,Targets",
  "PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)",
  "StateAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)",
  "StatusAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)",
  "MultiSelectPicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)",
  "BooleanAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=TrueOption,FalseOption)",
];

export function describeTable(
  table: WireTable,
  details: ReadonlyMap<string, WireDetails>,
  security: ColumnSecurity,
): TableDescription {
  return {
    name: table.LogicalName,
    entitySet: table.EntitySetName,
    primaryId: table.PrimaryIdAttribute,
    changeTracking: table.ChangeTrackingEnabled,
    columns: table.Attributes.filter(isColumn)
      .map((attribute) =>
        describeColumn(
          attribute,
          details.get(attribute.LogicalName) ?? { LogicalName: attribute.LogicalName },
          security,
        ),
      )
      .flatMap((column) => [column, ...partColumns(column)])
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

const SHADOW_TYPES = new Set(["EntityName", "PartyList", "CalendarRules", "ManagedProperty"]);

/** Shadows of lookups and choices, images and files are no columns of their own. */
function isColumn(attribute: WireAttribute): boolean {
  if (attribute.AttributeOf) return false;
  if (attribute.AttributeType === "Virtual") return typeName(attribute) === MULTI_SELECT;
  return !SHADOW_TYPES.has(attribute.AttributeType);
}

const MULTI_SELECT = "MultiSelectPicklistType";

function typeName(attribute: WireAttribute): string {
  return attribute.AttributeTypeName?.Value ?? "";
}

function describeColumn(
  attribute: WireAttribute,
  details: WireDetails,
  security: ColumnSecurity,
): ColumnDescription {
  const type = columnType(attribute, details);
  const access = accessOf(attribute, security);
  const options = optionsOf(details);
  return {
    name: attribute.LogicalName,
    displayName: labelOf(attribute.DisplayName) ?? attribute.LogicalName,
    type,
    ...(isNumber(details.MaxLength) ? { maxLength: details.MaxLength } : {}),
    ...(isNumber(details.MinValue) ? { min: details.MinValue } : {}),
    ...(isNumber(details.MaxValue) ? { max: details.MaxValue } : {}),
    ...(isNumber(details.Precision) ? { precision: details.Precision } : {}),
    ...(options ? { options } : {}),
    ...(details.Targets ? { targets: details.Targets } : {}),
    required: REQUIRED[attribute.RequiredLevel?.Value ?? "None"] ?? "none",
    ...access,
  };
}

const REQUIRED: Readonly<Record<string, ColumnDescription["required"]>> = {
  None: "none",
  Recommended: "recommended",
  ApplicationRequired: "application",
  SystemRequired: "system",
};

const TYPES: Readonly<Record<string, ColumnType>> = {
  String: "text",
  Memo: "memo",
  Integer: "integer",
  BigInt: "bigint",
  Decimal: "decimal",
  Double: "double",
  Money: "money",
  Boolean: "boolean",
  Picklist: "picklist",
  State: "state",
  Status: "status",
  Lookup: "lookup",
  Customer: "customer",
  Owner: "owner",
  Uniqueidentifier: "guid",
};
const TEXT_FORMATS: Readonly<Record<string, ColumnType>> = {
  Email: "email",
  Phone: "phone",
  Url: "url",
};
/** A user-local column that shows only the day is still an instant on the wire (the user's midnight). */
const DATE_BEHAVIORS: Readonly<Record<string, ColumnType>> = {
  DateOnly: "date",
  TimeZoneIndependent: "localDatetime",
  UserLocal: "datetime",
};

function columnType(attribute: WireAttribute, details: WireDetails): ColumnType {
  if (typeName(attribute) === MULTI_SELECT) return "multiSelect";
  if (attribute.AttributeType === "String") {
    return TEXT_FORMATS[details.FormatName?.Value ?? ""] ?? "text";
  }
  if (attribute.AttributeType === "DateTime") {
    return DATE_BEHAVIORS[details.DateTimeBehavior?.Value ?? "UserLocal"] ?? "unsupported";
  }
  return TYPES[attribute.AttributeType] ?? "unsupported";
}

const ALLOWED = 4;

function accessOf(
  attribute: WireAttribute,
  security: ColumnSecurity,
): Pick<ColumnDescription, "readable" | "creatable" | "updatable" | "hidden"> {
  // Calculated (1) and rollup (2) columns follow from others.
  const computed = attribute.SourceType === 1 || attribute.SourceType === 2;
  const secured = attribute.IsSecured === true;
  const rights = security.privileges.get(attribute.MetadataId.toLowerCase());
  const may = (right: number | undefined) => !secured || right === ALLOWED;
  const masked =
    secured && security.isMasked(attribute.LogicalName) && (rights?.CanReadUnmasked ?? 0) === 0;
  const hidden = !may(rights?.CanRead) || masked;
  return {
    readable: attribute.IsValidForRead !== false && !hidden,
    creatable: attribute.IsValidForCreate === true && !computed && may(rights?.CanCreate),
    updatable: attribute.IsValidForUpdate === true && !computed && may(rights?.CanUpdate),
    hidden,
  };
}

function optionsOf(details: WireDetails): OptionDescription[] | undefined {
  const set = details.OptionSet ?? details.GlobalOptionSet;
  if (!set) return undefined;
  const yesNo = [set.TrueOption, set.FalseOption].filter((option) => option !== undefined);
  return (set.Options ?? yesNo).map((option) => ({
    value: option.Value,
    label: labelOf(option.Label) ?? String(option.Value),
  }));
}

function labelOf(label: Label | undefined): string | undefined {
  return label?.UserLocalizedLabel?.Label ?? label?.LocalizedLabels?.[0]?.Label;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
