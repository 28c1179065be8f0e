import { addressColumns } from "./addressColumns";
import type { ColumnSpec } from "./column";
import {
  contactPermissions,
  email,
  flag,
  integer,
  lookup,
  memo,
  money,
  phone,
  picklist,
  preferredContactMethod,
  READ_ONLY,
  required,
  text,
} from "./columnSpecs";
import {
  activeStates,
  currencyColumns,
  ownerColumns,
  primaryId,
  stampColumns,
} from "./commonColumns";
import { INDUSTRIES } from "./leadColumns";

export function accountColumns(businessUnitId: string): ColumnSpec[] {
  return [
    primaryId("AccountId", "Account"),
    text("Name", "Account Name", 160, required("ApplicationRequired")),
    text("AccountNumber", "Account Number", 20),
    email("EMailAddress1", "Email"),
    phone("Telephone1", "Main Phone"),
    text("Fax", "Fax", 50),
    text("WebSiteURL", "Website", 200, { format: "Url" }),
    text("SIC", "SIC Code", 20),
    memo("Description", "Description"),
    ...money("Revenue", "Annual Revenue", 100000000000000),
    integer("NumberOfEmployees", "Number of Employees", 0, 1000000000),
    picklist("IndustryCode", "Industry", INDUSTRIES),
    preferredContactMethod,
    ...contactPermissions,
    lookup("ParentAccountId", "Parent Account", "account"),
    lookup("PrimaryContactId", "Primary Contact", "contact"),
    lookup("OriginatingLeadId", "Originating Lead", "lead"),
    { ...flag("Merged", "Merged", false), ...READ_ONLY },
    lookup("MasterId", "Master ID", "account", READ_ONLY),
    ...ownerColumns(businessUnitId),
    ...currencyColumns,
    ...activeStates,
    ...stampColumns,
    ...addressColumns(1, 200),
    ...addressColumns(2, 200),
  ];
}

export const systemUserColumns: ColumnSpec[] = [
  primaryId("SystemUserId", "User"),
  text("FullName", "Full Name", 200),
  text("FirstName", "First Name", 256),
  text("LastName", "Last Name", 256),
  text("DomainName", "User Name", 1024, required("SystemRequired")),
  text("InternalEMailAddress", "Primary Email", 100, { format: "Email" }),
  text("Title", "Title", 128),
  phone("Address1_Telephone1", "Main Phone", 64),
  {
    schemaName: "AzureActiveDirectoryObjectId",
    label: "Azure AD Object ID",
    type: "Uniqueidentifier",
  },
  { schemaName: "ApplicationId", label: "Application ID", type: "Uniqueidentifier" },
  flag("IsDisabled", "Status", false, { no: "Enabled", yes: "Disabled" }),
  picklist(
    "AccessMode",
    "Access Mode",
    [
      { value: 0, label: "Read-Write" },
      { value: 1, label: "Administrative" },
      { value: 2, label: "Read" },
      { value: 3, label: "Support User" },
      { value: 4, label: "Non-interactive" },
    ],
    0,
  ),
  lookup("BusinessUnitId", "Business Unit", "businessunit"),
  ...stampColumns,
];

export const teamColumns: ColumnSpec[] = [
  primaryId("TeamId", "Team"),
  text("Name", "Team Name", 160, required("SystemRequired")),
  memo("Description", "Description"),
  picklist(
    "TeamType",
    "Team Type",
    [
      { value: 0, label: "Owner" },
      { value: 1, label: "Access" },
    ],
    0,
  ),
  flag("IsDefault", "Is Default", false),
  lookup("BusinessUnitId", "Business Unit", "businessunit"),
  lookup("AdministratorId", "Administrator", "systemuser"),
  ...stampColumns,
];

export const organizationColumns: ColumnSpec[] = [
  primaryId("OrganizationId", "Organization"),
  text("Name", "Organization Name", 160),
  integer("ExpireChangeTrackingInDays", "Days to Expire Change Tracking Deleted Records", 0, 365),
  integer("LanguageCode", "Language", 0, 2147483647),
  lookup("BaseCurrencyId", "Currency", "transactioncurrency"),
  ...stampColumns,
];

export const currencyTableColumns: ColumnSpec[] = [
  primaryId("TransactionCurrencyId", "Transaction Currency"),
  text("CurrencyName", "Currency Name", 100, required("SystemRequired")),
  text("ISOCurrencyCode", "Currency Code", 5, required("SystemRequired")),
  text("CurrencySymbol", "Currency Symbol", 13),
  integer("CurrencyPrecision", "Currency Precision", 0, 4),
  { schemaName: "ExchangeRate", label: "Exchange Rate", type: "Decimal", precision: 10 },
  ...activeStates,
  ...stampColumns,
];

export const businessUnitColumns: ColumnSpec[] = [
  primaryId("BusinessUnitId", "Business Unit"),
  text("Name", "Name", 160, required("SystemRequired")),
  flag("IsDisabled", "Is Disabled", false),
  lookup("ParentBusinessUnitId", "Parent Business", "businessunit"),
  ...stampColumns,
];
