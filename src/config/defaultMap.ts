import type { RecordType } from "../model/record";

export type Direction = "both" | "toMarketo" | "toDynamics";

/** One line of a field map: a Dynamics column, a Marketo field by its REST name, and the way values travel. */
export interface DefaultMapping {
  column: string;
  field: string;
  direction: Direction;
}

const both = (column: string, field: string): DefaultMapping => ({
  column,
  field,
  direction: "both",
});
const toMarketo = (column: string, field: string): DefaultMapping => ({
  column,
  field,
  direction: "toMarketo",
});
const toDynamics = (column: string, field: string): DefaultMapping => ({
  column,
  field,
  direction: "toDynamics",
});

const COMMON: readonly DefaultMapping[] = [
  both("salutation", "salutation"),
  both("firstname", "firstName"),
  both("middlename", "middleName"),
  both("lastname", "lastName"),
  both("emailaddress1", "email"),
  both("jobtitle", "title"),
  both("telephone1", "phone"),
  both("mobilephone", "mobilePhone"),
  both("telephone2", "homePhone"),
  both("address1_line1", "address"),
  both("address1_line2", "crmAddress2"),
  both("address1_line3", "crmAddress3"),
  both("address1_city", "city"),
  both("address1_stateorprovince", "state"),
  both("address1_country", "country"),
  both("address1_postalcode", "postalCode"),
  both("donotphone", "doNotCall"),
  both("donotbulkemail", "unsubscribed"),
  both("donotemail", "crmDoNotEmail"),
  both("donotfax", "crmDoNotFax"),
  both("donotsendmm", "crmDoNotSendMarketing"),
  both("preferredcontactmethodcode", "crmPreferredContactMethod"),
  both("description", "personNotes"),
  toMarketo("statecode", "crmStatus"),
  toMarketo("statuscode", "crmStatusReason"),
  toMarketo("createdon", "crmCreatedDate"),
  toDynamics("mkt_leadscore", "leadScore"),
];

/**
 * The native sync's default map (B-60, default-dynamics-field-mapping) in REST names. Fields that an instance without
 * the native connector lacks carry the prefix `crm`; a mapping whose column or field is absent is switched off with a
 * warning, the rest goes on.
 */
export const DEFAULT_MAP: Readonly<Record<RecordType, readonly DefaultMapping[]>> = {
  contact: [
    ...COMMON,
    both("birthdate", "dateOfBirth"),
    // The account is Dynamics' own (B-03, B-70); a contact that belongs to a person instead has none.
    toMarketo("parentcustomerid.account", "crmAccountId"),
    toMarketo("parentcustomerid.accountname", "company"),
  ],
  lead: [
    ...COMMON,
    both("fax", "fax"),
    both("leadsourcecode", "leadSource"),
    both("leadqualitycode", "rating"),
    both("subject", "crmTopic"),
    both("companyname", "company"),
    both("revenue", "annualRevenue"),
  ],
};

/** The fields of the default map that no instance has by itself; set-up makes them. */
export const CUSTOM_FIELDS: readonly {
  name: string;
  displayName: string;
  type: "string" | "boolean" | "datetime";
}[] = [
  { name: "crmAddress2", displayName: "CRM Address 2", type: "string" },
  { name: "crmAddress3", displayName: "CRM Address 3", type: "string" },
  { name: "crmDoNotEmail", displayName: "CRM Do Not Email", type: "boolean" },
  { name: "crmDoNotFax", displayName: "CRM Do Not Fax", type: "boolean" },
  { name: "crmDoNotSendMarketing", displayName: "CRM Do Not Send Marketing", type: "boolean" },
  {
    name: "crmPreferredContactMethod",
    displayName: "CRM Preferred Contact Method",
    type: "string",
  },
  { name: "crmStatus", displayName: "CRM Status", type: "string" },
  { name: "crmStatusReason", displayName: "CRM Status Reason", type: "string" },
  { name: "crmCreatedDate", displayName: "CRM Created Date", type: "datetime" },
  { name: "crmTopic", displayName: "CRM Topic", type: "string" },
  { name: "crmAccountId", displayName: "CRM Account Id", type: "string" },
];

/** The person fields that hold a link; they exist only where set-up has created them. */
export const DEFAULT_LINK_FIELDS = {
  id: "crmRecordId",
  type: "crmRecordType",
  deleted: "crmIsDeleted",
} as const;
