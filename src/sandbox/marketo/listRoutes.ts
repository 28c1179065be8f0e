import { ADD_TO_LIST, REMOVE_FROM_LIST } from "./activityTypes";
import { webService, type Origin } from "./changes";
import { fail, reason } from "./errors";
import { inputIds, inputPerson } from "./leadRoutes";
import type { StaticList } from "./lists";
import { addActivity, type Org } from "./org";
import { personPage } from "./personReads";
import {
  batchSize,
  intParam,
  listParameter,
  permission,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";

/** Puts a person on a list; false when it is there already. */
export function addToList(org: Org, list: StaticList, id: number, origin: Origin): boolean {
  const added = org.lists.add(list, id);
  if (added) logMembership(org, list, { id, typeId: ADD_TO_LIST, source: origin.source });
  return added;
}

export function removeFromList(org: Org, list: StaticList, id: number, origin: Origin): boolean {
  const removed = org.lists.remove(list, id);
  if (removed) logMembership(org, list, { id, typeId: REMOVE_FROM_LIST, source: origin.source });
  return removed;
}

function logMembership(
  org: Org,
  list: StaticList,
  change: { id: number; typeId: number; source: string },
): void {
  list.updatedAt = org.clock.now();
  addActivity(org, {
    typeId: change.typeId,
    leadId: change.id,
    primaryId: list.id,
    primaryValue: list.name,
    attributes: [["Source", change.source]],
  });
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const renderList = (list: StaticList) => ({
  id: list.id,
  name: list.name,
  workspaceName: "Default",
  createdAt: iso(list.createdAt),
  updatedAt: iso(list.updatedAt),
});

function pathList(call: Call): StaticList {
  return call.org.lists.get(intParam(call.params[0], "listId")) ?? fail("1013", "List");
}

function getLists(call: Call): Answer {
  const ids = listParameter(call, "id").map((id) => intParam(id, "id"));
  const names = listParameter(call, "name");
  const { org } = call;
  const found = org.lists
    .all()
    .filter((list) => ids.length === 0 || ids.includes(list.id))
    .filter((list) => names.length === 0 || names.includes(list.name));
  const token = call.query.get("nextPageToken");
  const start = token
    ? Number(org.tokens.decode("lists", token, org.quirks.pagingTokenLifeMs)[0])
    : 0;
  const end = start + batchSize(call);
  const result = found.slice(start, end).map(renderList);
  if (end >= found.length) return { result, moreResult: false };
  return { result, nextPageToken: org.tokens.encode("lists", [end]), moreResult: true };
}

const getList = (call: Call): Answer => ({ result: [renderList(pathList(call))] });

function getMembers(call: Call): Answer {
  const list = pathList(call);
  return personPage(call, call.org.lists.sortedMembers(list), `list ${list.id}`);
}

/** Answers for each id of the input; `act` says what became of a known person. */
function forEachId(call: Call, act: (list: StaticList, id: number) => unknown): Answer {
  const list = pathList(call);
  const result = inputIds(call).map((given) => {
    const id = inputPerson(call, given);
    if (typeof id === "number") return act(list, id);
    return { id: Number(given), status: "skipped", reasons: [id] };
  });
  return { result };
}

function addMembers(call: Call): Answer {
  return forEachId(call, (list, id) => {
    addToList(call.org, list, id, webService);
    return { id, status: "added" };
  });
}

function removeMembers(call: Call): Answer {
  return forEachId(call, (list, id) =>
    removeFromList(call.org, list, id, webService)
      ? { id, status: "removed" }
      : { id, status: "skipped", reasons: [reason("1015")] },
  );
}

function isMember(call: Call): Answer {
  return forEachId(call, (list, id) => ({
    id,
    status: list.members.has(id) ? "memberof" : "notmemberof",
  }));
}

const { readLead, writeLead } = permission;

export const listRoutes: Route[] = [
  route("GET /rest/v1/lists.json", readLead, "none", getLists),
  route("GET /rest/v1/lists/{listId}.json", readLead, "none", getList),
  route("GET /rest/v1/lists/{listId}/leads.json", readLead, "none", getMembers),
  route("GET /rest/v1/list/{listId}/leads.json", readLead, "none", getMembers),
  route("POST /rest/v1/lists/{listId}/leads.json", writeLead, "optionalJson", addMembers),
  route("DELETE /rest/v1/lists/{listId}/leads.json", writeLead, "optionalJson", removeMembers),
  route("GET /rest/v1/lists/{listId}/leads/ismember.json", readLead, "optionalJson", isMember),
];
