import type { FieldDescription } from "../../model/schema";
import type { CallCounter, CallOptions, MarketoPort, WriteResult } from "../../sync/ports";
import { createClient, type ClientOptions } from "./client";
import {
  addActivities,
  approveActivityType,
  createActivityType,
  findActivityType,
  type ActivityType,
  type ActivityTypeSpec,
  type NewActivityRow,
} from "./customActivities";
import { describeFields } from "./describe";
import type { EventContext } from "./events";
import {
  readListMembers,
  readPartitions,
  readUsage,
  writeIds,
  type MemberPage,
  type Partition,
} from "./extras";
import { checkpointAt, readChanges, type FeedContext } from "./feeds";
import { watchField, type Watched } from "./fieldWatch";
import type { PermissionName } from "./features";
import { mergePersons } from "./merge";
import { missingPermissions } from "./permissions";
import { findPersons, readPersons } from "./persons";
import { newPace } from "./recordCall";
import { createFields, type FieldResult, type FieldSpec } from "./schema";
import { writePersons } from "./write";

/** What set-up and the life cycle of leads need beyond the port. */
export interface MarketoExtras {
  partitions(options?: CallOptions): Promise<Partition[]>;
  listMembers(
    query: { listId: number; fields: readonly string[]; page: string | null },
    options?: CallOptions,
  ): Promise<MemberPage>;
  addToList(listId: number, ids: readonly number[], options?: CallOptions): Promise<WriteResult[]>;
  removeFromList(
    listId: number,
    ids: readonly number[],
    options?: CallOptions,
  ): Promise<WriteResult[]>;
  /** Persons whose field changed, or who are new, since the cursor (null: since a day ago); one call on a quiet day. */
  watchField(
    query: { field: string; cursor: string | null },
    options?: CallOptions,
  ): Promise<Watched>;
  deletePersons(ids: readonly number[], options?: CallOptions): Promise<WriteResult[]>;
  createFields(specs: readonly FieldSpec[], options?: CallOptions): Promise<FieldResult[]>;
  findActivityType(apiName: string, options?: CallOptions): Promise<ActivityType | null>;
  createActivityType(spec: ActivityTypeSpec, options?: CallOptions): Promise<void>;
  approveActivityType(apiName: string, options?: CallOptions): Promise<void>;
  addActivities(rows: readonly NewActivityRow[], options?: CallOptions): Promise<WriteResult[]>;
  missingPermissions(
    wanted: readonly PermissionName[],
    options?: CallOptions,
  ): Promise<PermissionName[]>;
}

export type MarketoConnector = MarketoPort & CallCounter & MarketoExtras;

/** Field names change seldom; score changes need them only to be told apart. */
const FIELDS_LIVE_MS = 24 * 3_600_000;

export function createMarketoConnector(options: ClientOptions): MarketoConnector {
  const client = createClient(options);
  const pace = newPace();
  const context = { client, pace };
  const fields = fieldCache(options, (how) => describeFields(client, how));
  const feeds: FeedContext = {
    client,
    now: () => options.timing.now(),
    fieldNames: async (how) => nameLookup(await fields.get(how)),
  };
  return {
    get calls() {
      return client.calls;
    },
    describe: (how = {}) => fields.refresh(how),
    checkpointAt: (since, how = {}) => checkpointAt(feeds, since, how),
    changes: (request) => readChanges(feeds, request),
    read: (ids, names, how = {}) => readPersons(client, ids, names, how),
    find: (query, names, how = {}) => findPersons(client, query, names, how),
    write: (writes, how) => writePersons(context, writes, how),
    merge: (persons, how = {}) => mergePersons(client, persons, how),
    usage: (how = {}) => readUsage(client, how),
    partitions: (how = {}) => readPartitions(client, how),
    listMembers: (query, how = {}) => readListMembers(client, query, how),
    addToList: (listId, ids, how = {}) =>
      writeIds(context, ids, { method: "POST", path: listPath(listId) }, how),
    removeFromList: (listId, ids, how = {}) =>
      writeIds(context, ids, { method: "DELETE", path: listPath(listId) }, how),
    watchField: (query, how = {}) => watchField(feeds, query, how),
    deletePersons: (ids, how = {}) =>
      writeIds(context, ids, { method: "POST", path: "/rest/v1/leads/delete.json" }, how),
    createFields: (specs, how = {}) => createFields(client, specs, how),
    findActivityType: (apiName, how = {}) => findActivityType(client, apiName, how),
    createActivityType: (spec, how = {}) => createActivityType(client, spec, how),
    approveActivityType: (apiName, how = {}) => approveActivityType(client, apiName, how),
    addActivities: (rows, how = {}) => addActivities(context, rows, how),
    missingPermissions: (wanted, how = {}) => missingPermissions(client, wanted, how),
  };
}

function listPath(listId: number): string {
  return `/rest/v1/lists/${listId}/leads.json`;
}

/** The last description, so that feeds need not ask for it again. */
function fieldCache(
  { timing }: ClientOptions,
  describe: (options: CallOptions) => Promise<FieldDescription[]>,
) {
  let known: { at: number; fields: FieldDescription[] } | undefined;
  const refresh = async (options: CallOptions): Promise<FieldDescription[]> => {
    const fields = await describe(options);
    known = { at: timing.now(), fields };
    return fields;
  };
  return {
    refresh,
    get: async (options: CallOptions) =>
      known && timing.now() - known.at < FIELDS_LIVE_MS ? known.fields : refresh(options),
  };
}

function nameLookup(fields: readonly FieldDescription[]): EventContext["nameOf"] {
  const byId = new Map(fields.map(({ id, name }) => [id, name]));
  const byDisplayName = new Map(fields.map(({ displayName, name }) => [displayName, name]));
  return (id, displayName) =>
    (id === undefined ? undefined : byId.get(id)) ?? byDisplayName.get(displayName ?? "");
}
