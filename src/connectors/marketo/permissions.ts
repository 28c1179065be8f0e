import type { CallOptions } from "../../sync/ports";
import type { PermissionName } from "./features";
import { MarketoCallError, type MarketoCall, type MarketoClient } from "./client";

/** For each permission a call that changes nothing: writes name no record, or one that cannot exist. */
const PROBES: Readonly<Record<PermissionName, MarketoCall>> = {
  "Read-Only Lead": {
    method: "GET",
    path: "/rest/v1/leads.json",
    query: { filterType: "id", filterValues: "0", fields: "id" },
  },
  "Read-Write Lead": {
    method: "POST",
    path: "/rest/v1/leads.json",
    body: { action: "updateOnly", lookupField: "id", input: [{ id: 0 }] },
  },
  "Read-Only Activity": {
    method: "GET",
    path: "/rest/v1/activities/pagingtoken.json",
    query: { sinceDatetime: "2025-01-01T00:00:00Z" },
  },
  "Read-Write Activity": {
    method: "POST",
    path: "/rest/v1/activities/external.json",
    body: { input: [] },
  },
  "Read-Only Activity Metadata": {
    method: "GET",
    path: "/rest/v1/activities/external/types.json",
  },
  "Read-Write Activity Metadata": {
    method: "POST",
    path: "/rest/v1/activities/external/type.json",
    body: {},
  },
  "Read-Write Schema Custom Field": {
    method: "POST",
    path: "/rest/v1/leads/schema/fields.json",
    body: { input: [] },
  },
};

/** Of the wanted permissions those that the API user's role lacks; every other mistake throws. */
export async function missingPermissions(
  client: MarketoClient,
  wanted: readonly PermissionName[],
  options: CallOptions,
): Promise<PermissionName[]> {
  const allowed = await Promise.all(wanted.map((name) => isAllowed(client, name, options)));
  return wanted.filter((_, index) => !allowed[index]);
}

async function isAllowed(
  client: MarketoClient,
  name: PermissionName,
  options: CallOptions,
): Promise<boolean> {
  try {
    await client.call(PROBES[name], options);
    return true;
  } catch (error) {
    if (!(error instanceof MarketoCallError) || error.error === null) throw error;
    if (error.error.code === "603") return false;
    // An empty input is refused for its emptiness only after the permission was checked.
    if (error.failure.class === "refused" || error.error.code === "1002") return true;
    throw error;
  }
}
