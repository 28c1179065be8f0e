import { isLookup, type Column, type ColumnType, type Option } from "../model/column";
import { stableGuid } from "../model/ids";
import type { Table } from "../model/model";
import { label, managed, type MetadataNode } from "./node";

const NAMESPACE = "Microsoft.Dynamics.CRM.";

/** Where the metadata class is not called like the type. */
const METADATA_TYPES: Partial<Record<ColumnType, string>> = {
  Virtual: "",
  Customer: "Lookup",
  Owner: "Lookup",
  Uniqueidentifier: "UniqueIdentifier",
};

/** The columns of a table as attribute metadata, with the virtual name columns that the platform adds. */
export function attributeNodes(table: Table): MetadataNode[] {
  const nodes: MetadataNode[] = [];
  for (const column of table.columns.values()) {
    nodes.push(attributeNode(table, column));
    const shadow = nameColumn(column);
    if (shadow && !table.columns.has(shadow.name)) nodes.push(attributeNode(table, shadow));
  }
  return nodes;
}

const NAMED: ReadonlySet<ColumnType> = new Set<ColumnType>([
  "Picklist",
  "State",
  "Status",
  "Boolean",
  "MultiSelectPicklist",
]);

/** `gendercodename`, `owneridname`: display texts, in the metadata only. */
function nameColumn(column: Column): Column | undefined {
  const lookup = isLookup(column);
  if (!lookup && !NAMED.has(column.type)) return undefined;
  return {
    index: -1,
    name: `${column.name}name`,
    schemaName: `${column.schemaName}Name`,
    label: `${column.schemaName}Name`,
    type: lookup ? "String" : "Virtual",
    maxLength: lookup ? 100 : undefined,
    format: lookup ? "Text" : undefined,
    required: "None",
    create: false,
    read: true,
    update: false,
    secured: false,
    securable: false,
    custom: column.custom,
    logical: true,
    sourceType: 0,
    attributeOf: column.name,
  };
}

function attributeNode(table: Table, column: Column): MetadataNode {
  const multi = column.type === "MultiSelectPicklist";
  const optionSet = optionSetOf(table, column);
  return {
    type: `${NAMESPACE}${METADATA_TYPES[column.type] ?? column.type}AttributeMetadata`,
    members: {
      MetadataId: table.metadataId(column.name),
      LogicalName: column.name,
      SchemaName: column.schemaName,
      EntityLogicalName: table.name,
      AttributeType: multi ? "Virtual" : column.type,
      AttributeTypeName: { Value: `${column.type}Type` },
      AttributeOf: column.attributeOf ?? null,
      DisplayName: label(column.label),
      Description: label(undefined),
      RequiredLevel: managed(column.required, "canmodifyrequirementlevelsettings"),
      IsValidForCreate: column.create,
      IsValidForRead: column.read,
      IsValidForUpdate: column.update,
      IsSecured: column.secured,
      CanBeSecuredForRead: column.securable && !/^donot/.test(column.name),
      CanBeSecuredForCreate: column.securable,
      CanBeSecuredForUpdate: column.securable,
      IsPrimaryId: column.name === table.primaryId,
      IsPrimaryName: column.name === table.spec.primaryName,
      IsCustomAttribute: column.custom,
      IsLogical: column.logical,
      IsValidODataAttribute: column.attributeOf === undefined,
      SourceType: column.sourceType,
      ColumnNumber: column.index + 1,
      HasChanged: null,
    },
    typed: typedMembers(column),
    expands: optionSet && {
      OptionSet: () => optionSet,
      ...(column.type === "Boolean" ? {} : { GlobalOptionSet: () => null }),
    },
  };
}

function typedMembers(column: Column): Record<string, unknown> {
  switch (column.type) {
    case "String":
      return {
        MaxLength: column.maxLength,
        Format: column.format === "Phone" ? "Phone" : column.format,
        FormatName: { Value: column.format },
        DatabaseLength: (column.maxLength ?? 0) * 2,
      };
    case "Memo":
      return { MaxLength: column.maxLength, Format: column.format };
    case "Integer":
      return { MinValue: column.min, MaxValue: column.max, Format: "None" };
    case "BigInt":
      // JSON numbers end before 64-bit integers do; these are the nearest that can be written.
      return { MinValue: -(2 ** 63), MaxValue: 2 ** 63 };
    case "Decimal":
    case "Double":
      return { MinValue: column.min, MaxValue: column.max, Precision: column.precision };
    case "Money":
      return {
        MinValue: column.min ?? null,
        MaxValue: column.max ?? null,
        Precision: column.precision,
        PrecisionSource: 2,
        IsBaseCurrency: column.name.endsWith("_base"),
      };
    case "DateTime":
      return {
        Format: column.format,
        DateTimeBehavior: { Value: column.behavior },
      };
    case "Boolean":
      return { DefaultValue: column.defaultValue ?? null };
    case "Picklist":
    case "MultiSelectPicklist":
      return { DefaultFormValue: column.defaultValue ?? -1 };
    case "Lookup":
    case "Customer":
    case "Owner":
      return { Targets: column.targets ?? [], Format: "None" };
    default:
      return {};
  }
}

function optionSetOf(table: Table, column: Column): MetadataNode | undefined {
  const name = `${table.name}_${column.name}`;
  const common = {
    MetadataId: stableGuid(0, `optionset/${name}`),
    Name: name,
    IsGlobal: false,
    IsCustomOptionSet: column.custom,
    DisplayName: label(column.label),
  };
  if (column.type === "Boolean")
    return {
      type: `${NAMESPACE}BooleanOptionSetMetadata`,
      members: {
        ...common,
        OptionSetType: "Boolean",
        TrueOption: option({ value: 1, label: column.trueLabel ?? "Yes" }),
        FalseOption: option({ value: 0, label: column.falseLabel ?? "No" }),
      },
    };
  if (!column.options) return undefined;
  return {
    type: `${NAMESPACE}OptionSetMetadata`,
    members: {
      ...common,
      OptionSetType: column.type === "MultiSelectPicklist" ? "Picklist" : column.type,
      Options: column.options.map(option),
    },
  };
}

function option(entry: Option): Record<string, unknown> {
  return {
    Value: entry.value,
    Label: label(entry.label),
    Description: label(undefined),
    Color: null,
    IsManaged: true,
    ExternalValue: "",
    ParentValues: [],
    MetadataId: null,
    HasChanged: null,
    ...(entry.state === undefined ? {} : { State: entry.state, TransitionData: null }),
    ...(entry.defaultStatus === undefined
      ? {}
      : { DefaultStatus: entry.defaultStatus, InvariantName: entry.label }),
  };
}
