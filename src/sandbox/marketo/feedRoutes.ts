import type { Activity, Cursor } from "./activities";
import { activityTypes, CHANGE_DATA_VALUE, DELETE_LEAD, NEW_LEAD } from "./activityTypes";
import { statusOf } from "./customActivityTypes";
import { fail } from "./errors";
import { sinceCursor, type Org } from "./org";
import { renderActivity, renderLeadChange } from "./renderActivity";
import {
  batchSize,
  intParam,
  listParameter,
  permission,
  required,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";
import { DAY, parseDateTime, toSeconds } from "./time";

const MAX_TYPES = 10;
const MAX_LEADS = 30;
const MAX_LIST_MEMBERS = 10_000;
/** These types are forgotten after 90 days, the others after 25 months. */
const shortLived = new Set([NEW_LEAD, 13, 22, 24, 25, 300]);
const LONG_LIFE_DAYS = 760;

type Match = (row: Activity) => boolean;

function pagingToken(call: Call): Answer {
  const text = required(call, "sinceDatetime");
  const ms = /^\d{4}-\d\d-\d\d$/.test(text)
    ? parseDateTime(`${text}T00:00:00`)
    : parseDateTime(text);
  if (ms === undefined) fail("704", text);
  return { nextPageToken: encode(call.org, sinceCursor(call.org, toSeconds(ms))) };
}

/** Infinity has no place in a token's text; the largest id stands for it. */
const encode = (org: Org, cursor: Cursor): string =>
  org.tokens.encode("feed", [cursor.at, Math.min(cursor.id, Number.MAX_SAFE_INTEGER)]);

function leadChanges(call: Call): Answer {
  const { org } = call;
  required(call, "nextPageToken");
  required(call, "fields");
  const asked = new Set(listParameter(call, "fields"));
  for (const name of asked) if (!org.fields.get(name)) fail("1006", name);
  const narrow = personFilter(call);
  const match: Match = (row) => {
    if (row.typeId === NEW_LEAD) return narrow(row);
    if (row.typeId !== CHANGE_DATA_VALUE || !row.change) return false;
    return (org.quirks.unaskedFields || asked.has(row.change.name)) && narrow(row);
  };
  return feedPage(call, match, renderLeadChange);
}

function activities(call: Call): Answer {
  required(call, "nextPageToken");
  required(call, "activityTypeIds");
  const types = listParameter(call, "activityTypeIds").map((id) => intParam(id, "activityTypeIds"));
  if (types.length > MAX_TYPES) fail("1003", `activityTypeIds exceeds the limit of ${MAX_TYPES}`);
  for (const id of types) {
    if (!isKnownType(call.org, id)) fail("1003", `Invalid activityTypeId '${id}'`);
  }
  const assets = listParameter(call, "assetIds").map((id) => intParam(id, "assetIds"));
  const wanted = new Set(types);
  const narrow = personFilter(call);
  const match: Match = (row) =>
    wanted.has(row.typeId) &&
    (assets.length === 0 || (row.primaryId !== undefined && assets.includes(row.primaryId))) &&
    narrow(row);
  return feedPage(call, match, renderActivity);
}

function deletedLeads(call: Call): Answer {
  required(call, "nextPageToken");
  return feedPage(call, (row) => row.typeId === DELETE_LEAD, renderActivity);
}

function isKnownType(org: Org, id: number): boolean {
  return activityTypes.some((type) => type.id === id) || org.customTypes.byId(id) !== undefined;
}

/** `leadIds` and `listId`, the filters that the feeds share. */
function personFilter(call: Call): Match {
  const leadIds = listParameter(call, "leadIds").map((id) => intParam(id, "leadIds"));
  if (leadIds.length > MAX_LEADS) fail("1003", `leadIds exceeds the limit of ${MAX_LEADS}`);
  const wanted = leadIds.length > 0 ? new Set(leadIds) : undefined;
  const listText = call.query.get("listId");
  const list = listText ? call.org.lists.get(intParam(listText, "listId")) : undefined;
  if (listText && !list) fail("1013", "List");
  if (list && list.members.size >= MAX_LIST_MEMBERS) {
    fail("1003", `The list has ${MAX_LIST_MEMBERS} members or more`);
  }
  return (row) => (!wanted || wanted.has(row.leadId)) && (!list || list.members.has(row.leadId));
}

/** True while the log still holds the row. */
export function remembers(org: Org): Match {
  const now = org.clock.now();
  const oldest = (days: number) => toSeconds(now - days * DAY);
  const { activityDays, deletedLeadsDays } = org.quirks;
  const short = oldest(activityDays);
  const deleted = oldest(deletedLeadsDays);
  const long = oldest(LONG_LIFE_DAYS);
  return ({ typeId, at }) => {
    if (typeId === DELETE_LEAD) return at >= deleted;
    return at >= (shortLived.has(typeId) ? short : long);
  };
}

function feedPage(
  call: Call,
  match: Match,
  renderRow: (org: Org, row: Activity) => Record<string, unknown>,
): Answer {
  const { org } = call;
  const { quirks } = org;
  const token = required(call, "nextPageToken");
  const [at, id] = org.tokens.decode("feed", token, quirks.pagingTokenLifeMs).map(Number);
  const after = { at: at!, id: id! };
  const limit = batchSize(call);
  if (quirks.emptyPages > 0) {
    quirks.emptyPages--;
    return envelope(org, [], after, true);
  }
  const kept = remembers(org);
  const page = org.activities.page(after, {
    now: org.clock.now(),
    limit,
    window: quirks.scanWindow,
    match: (row) => kept(row) && match(row),
  });
  const rows = page.rows.map((row) => renderRow(org, row));
  return envelope(org, rows, page.next, page.more);
}

function envelope(org: Org, result: unknown[], next: Cursor, moreResult: boolean): Answer {
  const nextPageToken = encode(org, next);
  if (result.length === 0 && org.quirks.omitResult) return { nextPageToken, moreResult };
  return { result, nextPageToken, moreResult };
}

function types(call: Call): Answer {
  const custom = call.org.customTypes
    .list()
    .filter((type) => statusOf(type) !== "draft")
    .map((type) => {
      const version = type.approved!;
      const primary = version.attributes.find((attribute) => attribute.isPrimary);
      const describe = ({
        name,
        apiName,
        dataType,
      }: {
        name: string;
        apiName: string;
        dataType: string;
      }) => ({
        name,
        apiName,
        dataType,
      });
      return {
        id: type.id,
        name: version.name,
        apiName: type.apiName,
        description: version.description,
        ...(primary ? { primaryAttribute: describe(primary) } : {}),
        attributes: version.attributes.filter((attribute) => !attribute.isPrimary).map(describe),
      };
    });
  return { result: [...activityTypes, ...custom] };
}

const { readActivity, readActivityMetadata } = permission;

export const feedRoutes: Route[] = [
  route("GET /rest/v1/activities/pagingtoken.json", readActivity, "none", pagingToken),
  route("GET /rest/v1/activities/leadchanges.json", readActivity, "none", leadChanges),
  route("GET /rest/v1/activities/deletedleads.json", readActivity, "none", deletedLeads),
  route("GET /rest/v1/activities.json", readActivity, "none", activities),
  route("GET /rest/v1/activities/types.json", readActivityMetadata, "none", types),
];
