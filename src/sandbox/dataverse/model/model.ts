import {
  completeColumn,
  isLookup,
  wireName,
  type Column,
  type ColumnSpec,
  type Navigation,
} from "./column";
import { stableGuid } from "./ids";

export type KeyStatus = "Pending" | "InProgress" | "Active" | "Failed";

export interface AlternateKey {
  name: string;
  columns: readonly string[];
  status: KeyStatus;
}

export type PrivilegeKind =
  "Create" | "Read" | "Write" | "Delete" | "Append" | "AppendTo" | "Assign" | "Share";

export interface TableSpec {
  name: string;
  schemaName: string;
  label: string;
  setName: string;
  typeCode: number;
  primaryName: string;
  columns: ColumnSpec[];
  owned?: boolean;
  changeTracking?: boolean;
  optimisticConcurrency?: boolean;
  /** The table's part of privilege names where it is not the schema name. */
  privilegeName?: string;
}

/** One table: its columns by logical name and by the names that JSON uses for them. */
export class Table {
  readonly columns = new Map<string, Column>();
  readonly keys: AlternateKey[] = [];
  changeTracking: boolean;
  optimisticConcurrency: boolean;
  #wire = new Map<string, Column>();
  #navigations = new Map<string, { column: Column; navigation: Navigation }>();
  #nextIndex = 0;
  #defaults: Column[] = [];
  /** Grows with every change of the columns; caches of anything derived compare it. */
  revision = 0;

  constructor(
    readonly spec: TableSpec,
    private readonly seed: number,
  ) {
    this.changeTracking = spec.changeTracking ?? true;
    this.optimisticConcurrency = spec.optimisticConcurrency ?? true;
    for (const column of spec.columns) this.addColumn(column);
  }

  get name(): string {
    return this.spec.name;
  }
  get setName(): string {
    return this.spec.setName;
  }
  get typeName(): string {
    return `Microsoft.Dynamics.CRM.${this.spec.name}`;
  }
  get primaryId(): string {
    return `${this.spec.name}id`;
  }
  get owned(): boolean {
    return this.spec.owned ?? false;
  }

  privilege(kind: PrivilegeKind): string {
    return `prv${kind}${this.spec.privilegeName ?? this.spec.schemaName}`;
  }

  addColumn(spec: ColumnSpec): Column {
    const column = completeColumn(spec, this.#nextIndex++);
    if (this.columns.has(column.name))
      throw new Error(`Table ${this.name} already has a column ${column.name}.`);
    this.columns.set(column.name, column);
    this.changed();
    return column;
  }

  /** Changes the given members of a column, as a customizer does. */
  setColumn(name: string, changes: Partial<Omit<Column, "index" | "name">>): void {
    Object.assign(this.column(name), changes);
    this.changed();
  }

  removeColumn(name: string): void {
    this.column(name);
    this.columns.delete(name);
    this.changed();
  }

  /** The column with this logical name; for callers that know that it exists. */
  column(name: string): Column {
    const column = this.columns.get(name);
    if (!column) throw new Error(`Table ${this.name} has no column ${name}.`);
    return column;
  }

  /** The column behind a JSON property such as `jobtitle` or `_ownerid_value`. */
  byWireName(property: string): Column | undefined {
    return this.#wire.get(property);
  }

  navigation(name: string): { column: Column; navigation: Navigation } | undefined {
    return this.#navigations.get(name);
  }

  navigations(): Iterable<[string, { column: Column; navigation: Navigation }]> {
    return this.#navigations;
  }

  /** Columns that rows have, in the order of the metadata. */
  stored(): Iterable<Column> {
    return this.#wire.values();
  }

  defaults(): readonly Column[] {
    return this.#defaults;
  }

  metadataId(column: string): string {
    return stableGuid(this.seed, `column/${this.name}/${column}`);
  }

  private changed(): void {
    this.revision++;
    this.#wire.clear();
    this.#navigations.clear();
    for (const column of this.columns.values()) {
      this.#wire.set(wireName(column), column);
      if (!isLookup(column)) continue;
      for (const navigation of column.navigations ?? [])
        this.#navigations.set(navigation.name, { column, navigation });
    }
    this.#defaults = [...this.columns.values()].filter(
      (column) => column.defaultValue !== undefined && column.fill === undefined,
    );
  }
}

/** All tables of the organization. */
export class Model {
  readonly tables = new Map<string, Table>();
  readonly #bySet = new Map<string, Table>();

  constructor(readonly seed: number) {}

  add(spec: TableSpec): Table {
    const table = new Table(spec, this.seed);
    this.tables.set(table.name, table);
    this.#bySet.set(table.setName, table);
    return table;
  }

  remove(name: string): void {
    this.#bySet.delete(this.table(name).setName);
    this.tables.delete(name);
  }

  table(name: string): Table {
    const table = this.tables.get(name);
    if (!table) throw new Error(`The organization has no table ${name}.`);
    return table;
  }

  bySet(setName: string): Table | undefined {
    return this.#bySet.get(setName);
  }

  /** A sum over all tables' revisions: changes whenever any metadata changes. */
  get revision(): number {
    let sum = this.tables.size * 1_000_000;
    for (const table of this.tables.values()) sum += table.revision;
    return sum;
  }
}
