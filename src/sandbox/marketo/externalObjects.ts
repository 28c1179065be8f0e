import type { FieldDefinition, NewField, Values } from "./fieldTypes";
import { standardFields } from "./standardFields";

/** What sets companies and sales persons apart. */
export interface ObjectShape {
  name: string;
  displayName: string;
  keyField: string;
  searchable: string[];
  fields: ObjectField[];
}

export interface ObjectField extends NewField {
  updateable: boolean;
}

const field = (
  name: string,
  displayName: string,
  dataType: NewField["dataType"],
  extra: Partial<ObjectField> = {},
): ObjectField => ({ name, displayName, dataType, updateable: true, ...extra });

const fixed = { updateable: false };
const stamps = [
  field("id", "Id", "integer", fixed),
  field("createdAt", "Created At", "datetime", fixed),
  field("updatedAt", "Updated At", "datetime", fixed),
];
const companyFields = standardFields
  .filter((standard) => standard.company)
  .map((standard) => ({ ...standard, updateable: true }));

export const companyShape: ObjectShape = {
  name: "company",
  displayName: "Company",
  keyField: "externalCompanyId",
  searchable: ["externalCompanyId", "id", "company"],
  fields: [
    field("externalCompanyId", "External Company Id", "string", { length: 100 }),
    ...companyFields,
    ...stamps,
  ],
};

export const salesPersonShape: ObjectShape = {
  name: "salesPerson",
  displayName: "Sales Person",
  keyField: "externalSalesPersonId",
  searchable: ["externalSalesPersonId", "id", "email"],
  fields: [
    field("externalSalesPersonId", "External Sales Person Id", "string", { length: 255 }),
    field("email", "Email Address", "email"),
    field("salutation", "Salutation", "string"),
    field("firstName", "First Name", "string"),
    field("lastName", "Last Name", "string"),
    field("title", "Job Title", "string"),
    field("phone", "Phone Number", "phone"),
    field("mobilePhone", "Mobile Phone Number", "phone"),
    field("fax", "Fax Number", "phone"),
    ...stamps,
  ],
};

/** The definition that the value check wants. */
export function asDefinition(objectField: ObjectField): FieldDefinition {
  return {
    id: 0,
    readOnly: !objectField.updateable,
    custom: false,
    apiCreated: false,
    hidden: false,
    htmlEncoded: false,
    sensitive: false,
    company: false,
    native: false,
    crmManaged: false,
    blocked: false,
    visibleFrom: 0,
    ...objectField,
    ...(objectField.dataType === "string" ? { length: objectField.length ?? 255 } : {}),
  };
}

/** The companies or the sales persons of an instance. */
export class ExternalObjects {
  #records = new Map<number, Values>();
  #byKey = new Map<string, number>();
  #nextId = 1;

  constructor(readonly shape: ObjectShape) {}

  field(name: string): ObjectField | undefined {
    return this.shape.fields.find((candidate) => candidate.name === name);
  }

  get(id: number): Values | undefined {
    return this.#records.get(id);
  }

  byKey(key: string): Values | undefined {
    const id = this.#byKey.get(key.toLowerCase());
    return id === undefined ? undefined : this.#records.get(id);
  }

  all(): Values[] {
    return [...this.#records.values()];
  }

  create(values: Values, at: number): Values {
    const id = this.#nextId++;
    const record: Values = { ...values, id, createdAt: at, updatedAt: at };
    this.#records.set(id, record);
    const key = values[this.shape.keyField];
    if (typeof key === "string") this.#byKey.set(key.toLowerCase(), id);
    return record;
  }

  update(record: Values, values: Values, at: number): void {
    Object.assign(record, values, { updatedAt: at });
  }

  delete(record: Values): void {
    this.#records.delete(Number(record["id"]));
    this.#byKey.delete(String(record[this.shape.keyField]).toLowerCase());
  }
}
