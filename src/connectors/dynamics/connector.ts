import type { RecordType } from "../../model/record";
import type {
  CallCounter,
  CallOptions,
  DynamicsIdentity,
  DynamicsPort,
  DynamicsRow,
} from "../../sync/ports";
import { readChanges } from "./changes";
import { createClient, type ClientOptions } from "./client";
import { describe } from "./describe";
import { LookupNames } from "./lookupNames";
import { createLookupCatalog } from "./lookups";
import {
  readIdentity,
  readOrganization,
  readOwnerNames,
  readOwners,
  readPrivileges,
  readTouched,
  readUser,
  type OrganizationFacts,
  type OwnerChoice,
  type UserFacts,
  type UserPrivilege,
} from "./organization";
import { readNewest, readWhere } from "./reading";
import { TABLES } from "./rows";
import { writeAll } from "./writing";

export interface DynamicsConnectorOptions extends ClientOptions {
  /** Rows on a page of a tracked read, at most 5000. */
  pageSize?: number;
  /** Writes in one call, at most 1000. */
  batchSize?: number;
  /** Write calls at once; the server's own recommendation caps it. */
  parallel?: number;
}

/** What the checks and the pick lists need beyond the sync. */
export interface DynamicsExtras {
  organization(options?: CallOptions): Promise<OrganizationFacts>;
  privileges(options?: CallOptions): Promise<UserPrivilege[]>;
  user(options?: CallOptions): Promise<UserFacts>;
  owners(options?: CallOptions): Promise<OwnerChoice[]>;
  /** The rows changed last, at most `count` of them. */
  newest(
    recordType: RecordType,
    columns: readonly string[],
    count: number,
    options?: CallOptions,
  ): Promise<DynamicsRow[]>;
  /** Names by id of users and teams, also of disabled ones. */
  ownerNames(ids: readonly string[], options?: CallOptions): Promise<Map<string, string>>;
}

export type DynamicsConnector = DynamicsPort & CallCounter & DynamicsExtras;

const PAGE_SIZE = 5_000;
const BATCH_SIZE = 100;
const PARALLEL = 4;

export function createDynamicsConnector(options: DynamicsConnectorOptions): DynamicsConnector {
  const { timing, random = Math.random } = options;
  const client = createClient(options);
  const catalog = createLookupCatalog(client);
  const reader = { client, catalog, now: () => timing.now() };
  const names = new LookupNames(reader);
  const pageSize = Math.min(options.pageSize ?? PAGE_SIZE, PAGE_SIZE);
  const batchSize = options.batchSize ?? BATCH_SIZE;
  const parallel = options.parallel ?? PARALLEL;
  const writer = { client, catalog, timing, random, batchSize, parallel };
  let known: DynamicsIdentity | undefined;

  async function identity(callOptions?: CallOptions): Promise<DynamicsIdentity> {
    known = await readIdentity(reader, callOptions);
    return known;
  }
  async function userId(callOptions?: CallOptions): Promise<string> {
    return (known ?? (await identity(callOptions))).userId;
  }

  const find: DynamicsPort["find"] = async (recordType, query, columns, callOptions = {}) => {
    const rows = await readWhere(reader, recordType, query, columns, callOptions);
    await names.fill(recordType, rows, { ...callOptions, columns });
    return rows;
  };

  return {
    get calls() {
      return client.calls;
    },
    identity,
    describe: (recordType, callOptions = {}) =>
      describe(reader, recordType, { ...callOptions, userId: () => userId(callOptions) }),
    changes: (recordType, request) =>
      readChanges({ client, catalog, names, pageSize }, recordType, request),
    read: (recordType, ids, columns, callOptions) => {
      const values = ids.map((id) => id.toLowerCase());
      return find(
        recordType,
        { column: TABLES[recordType].primaryId, values },
        columns,
        callOptions,
      );
    },
    find,
    touched: async (table, since, callOptions) => {
      const set = await catalog.entitySet(table);
      const ids = await readTouched(client, { set, table }, since, callOptions);
      names.forget(ids);
      return ids;
    },
    write: (recordType, writes, callOptions) => writeAll(writer, recordType, writes, callOptions),
    organization: (callOptions) => readOrganization(client, callOptions),
    privileges: async (callOptions) =>
      readPrivileges(client, await userId(callOptions), callOptions),
    user: async (callOptions) => readUser(client, await userId(callOptions), callOptions),
    owners: (callOptions) => readOwners(client, callOptions),
    newest: (recordType, columns, count, callOptions) =>
      readNewest(reader, recordType, { columns, count }, callOptions),
    ownerNames: (ids, callOptions) => readOwnerNames(client, ids, callOptions),
  };
}
