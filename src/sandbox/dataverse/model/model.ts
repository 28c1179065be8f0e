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

/** A navigation property and the lookup column behind it. */
export interface NavigationEntry {
  column: Column;
  navigation: Navigation;
}

/** One table: its columns by logical name and by the names that JSON uses for them. */
export class Table {
  readonly columns = new Map<string, Column>();
  readonly keys: AlternateKey[] = [];
  changeTracking: boolean;
  optimisticConcurrency: boolean;
  #derived: Derived | undefined;
  #nextIndex = 0;

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
    return this.#names.wire.get(property);
  }

  navigation(name: string): NavigationEntry | undefined {
    return this.#names.navigations.get(name);
  }

  navigations(): Iterable<[string, NavigationEntry]> {
    return this.#names.navigations;
  }

  /** Columns that rows have, in the order of the metadata. */
  stored(): Iterable<Column> {
    return this.#names.wire.values();
  }

  defaults(): readonly Column[] {
    return this.#names.defaults;
  }

  metadataId(column: string): string {
    return stableGuid(this.seed, `column/${this.name}/${column}`);
  }

  private changed(): void {
    this.#derived = undefined;
  }

  get #names(): Derived {
    return (this.#derived ??= derive(this.columns));
  }
}

/** What is looked up by name, made again after a change of the columns. */
interface Derived {
  wire: Map<string, Column>;
  navigations: Map<string, NavigationEntry>;
  defaults: Column[];
}

function derive(columns: ReadonlyMap<string, Column>): Derived {
  const wire = new Map<string, Column>();
  const navigations = new Map<string, NavigationEntry>();
  for (const column of columns.values()) {
    wire.set(wireName(column), column);
    if (!isLookup(column)) continue;
    for (const navigation of column.navigations ?? [])
      navigations.set(navigation.name, { column, navigation });
  }
  const defaults = [...columns.values()].filter(
    (column) => column.defaultValue !== undefined && column.fill === undefined,
  );
  return { wire, navigations, defaults };
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
}
