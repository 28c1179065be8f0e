import type { ColumnSpec, ComputeScope, Option, Value } from "./column";
import { CREATE_ONLY, dateTime, integer, lookup, READ_ONLY, required, text } from "./columnSpecs";

export function primaryId(schemaName: string, label: string): ColumnSpec {
  return {
    schemaName,
    label,
    type: "Uniqueidentifier",
    required: "SystemRequired",
    update: false,
    securable: false,
  };
}

/** Who made and changed the row and when; the platform keeps them. */
export const stampColumns: ColumnSpec[] = [
  dateTime("CreatedOn", "Created On", READ_ONLY),
  lookup("CreatedBy", "Created By", "systemuser", READ_ONLY),
  lookup("CreatedOnBehalfBy", "Created By (Delegate)", "systemuser", READ_ONLY),
  dateTime("ModifiedOn", "Modified On", READ_ONLY),
  lookup("ModifiedBy", "Modified By", "systemuser", READ_ONLY),
  lookup("ModifiedOnBehalfBy", "Modified By (Delegate)", "systemuser", READ_ONLY),
  { schemaName: "VersionNumber", label: "Version Number", type: "BigInt", ...READ_ONLY },
  dateTime("OverriddenCreatedOn", "Record Created On", { ...CREATE_ONLY, format: "DateOnly" }),
  {
    ...integer("ImportSequenceNumber", "Import Sequence Number", -2147483648, 2147483647),
    ...CREATE_ONLY,
  },
  integer("TimeZoneRuleVersionNumber", "Time Zone Rule Version Number", -1, 2147483647),
  integer("UTCConversionTimeZoneCode", "UTC Conversion Time Zone Code", -1, 2147483647),
];

const OWNERS = ["systemuser", "team"];

const ownerIf =
  (table: string) =>
  ({ value, tableOf }: ComputeScope): Value => {
    const owner = value("ownerid");
    return typeof owner === "string" && tableOf(owner, OWNERS) === table ? owner : null;
  };

/** Ownership; `businessUnitId` is the one business unit of the sandbox. */
export function ownerColumns(businessUnitId: string): ColumnSpec[] {
  return [
    {
      schemaName: "OwnerId",
      label: "Owner",
      type: "Owner",
      targets: OWNERS,
      ...required("SystemRequired"),
    },
    lookup("OwningUser", "Owning User", "systemuser", {
      ...READ_ONLY,
      compute: ownerIf("systemuser"),
    }),
    lookup("OwningTeam", "Owning Team", "team", { ...READ_ONLY, compute: ownerIf("team") }),
    lookup("OwningBusinessUnit", "Owning Business Unit", "businessunit", {
      ...READ_ONLY,
      compute: () => businessUnitId,
    }),
  ];
}

export const currencyColumns: ColumnSpec[] = [
  lookup("TransactionCurrencyId", "Currency", "transactioncurrency"),
  {
    schemaName: "ExchangeRate",
    label: "Exchange Rate",
    type: "Decimal",
    precision: 10,
    compute: ({ value }) => (value("transactioncurrencyid") === null ? null : 1),
    ...READ_ONLY,
  },
];

/** State and status. A state says which status it takes when only the state is given. */
export function stateColumns(states: Option[], statuses: Option[]): ColumnSpec[] {
  return [
    {
      schemaName: "StateCode",
      label: "Status",
      type: "State",
      options: states,
      required: "SystemRequired",
      create: false,
      securable: false,
      fill: 0,
    },
    {
      schemaName: "StatusCode",
      label: "Status Reason",
      type: "Status",
      options: statuses,
      securable: false,
      fill: states[0]?.defaultStatus ?? 1,
    },
  ];
}

export const activeStates = stateColumns(
  [
    { value: 0, label: "Active", defaultStatus: 1 },
    { value: 1, label: "Inactive", defaultStatus: 2 },
  ],
  [
    { value: 1, label: "Active", state: 0 },
    { value: 2, label: "Inactive", state: 1 },
  ],
);

/** The full name in the organization's name order (first name, last name). */
export const personName: ColumnSpec = text("FullName", "Full Name", 160, {
  ...READ_ONLY,
  compute: ({ value }) =>
    [value("firstname"), value("middlename"), value("lastname")].filter(Boolean).join(" ") || null,
});

/** What the sample customer has added: the sync flag and Marketo's score, on contact and lead. */
export const sampleCustomColumns: ColumnSpec[] = [
  { schemaName: "new_SyncToMkto", label: "Sync to Marketo", type: "Boolean", custom: true },
  {
    schemaName: "mkt_LeadScore",
    label: "Lead Score",
    type: "Integer",
    custom: true,
    min: -2147483648,
    max: 2147483647,
  },
];
