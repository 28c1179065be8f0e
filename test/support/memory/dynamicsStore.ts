import type { Failure } from "../../../src/model/failure";
import type { RecordType } from "../../../src/model/record";
import type { ColumnDescription, ColumnType, TableDescription } from "../../../src/model/schema";
import type { WireValues } from "../../../src/sync/ports";

export interface StoredRow {
  version: number;
  values: Map<string, unknown>;
}

/** One step of the change log; the last one about a row says whether it is there. */
export interface LogEntry {
  recordType: RecordType;
  id: string;
  deleted: boolean;
}

export const PRIMARY_ID: Readonly<Record<RecordType, string>> = {
  contact: "contactid",
  lead: "leadid",
};

type ColumnRow = [name: string, type: ColumnType, maxLength?: number];

/** The columns of the default map, with the lengths that an organization is shipped with. */
const SHARED: readonly ColumnRow[] = [
  ["salutation", "text", 100],
  ["firstname", "text", 50],
  ["middlename", "text", 50],
  ["lastname", "text", 50],
  ["emailaddress1", "email", 100],
  ["jobtitle", "text", 100],
  ["telephone1", "phone", 50],
  ["telephone2", "phone", 50],
  ["mobilephone", "phone", 20],
  ["fax", "text", 50],
  ["address1_line1", "text", 250],
  ["address1_line2", "text", 250],
  ["address1_line3", "text", 250],
  ["address1_city", "text", 80],
  ["address1_stateorprovince", "text", 50],
  ["address1_country", "text", 80],
  ["address1_postalcode", "text", 20],
  ["donotphone", "boolean"],
  ["donotemail", "boolean"],
  ["donotbulkemail", "boolean"],
  ["donotfax", "boolean"],
  ["donotsendmm", "boolean"],
  ["preferredcontactmethodcode", "picklist"],
  ["description", "memo", 2_000],
  ["statecode", "state"],
  ["statuscode", "status"],
  ["createdon", "datetime"],
  ["modifiedon", "datetime"],
  ["ownerid", "owner"],
  ["mkt_leadscore", "integer"],
  ["masterid", "guid"],
  ["merged", "boolean"],
  ["new_synctomkto", "boolean"],
];

const OWN: Readonly<Record<RecordType, readonly ColumnRow[]>> = {
  contact: [
    ["contactid", "guid"],
    ["birthdate", "date"],
    ["parentcustomerid", "customer"],
    ["originatingleadid", "guid"],
  ],
  lead: [
    ["leadid", "guid"],
    ["subject", "text", 300],
    ["companyname", "text", 100],
    ["leadsourcecode", "picklist"],
    ["leadqualitycode", "picklist"],
    ["revenue", "money"],
    ["parentcontactid", "guid"],
  ],
};

const READ_ONLY = new Set(["contactid", "leadid", "createdon", "modifiedon"]);
const OPTIONS = [1, 2, 3, 4, 5].map((value) => ({ value, label: `Option ${value}` }));

export function defaultTable(recordType: RecordType): TableDescription {
  return {
    name: recordType,
    entitySet: `${recordType}s`,
    primaryId: PRIMARY_ID[recordType],
    changeTracking: true,
    columns: [...OWN[recordType], ...SHARED].map(([name, type, maxLength]): ColumnDescription => ({
      name,
      displayName: name,
      type,
      ...(maxLength !== undefined && { maxLength }),
      ...(type === "picklist" && { options: OPTIONS }),
      required: name === "lastname" ? "application" : "none",
      readable: true,
      creatable: !READ_ONLY.has(name),
      updatable: !READ_ONLY.has(name),
      hidden: false,
    })),
  };
}

/** The rows of an organization with their versions and the change log, and the hands of another user. */
export class DynamicsStore {
  readonly tables: Record<RecordType, TableDescription>;
  readonly log: LogEntry[] = [];
  readonly #rows: Record<RecordType, Map<string, StoredRow>> = {
    contact: new Map(),
    lead: new Map(),
  };
  #version = 1000;
  #nextId = 1;

  constructor(
    readonly now: () => number,
    tables: Partial<Record<RecordType, TableDescription>> = {},
  ) {
    this.tables = {
      contact: tables.contact ?? defaultTable("contact"),
      lead: tables.lead ?? defaultTable("lead"),
    };
  }

  rows(recordType: RecordType): ReadonlyMap<string, StoredRow> {
    return this.#rows[recordType];
  }

  column(recordType: RecordType, name: string): ColumnDescription | undefined {
    return this.tables[recordType].columns.find((column) => column.name === name);
  }

  create(recordType: RecordType, values: WireValues, id = this.#newId()): string {
    const at = new Date(this.now()).toISOString().replace(/\.\d+Z$/, "Z");
    const start = { statecode: 0, statuscode: 1, createdon: at, [PRIMARY_ID[recordType]]: id };
    this.#put(recordType, id, new Map(Object.entries(start)), values);
    return id;
  }

  edit(recordType: RecordType, id: string, values: WireValues): void {
    this.#put(recordType, id, this.#must(recordType, id).values, values);
  }

  remove(recordType: RecordType, id: string): void {
    this.#must(recordType, id);
    this.#rows[recordType].delete(id);
    this.log.push({ recordType, id, deleted: true });
  }

  /** Nobody shares the row with us any more, which no change log tells; gives what brings it back. */
  hide(recordType: RecordType, id: string): () => void {
    const row = this.#must(recordType, id);
    this.#rows[recordType].delete(id);
    return () => void this.#rows[recordType].set(id, row);
  }

  value(recordType: RecordType, id: string, column: string): unknown {
    const row = this.#rows[recordType].get(id);
    return row && (row.values.get(column) ?? null);
  }

  #must(recordType: RecordType, id: string): StoredRow {
    const row = this.#rows[recordType].get(id);
    if (!row) throw new Error(`There is no ${recordType} ${id}.`);
    return row;
  }

  #put(recordType: RecordType, id: string, stored: Map<string, unknown>, values: WireValues): void {
    for (const [name, value] of Object.entries(values)) {
      stored.set(name, value === "" || value === undefined ? null : value);
    }
    stored.set("modifiedon", new Date(this.now()).toISOString().replace(/\.\d+Z$/, "Z"));
    this.#rows[recordType].set(id, { version: ++this.#version, values: stored });
    this.log.push({ recordType, id, deleted: false });
  }

  #newId(): string {
    return `11111111-0000-4000-8000-${String(this.#nextId++).padStart(12, "0")}`;
  }
}

/** What the organization says against a record, as its own validation would; undefined when it is accepted. */
export function refusalOf(
  store: DynamicsStore,
  recordType: RecordType,
  values: WireValues,
): Failure | undefined {
  for (const [name, value] of Object.entries(values)) {
    const column = store.column(recordType, name);
    if (!column) {
      return failure("configuration", "0x80048d19", `The property '${name}' does not exist.`);
    }
    if (value === null || value === undefined) continue;
    const { type, maxLength, options } = column;
    if (typeof value === "string" && maxLength !== undefined && value.length > maxLength) {
      return failure("refused", "0x80044331", `The length of '${name}' exceeded ${maxLength}.`);
    }
    if (options && !options.some((option) => option.value === value)) {
      return failure("refused", "0x8004431a", `The value of '${name}' is outside the valid range.`);
    }
    if (type === "boolean" && typeof value !== "boolean") {
      return failure("configuration", "0x80048d19", `Cannot convert the value of '${name}'.`);
    }
  }
  return undefined;
}

export function failure(failureClass: Failure["class"], code: string, message: string): Failure {
  return { class: failureClass, code, message, side: "dynamics" };
}
