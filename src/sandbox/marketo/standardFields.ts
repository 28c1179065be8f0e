import type { FieldDefinition, NewField } from "./fieldTypes";

type Row = NewField & Partial<FieldDefinition>;

const row = (
  name: string,
  displayName: string,
  dataType: NewField["dataType"],
  extra: Partial<FieldDefinition> = {},
): Row => ({ name, displayName, dataType, ...extra });

const company = { company: true };
const readOnly = { readOnly: true };

/** The standard fields of every instance; a field's id is its place in this table. */
export const standardFields: Row[] = [
  row("id", "Id", "integer", readOnly),
  row("email", "Email Address", "email"),
  row("salutation", "Salutation", "string"),
  row("firstName", "First Name", "string"),
  row("middleName", "Middle Name", "string"),
  row("lastName", "Last Name", "string"),
  row("title", "Job Title", "string"),
  row("company", "Company Name", "string", company),
  row("website", "Website", "url", company),
  row("mainPhone", "Main Phone", "phone", company),
  row("industry", "Industry", "string", company),
  row("annualRevenue", "Annual Revenue", "currency", company),
  row("numberOfEmployees", "Num Employees", "integer", company),
  row("sicCode", "SIC Code", "string", { ...company, length: 40 }),
  row("billingStreet", "Billing Address", "text", { ...company, length: 2000 }),
  row("billingCity", "Billing City", "string", company),
  row("billingState", "Billing State", "string", company),
  row("billingCountry", "Billing Country", "string", company),
  row("billingPostalCode", "Billing Postal Code", "string", company),
  row("phone", "Phone Number", "phone"),
  row("mobilePhone", "Mobile Phone Number", "phone"),
  row("fax", "Fax Number", "phone"),
  row("address", "Address", "text", { length: 2000 }),
  row("city", "City", "string"),
  row("state", "State", "string"),
  row("country", "Country", "string"),
  row("postalCode", "Postal Code", "string"),
  row("dateOfBirth", "Date of Birth", "date"),
  row("department", "Department", "string"),
  row("gender", "Gender", "string"),
  row("unsubscribed", "Unsubscribed", "boolean"),
  row("unsubscribedReason", "Unsubscribed Reason", "text", { length: 2000 }),
  row("doNotCall", "Do Not Call", "boolean"),
  row("doNotCallReason", "Do Not Call Reason", "text", { length: 2000 }),
  row("marketingSuspended", "Marketing Suspended", "boolean"),
  row("emailInvalid", "Email Invalid", "boolean"),
  row("emailInvalidCause", "Email Invalid Cause", "text", { length: 2000 }),
  row("leadSource", "Person Source", "string"),
  row("leadStatus", "Person Status", "string"),
  row("rating", "Person Rating", "string"),
  row("leadScore", "Person Score", "score"),
  row("priority", "Priority", "integer", readOnly),
  row("originalSourceType", "Original Source Type", "string", readOnly),
  row("registrationSourceType", "Registration Source Type", "string", readOnly),
  row("externalCompanyId", "External Company Id", "string", { length: 100 }),
  row("externalSalesPersonId", "External Sales Person Id", "string"),
  row("leadPartitionId", "Person Partition Id", "integer", readOnly),
  row("createdAt", "Created At", "datetime", readOnly),
  row("updatedAt", "Updated At", "datetime", readOnly),
];

const native = { native: true, crmManaged: true };

/** What a native Dynamics sync adds to an instance. */
export const nativeFields: Row[] = [
  row("microsoftType", "Microsoft Type", "string", native),
  row("microsoftContactId", "Microsoft Contact Id", "string", native),
  row("microsoftLeadId", "Microsoft Lead Id", "string", native),
  row("microsoftIsDeleted", "Microsoft is Deleted", "boolean", native),
  row("microsoftCreatedDate", "Microsoft Created Date", "datetime", native),
];

/** Custom fields that an admin would make before the first sync with a CRM. */
export const crmFields: NewField[] = [
  row("homePhone", "Home Phone", "phone"),
  row("crmAddress2", "CRM Address 2", "string"),
  row("crmAddress3", "CRM Address 3", "string"),
  row("crmDoNotEmail", "CRM Do Not Email", "boolean"),
  row("crmDoNotFax", "CRM Do Not Fax", "boolean"),
  row("crmDoNotSendMarketing", "CRM Do Not Send Marketing", "boolean"),
  row("crmPreferredContactMethod", "CRM Preferred Contact Method", "string"),
  row("personNotes", "Person Notes", "text"),
  row("crmStatus", "CRM Status", "string"),
  row("crmStatusReason", "CRM Status Reason", "string"),
  row("crmCreatedDate", "CRM Created Date", "datetime"),
  row("crmTopic", "CRM Topic", "string"),
  row("crmRecordId", "CRM Record Id", "string"),
  row("crmRecordType", "CRM Record Type", "string"),
  row("crmIsDeleted", "CRM is Deleted", "boolean"),
  row("syncToDynamics", "Sync to Dynamics", "boolean"),
  row("crmAccountId", "CRM Account Id", "string"),
];
