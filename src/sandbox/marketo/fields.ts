import { crmFields, nativeFields, standardFields } from "./standardFields";

import type { DataType, FieldDefinition, NewField } from "./fieldTypes";

const lengths: Partial<Record<DataType, number>> = {
  string: 255,
  text: 30_000,
  email: 255,
  phone: 255,
  url: 255,
};

const FIRST_CUSTOM_ID = 1001;

/** Names that a filter accepts whether or not the instance has such a field. */
const alwaysSearchable = [
  "cookies",
  "email",
  "externalSalesPersonId",
  "facebookId",
  "id",
  "leadPartitionId",
  "linkedInId",
  "sfdcAccountId",
  "sfdcContactId",
  "sfdcLeadId",
  "sfdcLeadOwnerId",
  "sfdcOpptyId",
  "twitterId",
];

/** The person fields of one instance. */
export class FieldCatalog {
  #byName = new Map<string, FieldDefinition>();
  #nextId = FIRST_CUSTOM_ID;

  constructor(
    private readonly visible: { now: () => number; nativeSync: () => boolean },
    withCrmFields: boolean,
  ) {
    standardFields.forEach((field, index) => this.#put({ ...field, id: index + 1 }));
    nativeFields.forEach((field, index) => this.#put({ ...field, id: 901 + index }));
    if (withCrmFields) for (const field of crmFields) this.add(field);
  }

  #put(field: Partial<FieldDefinition> & NewField & { id: number }): FieldDefinition {
    const length = field.length ?? lengths[field.dataType];
    const whole: FieldDefinition = {
      readOnly: false,
      custom: false,
      apiCreated: false,
      hidden: false,
      htmlEncoded: true,
      sensitive: false,
      company: false,
      native: false,
      crmManaged: false,
      blocked: false,
      visibleFrom: 0,
      ...field,
      ...(length === undefined ? {} : { length }),
    };
    this.#byName.set(whole.name, whole);
    return whole;
  }

  /** Adds a custom field; `extra` says how it was made. */
  add(field: NewField, extra: Partial<FieldDefinition> = {}): FieldDefinition {
    if (this.#byName.has(field.name)) {
      throw new Error(`The field ${field.name} exists already; choose another name.`);
    }
    return this.#put({ ...field, ...extra, custom: true, id: this.#nextId++ });
  }

  remove(name: string): void {
    this.must(name);
    this.#byName.delete(name);
  }

  /** The field as a client sees it: absent while it is hidden by a lag or by the missing native sync. */
  get(name: string): FieldDefinition | undefined {
    const field = this.#byName.get(name);
    return field && this.#isVisible(field) ? field : undefined;
  }

  /** For the operator's hands: a wrong name is a mistake in a test or script. */
  must(name: string): FieldDefinition {
    const field = this.#byName.get(name);
    if (!field) throw new Error(`There is no person field ${name}; add it first.`);
    return field;
  }

  /** Whether the name is taken, seen or not. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  list(): FieldDefinition[] {
    return [...this.#byName.values()].filter((field) => this.#isVisible(field));
  }

  searchable(): string[] {
    const custom = this.list().filter(
      (field) => field.custom && ["string", "email", "integer"].includes(field.dataType),
    );
    return [...alwaysSearchable, ...custom.map((field) => field.name)];
  }

  isSearchable(name: string): boolean {
    return this.searchable().includes(name);
  }

  #isVisible(field: FieldDefinition): boolean {
    if (field.native && !this.visible.nativeSync()) return false;
    return field.visibleFrom <= this.visible.now();
  }
}
