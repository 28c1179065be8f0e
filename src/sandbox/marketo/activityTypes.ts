export const VISIT_WEB_PAGE = 1;
export const NEW_LEAD = 12;
export const CHANGE_DATA_VALUE = 13;
export const CHANGE_SCORE = 22;
export const ADD_TO_LIST = 24;
export const REMOVE_FROM_LIST = 25;
export const MERGE_LEADS = 32;
export const DELETE_LEAD = 37;
export const REQUEST_CAMPAIGN = 47;
export const CHANGE_PARTITION = 100;
export const PUSH_LEAD = 145;
export const SYNC_LEAD_TO_MICROSOFT = 300;

export interface ActivityType {
  id: number;
  name: string;
  description: string;
  primaryAttribute?: { name: string; dataType: string };
  attributes: { name: string; dataType: string }[];
}

const type = (
  id: number,
  name: string,
  description: string,
  primary: string | undefined,
  attributes: Record<string, string>,
): ActivityType => ({
  id,
  name,
  description,
  ...(primary ? { primaryAttribute: { name: primary, dataType: "string" } } : {}),
  attributes: Object.entries(attributes).map(([key, dataType]) => ({ name: key, dataType })),
});

const change = {
  "New Value": "string",
  "Old Value": "string",
  Reason: "string",
  Source: "string",
};
const mail = { "Campaign Run ID": "integer", "Step ID": "integer", "Choice Number": "integer" };

/** The activity types of an instance; a real one's ids can differ from these. */
export const activityTypes: readonly ActivityType[] = [
  type(1, "Visit Webpage", "User visits a web page", "Webpage ID", { "Webpage URL": "string" }),
  type(2, "Fill Out Form", "User fills out and submits a form", "Webform ID", {
    "Form Fields": "text",
  }),
  type(3, "Click Link", "User clicks a link on a page", "Link ID", { "Referrer URL": "string" }),
  type(6, "Send Email", "Send an email to a person", "Mailing ID", mail),
  type(7, "Email Delivered", "Email is delivered", "Mailing ID", mail),
  type(8, "Email Bounced", "Email bounced", "Mailing ID", { ...mail, Details: "string" }),
  type(9, "Unsubscribe Email", "Person unsubscribed", "Mailing ID", mail),
  type(10, "Open Email", "Person opens an email", "Mailing ID", mail),
  type(11, "Click Email", "Person clicks a link in an email", "Mailing ID", mail),
  type(NEW_LEAD, "New Lead", "New person added to the database", "Lead ID", {
    "Created Date": "date",
    "Source Type": "string",
    "Source Info": "string",
  }),
  type(CHANGE_DATA_VALUE, "Change Data Value", "A field changed", "Attribute Name", change),
  type(CHANGE_SCORE, "Change Score", "A score changed", "Attribute Name", {
    ...change,
    "Change Value": "string",
  }),
  type(ADD_TO_LIST, "Add to List", "Person added to a list", "List ID", { Source: "string" }),
  type(REMOVE_FROM_LIST, "Remove from List", "Person removed from a list", "List ID", {
    Source: "string",
  }),
  type(27, "Email Bounced Soft", "Email bounced for now", "Mailing ID", {
    ...mail,
    Details: "string",
  }),
  type(MERGE_LEADS, "Merge Leads", "Persons were merged into one", "Lead ID", {
    "Merge IDs": "string",
    "Merge Fields": "text",
    "Master Updated": "boolean",
    "Merge Source": "string",
  }),
  type(DELETE_LEAD, "Delete Lead", "Person deleted", "Lead ID", {
    Campaign: "string",
    Source: "string",
  }),
  type(46, "Interesting Moment", "An interesting moment", "Type", { Description: "string" }),
  type(REQUEST_CAMPAIGN, "Request Campaign", "Campaign requested", "Campaign ID", {
    Source: "string",
  }),
  type(CHANGE_PARTITION, "Change Lead Partition", "Partition changed", "New Partition ID", {
    "Old Partition ID": "integer",
    Reason: "string",
  }),
  type(104, "Change Status in Progression", "Program status changed", "Program ID", {
    "New Status": "string",
    "Old Status": "string",
  }),
  type(108, "Change Segment", "Segment changed", "Segmentation ID", {
    "New Segment ID": "integer",
  }),
  type(110, "Call Webhook", "Webhook called", "Webhook", { Response: "text" }),
  type(PUSH_LEAD, "Push Lead to Marketo", "Person pushed by web service", "Program ID", {
    Source: "string",
    Reason: "string",
  }),
  type(SYNC_LEAD_TO_MICROSOFT, "Sync Lead to Microsoft", "Person synced to Microsoft", "Lead ID", {
    "Assign To": "string",
    "Sync As": "string",
  }),
];
