import {
  createPerson,
  crmSync,
  deletePerson,
  marketer,
  mergePersons,
  updatePerson,
} from "./changes";
import { spreadToMembers } from "./companyMembers";
import type { CampaignRequest } from "./campaigns";
import type { FieldDefinition, NewField, Values } from "./fieldTypes";
import { addToList, removeFromList } from "./listRoutes";
import type { StaticList } from "./lists";
import { stored } from "./load";
import { addActivity, nowSeconds, type Org } from "./org";
import { SYNC_LEAD_TO_MICROSOFT } from "./activityTypes";

/** What a marketer or an admin does in the product's own screens. */
export interface Hands {
  create(values: Record<string, unknown>): number;
  edit(id: number, values: Record<string, unknown>): void;
  setField(id: number, name: string, value: unknown): void;
  /** A campaign's "Change Data Value" that asks for something, e.g. a record in the CRM. */
  setRequest(id: number, field?: string): void;
  /** A native CRM sync changes a company: its persons follow (Q11). */
  editCompany(externalCompanyId: string, values: Record<string, unknown>): void;
  changeScore(id: number, delta: number, field?: string): void;
  remove(id: number): void;
  merge(winner: number, losers: number[]): void;
  createList(name: string): number;
  addToList(listId: number, ids: number[]): void;
  removeFromList(listId: number, ids: number[]): void;
  createSmartList(name: string, test: (person: Values) => boolean): number;
  createCampaign(name: string, type?: "trigger" | "batch"): number;
  /** Plays the flow of requested campaigns. */
  onCampaign(play: ((request: CampaignRequest) => void) | undefined): void;
  addPartition(name: string): number;
  /** The row that the native flow action "Sync Person to Microsoft" writes. */
  logSyncToMicrosoft(id: number, details: { assignTo: string; syncAs: string }): void;
  readonly fields: {
    add(field: NewField): void;
    remove(name: string): void;
    /** Web service writes to the field are dropped without an error (Q7). */
    block(name: string, how?: "always" | "whenFilled"): void;
    unblock(name: string): void;
    setReadOnly(name: string, readOnly?: boolean): void;
    crmManaged(name: string, managed?: boolean): void;
    setLength(name: string, length: number): void;
    rename(name: string, displayName: string): void;
    list(): FieldDefinition[];
  };
}

export function createHands(org: () => Org): Hands {
  return {
    ...personHands(org),
    ...listHands(org),
    createCampaign: (name, type) => org().campaigns.create(name, org().clock.now(), type),
    onCampaign: (play) => {
      org().campaigns.onTrigger = play;
    },
    editCompany: (externalCompanyId, values) => {
      const company = org().companies.byKey(externalCompanyId);
      if (!company) throw new Error(`There is no company ${externalCompanyId}.`);
      const checked = checkedValues(org(), values);
      org().companies.update(company, checked, nowSeconds(org()));
      spreadToMembers(org(), externalCompanyId, checked, crmSync);
    },
    addPartition: (name) => org().partitions.add(name).id,
    fields: fieldHands(org),
  };
}

function checkedValues(org: Org, values: Record<string, unknown>): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, stored(org, name, value)]),
  );
}

type PersonHands = Pick<
  Hands,
  | "create"
  | "edit"
  | "setField"
  | "setRequest"
  | "changeScore"
  | "remove"
  | "merge"
  | "logSyncToMicrosoft"
>;

function personHands(org: () => Org): PersonHands {
  const known = (id: number) => {
    if (!org().persons.has(id)) throw new Error(`There is no person ${id}.`);
    return id;
  };
  const edit = (id: number, values: Record<string, unknown>) =>
    updatePerson(org(), known(id), checkedValues(org(), values), marketer);
  return {
    create: (values) => createPerson(org(), checkedValues(org(), values), marketer),
    edit,
    setField: (id, name, value) => edit(id, { [name]: value }),
    setRequest: (id, field = "syncToDynamics") => edit(id, { [field]: true }),
    changeScore: (id, delta, field = "leadScore") =>
      edit(id, { [field]: Number(org().persons.get(known(id), field) ?? 0) + delta }),
    remove: (id) => deletePerson(org(), known(id), marketer),
    merge: (winner, losers) => mergePersons(org(), known(winner), losers.map(known), marketer),
    logSyncToMicrosoft: (id, { assignTo, syncAs }) => {
      addActivity(org(), {
        typeId: SYNC_LEAD_TO_MICROSOFT,
        leadId: known(id),
        primaryId: id,
        attributes: [
          ["Assign To", assignTo],
          ["Sync As", syncAs],
        ],
      });
    },
  };
}

type ListHands = Pick<Hands, "createList" | "addToList" | "removeFromList" | "createSmartList">;

function listHands(org: () => Org): ListHands {
  const listOf = (id: number): StaticList => {
    const list = org().lists.get(id);
    if (!list) throw new Error(`There is no list ${id}.`);
    return list;
  };
  return {
    createList: (name) => org().lists.create(name, org().clock.now()).id,
    addToList: (listId, ids) => {
      for (const id of ids) addToList(org(), listOf(listId), id, marketer);
    },
    removeFromList: (listId, ids) => {
      for (const id of ids) removeFromList(org(), listOf(listId), id, marketer);
    },
    createSmartList: (name, test) => org().lists.createSmart(name, test),
  };
}

function fieldHands(org: () => Org): Hands["fields"] {
  const field = (name: string) => org().fields.must(name);
  return {
    add: (definition) => void org().fields.add(definition),
    remove: (name) => org().fields.remove(name),
    block: (name, how = "always") => {
      field(name).blocked = how;
    },
    unblock: (name) => {
      field(name).blocked = false;
    },
    setReadOnly: (name, readOnly = true) => {
      field(name).readOnly = readOnly;
    },
    crmManaged: (name, managed = true) => {
      field(name).crmManaged = managed;
    },
    setLength: (name, length) => {
      field(name).length = length;
    },
    rename: (name, displayName) => {
      field(name).displayName = displayName;
    },
    list: () => org().fields.list(),
  };
}
