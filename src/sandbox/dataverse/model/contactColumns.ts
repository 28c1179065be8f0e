import { addressColumns } from "./addressColumns";
import type { ColumnSpec } from "./column";
import {
  contactPermissions,
  dateOnly,
  dateTime,
  email,
  flag,
  integer,
  lookup,
  memo,
  money,
  options,
  phone,
  picklist,
  placeholderPicklist,
  preferredContactMethod,
  READ_ONLY,
  required,
  text,
} from "./columnSpecs";
import {
  activeStates,
  currencyColumns,
  ownerColumns,
  personName,
  primaryId,
  sampleCustomColumns,
  stampColumns,
} from "./commonColumns";

const nameColumns: ColumnSpec[] = [
  text("FirstName", "First Name", 50, { ...required("Recommended"), securable: false }),
  text("MiddleName", "Middle Name", 50, { securable: false }),
  text("LastName", "Last Name", 50, { ...required("ApplicationRequired"), securable: false }),
  personName,
  text("Salutation", "Salutation", 100),
  text("Suffix", "Suffix", 10),
  text("NickName", "Nickname", 100),
  text("YomiFirstName", "Yomi First Name", 150),
  text("YomiMiddleName", "Yomi Middle Name", 150),
  text("YomiLastName", "Yomi Last Name", 150),
];

const reachColumns: ColumnSpec[] = [
  email("EMailAddress1", "Email"),
  email("EMailAddress2", "Email Address 2"),
  email("EMailAddress3", "Email Address 3"),
  phone("Telephone1", "Business Phone"),
  phone("Telephone2", "Home Phone"),
  phone("Telephone3", "Telephone 3"),
  phone("Home2", "Home Phone 2"),
  phone("Business2", "Business Phone 2"),
  phone("Company", "Company Phone"),
  phone("Callback", "Callback Number"),
  phone("AssistantPhone", "Assistant Phone"),
  phone("ManagerPhone", "Manager Phone"),
  phone("MobilePhone", "Mobile Phone"),
  text("Fax", "Fax", 50),
  text("Pager", "Pager", 50),
  text("WebSiteUrl", "Website", 200, { format: "Url" }),
  text("FtpSiteUrl", "FTP Site", 200, { format: "Url" }),
];

const personColumns: ColumnSpec[] = [
  text("JobTitle", "Job Title", 100),
  text("Department", "Department", 100),
  memo("Description", "Description"),
  text("GovernmentId", "Government", 50),
  text("EmployeeId", "Employee", 50),
  text("ExternalUserIdentifier", "External User Identifier", 50),
  text("AssistantName", "Assistant", 100),
  text("ManagerName", "Manager", 100),
  text("SpousesName", "Spouse/Partner Name", 100),
  text("ChildrensNames", "Children's Names", 255),
  integer("NumberOfChildren", "No. of Children", 0, 1000000000),
  ...money("AnnualIncome", "Annual Income", 100000000000000),
  ...money("CreditLimit", "Credit Limit", 100000000000000),
  dateOnly("BirthDate", "Birthday"),
  dateOnly("Anniversary", "Anniversary"),
  picklist("GenderCode", "Gender", options(["Male", "Female"])),
  picklist(
    "FamilyStatusCode",
    "Marital Status",
    options(["Single", "Married", "Divorced", "Widowed"]),
  ),
  picklist("AccountRoleCode", "Role", options(["Decision Maker", "Employee", "Influencer"])),
  preferredContactMethod,
  placeholderPicklist("LeadSourceCode", "Lead Source"),
  placeholderPicklist("CustomerTypeCode", "Relationship Type"),
  placeholderPicklist("EducationCode", "Education"),
  placeholderPicklist("CustomerSizeCode", "Customer Size"),
  placeholderPicklist("HasChildrenCode", "Has Children"),
  placeholderPicklist("TerritoryCode", "Territory"),
];

const switchColumns: ColumnSpec[] = [
  ...contactPermissions,
  flag("DoNotBulkPostalMail", "Do not allow Bulk Mails", false),
  flag("MarketingOnly", "Marketing Only", false),
  flag("CreditOnHold", "Credit Hold", false),
  flag("IsBackofficeCustomer", "Back Office Customer", false),
  flag("ParticipatesInWorkflow", "Participates in Workflow", false),
  { ...flag("Merged", "Merged", false), ...READ_ONLY },
];

const relationColumns: ColumnSpec[] = [
  {
    schemaName: "ParentCustomerId",
    label: "Company Name",
    type: "Customer",
    targets: ["account", "contact"],
  },
  lookup("PreferredSystemUserId", "Preferred User", "systemuser"),
  lookup("MasterId", "Master ID", "contact", READ_ONLY),
  { ...dateTime("LastUsedInCampaign", "Last Date Included in Campaign"), create: false },
];

/** The contact table as shipped; with the Sales app it also points to the lead that it came from. */
export function contactColumns(businessUnitId: string, salesApp: boolean): ColumnSpec[] {
  return [
    primaryId("ContactId", "Contact"),
    ...nameColumns,
    ...reachColumns,
    ...personColumns,
    ...switchColumns,
    ...relationColumns,
    ...ownerColumns(businessUnitId),
    ...currencyColumns,
    ...activeStates,
    ...stampColumns,
    ...addressColumns(1, 200),
    ...addressColumns(2, 100),
    ...addressColumns(3, 100),
    ...(salesApp ? [lookup("OriginatingLeadId", "Originating Lead", "lead")] : []),
    ...sampleCustomColumns,
  ];
}
