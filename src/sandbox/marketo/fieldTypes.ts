export type DataType =
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
  | "formula";

/** What a stored value can be. Date-times are ISO text, the system stamps are whole seconds. */
export type FieldValue = string | number | boolean | null;
export type Values = Record<string, FieldValue>;

export interface FieldDefinition {
  id: number;
  name: string;
  displayName: string;
  dataType: DataType;
  length?: number;
  description?: string;
  readOnly: boolean;
  /** Standard fields move the visible updatedAt, custom ones do not. */
  custom: boolean;
  apiCreated: boolean;
  hidden: boolean;
  htmlEncoded: boolean;
  sensitive: boolean;
  /** A field of the person's company. */
  company: boolean;
  /** Exists only while a native CRM sync is on. */
  native: boolean;
  crmManaged: boolean;
  /** How web service writes are dropped: always, or only once the field has a value. */
  blocked: false | "always" | "whenFilled";
  /** Milliseconds of the clock from which the field can be seen. */
  visibleFrom: number;
}

export interface NewField {
  name: string;
  displayName: string;
  dataType: DataType;
  length?: number;
  description?: string;
}
