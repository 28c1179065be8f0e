import type { ColumnSpec, Option, RequiredLevel } from "./column";

/** Short ways to write the column tables: the logical name is the schema name in lower case. */
type Extra = Partial<ColumnSpec>;

export const text = (
  schemaName: string,
  label: string,
  maxLength: number,
  extra: Extra = {},
): ColumnSpec => ({ schemaName, label, type: "String", maxLength, ...extra });

export const email = (schemaName: string, label: string): ColumnSpec =>
  text(schemaName, label, 100, { format: "Email" });

export const phone = (schemaName: string, label: string, maxLength = 50): ColumnSpec =>
  text(schemaName, label, maxLength, { format: "Phone" });

export const memo = (schemaName: string, label: string, maxLength = 2000): ColumnSpec => ({
  schemaName,
  label,
  type: "Memo",
  maxLength,
});

export const integer = (
  schemaName: string,
  label: string,
  min: number,
  max: number,
): ColumnSpec => ({ schemaName, label, type: "Integer", min, max });

/** A money column and its read-only twin in the base currency (the sandbox has one currency). */
export function money(schemaName: string, label: string, max: number): ColumnSpec[] {
  const name = schemaName.toLowerCase();
  return [
    { schemaName, label, type: "Money", min: 0, max, precision: 2 },
    {
      schemaName: `${schemaName}_Base`,
      label: `${label} (Base)`,
      type: "Money",
      compute: ({ value }) => value(name),
      ...READ_ONLY,
    },
  ];
}

export const dateOnly = (schemaName: string, label: string): ColumnSpec => ({
  schemaName,
  label,
  type: "DateTime",
  behavior: "DateOnly",
  format: "DateOnly",
});

export const dateTime = (schemaName: string, label: string, extra: Extra = {}): ColumnSpec => ({
  schemaName,
  label,
  type: "DateTime",
  ...extra,
});

/** A two-option column; with `value` new rows get it and old rows read as it. */
export const flag = (
  schemaName: string,
  label: string,
  value?: boolean,
  labels: { no: string; yes: string } = { no: "No", yes: "Yes" },
): ColumnSpec => ({
  schemaName,
  label,
  type: "Boolean",
  falseLabel: labels.no,
  trueLabel: labels.yes,
  ...(value === undefined ? {} : { defaultValue: value, fill: value }),
});

const ALLOW = { no: "Allow", yes: "Do Not Allow" };

/** The six "do not contact by" columns, and marketing material. */
export const contactPermissions: ColumnSpec[] = [
  flag("DoNotEMail", "Do not allow Emails", false, ALLOW),
  flag("DoNotBulkEMail", "Do not allow Bulk Emails", false, ALLOW),
  flag("DoNotPhone", "Do not allow Phone Calls", false, ALLOW),
  flag("DoNotFax", "Do not allow Faxes", false, ALLOW),
  flag("DoNotPostalMail", "Do not allow Mails", false, ALLOW),
  flag("DoNotSendMM", "Send Marketing Materials", false, { no: "Send", yes: "Do Not Send" }),
  flag("FollowEmail", "Follow Email Activity", true, { no: "Do Not Allow", yes: "Allow" }),
];

/** Options numbered from `first` in the order of their labels. */
export const options = (labels: readonly string[], first = 1): Option[] =>
  labels.map((label, position) => ({ value: first + position, label }));

export const picklist = (
  schemaName: string,
  label: string,
  list: Option[],
  defaultValue?: number,
): ColumnSpec => ({
  schemaName,
  label,
  type: "Picklist",
  options: list,
  ...(defaultValue === undefined ? {} : { defaultValue, fill: defaultValue }),
});

/** A picklist as shipped: one option without meaning, waiting to be filled by the customer. */
export const placeholderPicklist = (schemaName: string, label: string): ColumnSpec =>
  picklist(schemaName, label, options(["Default Value"]));

export const lookup = (
  schemaName: string,
  label: string,
  target: string,
  extra: Extra = {},
): ColumnSpec => ({ schemaName, label, type: "Lookup", targets: [target], ...extra });

export const READ_ONLY = { create: false, update: false, securable: false } as const;
export const CREATE_ONLY = { update: false } as const;

export const required = (level: RequiredLevel): Extra => ({ required: level });

export const preferredContactMethod = picklist(
  "PreferredContactMethodCode",
  "Preferred Method of Contact",
  options(["Any", "Email", "Phone", "Fax", "Mail"]),
  1,
);
