import type { RecordType } from "../../model/record";
import { CallError, type Failure } from "../../model/failure";
import { storedColumn } from "../../model/lookupPart";
import type { OrgClient } from "./client";
import { isGuid } from "./odata";

/** Navigation property by target table; an empty object is a lookup that only the server sets. */
export type Navigations = Readonly<Record<string, string>>;
/** Lookup columns of a table by logical name. */
export type Lookups = ReadonlyMap<string, Navigations>;

const OWNER: Navigations = { systemuser: "ownerid", team: "ownerid" };
const COMMON: Readonly<Record<string, Navigations>> = {
  ownerid: OWNER,
  createdby: {},
  createdonbehalfby: {},
  createdbyexternalparty: {},
  modifiedby: {},
  modifiedonbehalfby: {},
  modifiedbyexternalparty: {},
  owningbusinessunit: {},
  owningteam: {},
  owninguser: {},
  masterid: {},
  slainvokedid: {},
  slaid: { sla: "slaid" },
  transactioncurrencyid: { transactioncurrency: "transactioncurrencyid" },
};

/** The documented lookups, so that the default field map needs no metadata call. */
const STANDARD: Record<RecordType, Readonly<Record<string, Navigations>>> = {
  contact: {
    ...COMMON,
    parentcustomerid: { account: "parentcustomerid_account", contact: "parentcustomerid_contact" },
    accountid: {},
    parentcontactid: {},
    originatingleadid: { lead: "originatingleadid" },
    defaultpricelevelid: { pricelevel: "defaultpricelevelid" },
    preferredequipmentid: { equipment: "preferredequipmentid" },
    preferredserviceid: { service: "preferredserviceid" },
    preferredsystemuserid: { systemuser: "preferredsystemuserid" },
  },
  lead: {
    ...COMMON,
    customerid: { account: "customerid_account", contact: "customerid_contact" },
    accountid: {},
    contactid: {},
    parentaccountid: { account: "parentaccountid" },
    parentcontactid: { contact: "parentcontactid" },
    campaignid: { campaign: "campaignid" },
    qualifyingopportunityid: { opportunity: "qualifyingopportunityid" },
    relatedobjectid: {},
    originatingcaseid: { incident: "originatingcaseid" },
  },
};

const ENTITY_SETS: Readonly<Record<string, string>> = {
  account: "accounts",
  campaign: "campaigns",
  contact: "contacts",
  equipment: "equipments",
  incident: "incidents",
  lead: "leads",
  opportunity: "opportunities",
  pricelevel: "pricelevels",
  service: "services",
  sla: "slas",
  systemuser: "systemusers",
  team: "teams",
  transactioncurrency: "transactioncurrencies",
};

/** Shared by all callers, so nobody's abort signal ends a load. */
export interface LookupCatalog {
  /** The lookups among these columns; asks the metadata, once, only when a column is not a documented one. */
  of(recordType: RecordType, columns: readonly string[]): Promise<Lookups>;
  /** The collection of a table, for `@odata.bind`. */
  entitySet(table: string): Promise<string>;
}

export function createLookupCatalog(client: OrgClient): LookupCatalog {
  const loaded = new Map<RecordType, Promise<Lookups>>();
  const sets = new Map<string, Promise<string>>();
  return {
    async of(recordType, columns) {
      const standard = STANDARD[recordType];
      const stored = columns.map(storedColumn);
      if (stored.every((column) => standard[column] || isDocumentedPlain(column))) {
        return new Map(Object.entries(standard));
      }
      return once(loaded, recordType, () => loadLookups(client, recordType));
    },
    async entitySet(table) {
      return ENTITY_SETS[table] ?? once(sets, table, () => loadEntitySet(client, table));
    },
  };
}

/** Columns of a publisher have a prefix (`new_region`); those of Dataverse have none but in the addresses. */
function isDocumentedPlain(column: string): boolean {
  return !column.includes("_") || /^address[123]_/.test(column);
}

/** Remembers the answer, but not a failure. */
function once<K, T>(cache: Map<K, Promise<T>>, key: K, load: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known) return known;
  const loading = load().catch((error: unknown) => {
    cache.delete(key);
    throw error;
  });
  cache.set(key, loading);
  return loading;
}

interface Relationship {
  ReferencingAttribute: string;
  ReferencedEntity: string;
  ReferencingEntityNavigationPropertyName: string;
}

async function loadLookups(client: OrgClient, recordType: RecordType): Promise<Lookups> {
  const answer = (await client.get(
    `EntityDefinitions(LogicalName='${recordType}')/ManyToOneRelationships?$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName`,
  )) as { value: Relationship[] };
  const lookups = new Map<string, Navigations>();
  for (const relationship of answer.value) {
    const column = relationship.ReferencingAttribute;
    lookups.set(column, {
      ...lookups.get(column),
      [relationship.ReferencedEntity]: relationship.ReferencingEntityNavigationPropertyName,
    });
  }
  // The documented ones win: metadata describe the owner as a table of its own.
  for (const [column, navigations] of Object.entries(STANDARD[recordType])) {
    lookups.set(column, navigations);
  }
  return lookups;
}

async function loadEntitySet(client: OrgClient, table: string): Promise<string> {
  const answer = (await client.get(
    `EntityDefinitions(LogicalName='${table}')?$select=EntitySetName`,
  )) as { EntitySetName: string };
  return answer.EntitySetName;
}

/** A lookup value of a write: the table is named (`team:…`) where the column may point to several. */
interface Reference {
  table: string | undefined;
  id: string;
}

/**
 * The members that set a lookup: `nav@odata.bind`. A bare GUID points to the column's first table (account for a
 * customer, user for an owner); `table:GUID` names another one. null clears.
 */
export async function bindLookup(
  catalog: LookupCatalog,
  lookup: { column: string; navigations: Navigations },
  value: unknown,
): Promise<Record<string, string | null>> {
  const { column, navigations } = lookup;
  const names = Object.values(navigations);
  if (names.length === 0) throw doesNotFit(column, "is set by Dynamics alone");
  if (value === null) {
    return Object.fromEntries(names.map((name) => [`${name}@odata.bind`, null]));
  }
  const reference = parseReference(value);
  if (!reference) throw doesNotFit(column, "needs the id of a record (a GUID)");
  const table = reference.table ?? Object.keys(navigations)[0] ?? "";
  const navigation = navigations[table];
  if (!navigation) throw doesNotFit(column, `cannot point to the table ${table}`);
  return { [`${navigation}@odata.bind`]: `/${await catalog.entitySet(table)}(${reference.id})` };
}

function parseReference(value: unknown): Reference | undefined {
  if (typeof value !== "string") return undefined;
  const [id = "", table] = value.split(":").reverse();
  return isGuid(id) ? { table, id: id.toLowerCase() } : undefined;
}

function doesNotFit(column: string, reason: string): CallError {
  const failure: Failure = {
    class: "refused",
    code: "CS-DOES-NOT-FIT",
    message: `The lookup column ${column} ${reason}.`,
    side: "dynamics",
  };
  return new CallError(failure);
}
