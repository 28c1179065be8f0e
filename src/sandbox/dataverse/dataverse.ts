import type { Handled, Handler, Kernel, SandboxRequest } from "../kernel/http";
import type { TokenIdentity, TokenVerifier } from "../kernel/tokens";
import { addUser, createOrganization, SYSTEM_USER } from "./createOrganization";
import { createByHand, editByHand, loadRows, removeByHand, type Values } from "./hands";
import { ServiceProtection } from "./limits";
import type { ColumnSpec, Column, Value } from "./model/column";
import type { AlternateKey, KeyStatus, Table } from "./model/model";
import { addKey } from "./write/keys";
import { mergeByHand, qualifyByHand } from "./handActions";
import type { DuplicateRule, Organization, Plugin } from "./organization";
import type { ColumnRights, Depth, NewUser, User } from "./security/users";
import { NO_RIGHTS } from "./security/access";
import { handleRequest } from "./server";
import type { Row } from "./storage/row";
import { snapshot } from "./write/write";

export interface DataverseOptions {
  kernel: Kernel;
  tokens: TokenVerifier;
  tenantId: string;
  /** Where tokens come from, e.g. `https://login.microsoftonline.com/<tenant>`; named in the 401 answer. */
  authority: string;
  /** The server's own root URL, known once it listens. */
  baseUrl: () => string;
  limits: "real" | "off";
  seed: number;
  /** Whether the Sales app with its lead table is installed (default true). */
  leadTable?: boolean;
  /** How long a delta token lives (default 7). */
  expireChangeTrackingInDays?: number;
}

/** What a customizer can change about tables and columns. */
export interface ModelEditor {
  table(name: string): Table;
  addColumn(table: string, column: ColumnSpec): Column;
  setColumn(table: string, name: string, changes: Partial<Omit<Column, "index" | "name">>): void;
  removeColumn(table: string, name: string): void;
  /** Builds the key's index at once: duplicates in the data make it Failed, unless a status is given. */
  addKey(table: string, key: { name: string; columns: string[]; status?: KeyStatus }): AlternateKey;
  setKeyStatus(table: string, name: string, status: KeyStatus): void;
  removeTable(name: string): void;
}

export interface Users {
  /** Registers a user or an application user and gives its systemuserid. */
  add(user: NewUser): string;
  addTeam(team: { id?: string; name: string }): string;
  get(id: string): User;
  list(): User[];
  forIdentity(identity: TokenIdentity): User | undefined;
  /** `undefined` takes the privilege away. */
  setPrivilege(userId: string, privilege: string, depth: Depth | undefined): void;
  removeRoles(userId: string): void;
  setDisabled(userId: string, disabled: boolean): void;
  /** Rights on one secured column; members that are left out become false. */
  setColumnRights(
    userId: string,
    column: `${string}.${string}`,
    rights: Partial<ColumnRights>,
  ): void;
  /** Takes the user out of the organization. */
  remove(userId: string): void;
}

export interface DataverseSandbox {
  handle: Handler;
  readonly model: ModelEditor;
  readonly users: Users;
  readonly plugins: { add(plugin: Plugin): () => void };
  readonly duplicateRules: { add(rule: DuplicateRule): void };
  /** Service protection: `enabled`, its `numbers`, and a `latencyMs` that lets requests overlap. */
  readonly protection: ServiceProtection;
  readonly organizationId: string;
  readonly businessUnitId: string;
  /** The latest row version given out. */
  readonly version: number;
  load(table: string, rows: Iterable<Values>): void;
  create(table: string, values: Values, userId: string): string;
  edit(table: string, id: string, values: Values, userId: string): void;
  remove(table: string, id: string, userId?: string): void;
  /** The user's own QualifyLead and Merge, with the rules that the API has for them. */
  qualify(leadId: string, userId: string): string | undefined;
  merge(table: string, ids: { winner: string; loser: string }, userId: string): void;
  row(table: string, id: string, columns?: readonly string[]): Record<string, Value> | undefined;
  rows(table: string, columns?: readonly string[]): Iterable<Record<string, Value>>;
  count(table: string): number;
  /** All delta tokens given so far have expired. */
  expireDelta(): void;
  /** Like a copied or restored organization: a new id, and the old delta tokens are void. */
  newOrganizationId(): void;
  /** Back to the shipped state: no rows but the organization's own, no users, no customizations. */
  reset(): void;
}

export function createDataverse(options: DataverseOptions): DataverseSandbox {
  return new DataverseServer(options);
}

class DataverseServer implements DataverseSandbox {
  readonly protection: ServiceProtection;
  readonly handle = (request: SandboxRequest): Promise<Handled> =>
    handleRequest({ ...this.options, org: this.#org, protection: this.protection }, request);
  #org: Organization;

  constructor(private readonly options: DataverseOptions) {
    this.protection = new ServiceProtection(options.kernel.clock, options.limits === "real");
    this.#org = createOrganization(options);
  }

  readonly model: ModelEditor = {
    table: (name) => this.#table(name),
    addColumn: (table, column) => this.#table(table).addColumn({ custom: true, ...column }),
    setColumn: (table, name, changes) => this.#table(table).setColumn(name, changes),
    removeColumn: (table, name) => this.#table(table).removeColumn(name),
    addKey: (table, key) => addKey(this.#org.database, this.#table(table), key),
    setKeyStatus: (table, name, status) => {
      const key = this.#table(table).keys.find((candidate) => candidate.name === name);
      if (!key) throw new Error(`Table ${table} has no key ${name}.`);
      key.status = status;
    },
    removeTable: (name) => {
      this.#org.model.remove(name);
      this.#org.database.drop(name);
    },
  };

  readonly users: Users = {
    add: (user) => addUser(this.#org, user).id,
    addTeam: ({ id, name }) => {
      const team = { teamid: id ?? this.#org.newGuid(), name, businessunitid: this.businessUnitId };
      this.load("team", [team]);
      return team.teamid;
    },
    get: (id) => this.#org.directory.get(id),
    list: () => this.#org.directory.list(),
    forIdentity: (identity) => this.#org.directory.forIdentity(identity),
    setPrivilege: (id, privilege, depth) =>
      void this.#org.directory.get(id).privileges.set(privilege, depth ?? "none"),
    removeRoles: (id) => {
      const user = this.#org.directory.get(id);
      user.administrator = false;
      user.roleCount = 0;
      user.privileges.clear();
    },
    setDisabled: (id, disabled) => {
      this.#org.directory.get(id).disabled = disabled;
      this.edit("systemuser", id, { isdisabled: disabled }, id);
    },
    setColumnRights: (id, column, rights) =>
      void this.#org.directory.get(id).columns.set(column, { ...NO_RIGHTS, ...rights }),
    remove: (id) => {
      this.#org.directory.remove(id);
      this.remove("systemuser", id);
    },
  };

  readonly plugins = {
    add: (plugin: Plugin) => {
      const { plugins } = this.#org;
      plugins.add(plugin);
      return () => void plugins.delete(plugin);
    },
  };

  readonly duplicateRules = {
    add: (rule: DuplicateRule) => void this.#org.duplicateRules.push(rule),
  };

  get organizationId(): string {
    return this.#org.organizationId;
  }
  get businessUnitId(): string {
    return this.#org.businessUnitId;
  }
  get version(): number {
    return this.#org.database.version;
  }

  load(table: string, rows: Iterable<Values>): void {
    const [first] = this.#org.directory.list();
    loadRows(this.#org, this.#table(table), rows, first?.id ?? SYSTEM_USER);
  }

  create(table: string, values: Values, userId: string): string {
    return createByHand(this.#org, this.#table(table), values, userId);
  }

  edit(table: string, id: string, values: Values, userId: string): void {
    editByHand(this.#org, this.#require(table, id), values, userId);
  }

  remove(table: string, id: string, userId = SYSTEM_USER): void {
    removeByHand(this.#org, this.#require(table, id), userId);
  }

  qualify(leadId: string, userId: string): string | undefined {
    return qualifyByHand(this.#org, leadId, userId);
  }

  merge(table: string, ids: { winner: string; loser: string }, userId: string): void {
    mergeByHand(this.#org, this.#table(table), ids, userId);
  }

  row(table: string, id: string, columns?: readonly string[]): Record<string, Value> | undefined {
    const found = this.#org.database.store(this.#table(table)).find(id);
    return found && snapshot(this.#org, this.#table(table), found, columns);
  }

  *rows(table: string, columns?: readonly string[]): Generator<Record<string, Value>> {
    for (const row of this.#org.database.store(this.#table(table)).rows())
      yield snapshot(this.#org, this.#table(table), row, columns);
  }

  count(table: string): number {
    return this.#org.database.store(this.#table(table)).size;
  }

  expireDelta(): void {
    this.#org.expiredVersion = this.#org.database.version;
    this.#org.database.nextVersion();
  }

  newOrganizationId(): void {
    const before = this.#org.organizationId;
    const values = snapshotForCopy(this.row("organization", before));
    this.remove("organization", before);
    this.#org.organizationId = this.#org.newGuid();
    this.load("organization", [{ ...values, organizationid: this.#org.organizationId }]);
    this.expireDelta();
  }

  reset(): void {
    this.#org = createOrganization(this.options);
    this.protection.reset();
  }

  #table(name: string): Table {
    return this.#org.model.table(name);
  }

  #require(table: string, id: string): { table: Table; row: Row } {
    const row = this.#org.database.store(this.#table(table)).find(id);
    if (!row) throw new Error(`Table ${table} has no row ${id}.`);
    return { table: this.#table(table), row };
  }
}

function snapshotForCopy(row: Record<string, Value> | undefined): Values {
  return { name: row?.["name"], expirechangetrackingindays: row?.["expirechangetrackingindays"] };
}
