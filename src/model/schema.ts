/** The Dynamics column types that matter to a map; `unsupported` can be shown but not mapped. */
export type ColumnType =
  | "text"
  | "memo"
  | "email"
  | "phone"
  | "url"
  | "integer"
  | "bigint"
  | "decimal"
  | "double"
  | "money"
  | "boolean"
  | "date"
  | "datetime"
  | "localDatetime"
  | "picklist"
  | "state"
  | "status"
  | "multiSelect"
  | "lookup"
  | "customer"
  | "owner"
  | "guid"
  | "unsupported";

export interface OptionDescription {
  value: number;
  label: string;
}

/** One column of a Dynamics table as the sync user sees it. `date` is a calendar day, `localDatetime` a wall-clock time. */
export interface ColumnDescription {
  name: string;
  displayName: string;
  type: ColumnType;
  /** Longest text in characters. */
  maxLength?: number;
  min?: number;
  max?: number;
  /** Digits after the decimal point. */
  precision?: number;
  options?: readonly OptionDescription[];
  /** Tables that a lookup may point to. */
  targets?: readonly string[];
  required: "none" | "recommended" | "application" | "system";
  /** May this user read, set on create and change the column (metadata and column security together)? */
  readable: boolean;
  creatable: boolean;
  updatable: boolean;
  /** Column security hides or masks the value from this user: it must never reach the other side. */
  hidden: boolean;
}

export interface TableDescription {
  name: string;
  entitySet: string;
  primaryId: string;
  changeTracking: boolean;
  columns: readonly ColumnDescription[];
}

export type MarketoType =
  | "string"
  | "text"
  | "email"
  | "phone"
  | "url"
  | "integer"
  | "score"
  | "percent"
  | "float"
  | "currency"
  | "boolean"
  | "date"
  | "datetime"
  | "reference"
  | "formula"
  | "unsupported";

/** One person field by its REST name. */
export interface FieldDescription {
  name: string;
  displayName: string;
  /** The numeric id that activities use for the field. */
  id?: number;
  type: MarketoType;
  /** Longest text: characters for string-like types, bytes for text. */
  maxLength?: number;
  updatable: boolean;
  /** May be used to look persons up (describe2 searchableFields). */
  searchable: boolean;
  /** A native CRM sync owns the field. */
  crmManaged: boolean;
}
