import type { Random } from "../kernel/random";
import { contactAt, leadAt, stamps, type CrmPlan, type CrmRow } from "./crmRows";
import { createHuman, type Human } from "./human";
import { rowRandom } from "./seeds";

/** One person by REST field names; empty fields are left out. */
export type PersonRow = Record<string, string | number | boolean>;

export const CONTACT_METHODS = ["Any", "Email", "Phone", "Fax", "Mail"] as const;
export const LEAD_SOURCES = [
  "Advertisement",
  "Employee Referral",
  "External Referral",
  "Partner",
  "Public Relations",
  "Seminar",
  "Trade Show",
  "Web",
  "Word of Mouth",
  "Other",
] as const;
export const LEAD_QUALITIES = ["Hot", "Warm", "Cold"] as const;

/** Which person field shows which column; option sets are handled apart, by their labels. */
const FIELD_OF: Readonly<Record<string, string>> = {
  salutation: "salutation",
  firstname: "firstName",
  middlename: "middleName",
  lastname: "lastName",
  emailaddress1: "email",
  jobtitle: "title",
  telephone1: "phone",
  mobilephone: "mobilePhone",
  telephone2: "homePhone",
  fax: "fax",
  address1_line1: "address",
  address1_line2: "crmAddress2",
  address1_line3: "crmAddress3",
  address1_city: "city",
  address1_stateorprovince: "state",
  address1_country: "country",
  address1_postalcode: "postalCode",
  birthdate: "dateOfBirth",
  description: "personNotes",
  companyname: "company",
  subject: "crmTopic",
  revenue: "annualRevenue",
  mkt_leadscore: "leadScore",
};

/** The "do not" columns: they are false unless the row says otherwise. */
const FLAG_OF: Readonly<Record<string, string>> = {
  donotphone: "doNotCall",
  donotbulkemail: "unsubscribed",
  donotemail: "crmDoNotEmail",
  donotfax: "crmDoNotFax",
  donotsendmm: "crmDoNotSendMarketing",
};

/** A person that says exactly what a CRM row says. */
export function personOf(row: CrmRow): PersonRow {
  const person: PersonRow = {};
  const put = (field: string, value: PersonRow[string] | null | undefined) => {
    if (value !== null && value !== undefined) person[field] = value;
  };
  for (const [column, field] of Object.entries(FIELD_OF)) put(field, row[column]);
  for (const [column, field] of Object.entries(FLAG_OF)) put(field, row[column] ?? false);
  const label = (labels: readonly string[], code: CrmRow[string] | undefined) =>
    typeof code === "number" ? labels[code - 1] : undefined;
  const method = row["preferredcontactmethodcode"] ?? 1;
  put("crmPreferredContactMethod", label(CONTACT_METHODS, method));
  put("leadSource", label(LEAD_SOURCES, row["leadsourcecode"]));
  put("rating", label(LEAD_QUALITIES, row["leadqualitycode"]));
  return person;
}

/**
 * Person `index`. Even ones look like a contact or lead of the CRM with the same e-mail address (as long as there are
 * such rows), odd ones the CRM has never seen.
 */
export function personAt(plan: CrmPlan, index: number): PersonRow {
  const random = rowRandom(plan.seed, "person", index);
  const known = index % 2 === 0 ? crmRowFor(plan, index / 2) : undefined;
  const person = known?.["emailaddress1"]
    ? drifted(random, personOf(known), index)
    : stranger(random, createHuman(random, { index, domainSuffix: "invalid" }), index);
  const { createdon, modifiedon } = stamps(random);
  return { ...person, createdAt: createdon, updatedAt: modifiedon };
}

/** The CRM row number `turn` in an order that visits contacts and leads evenly, each once. */
function crmRowFor(plan: CrmPlan, turn: number): CrmRow | undefined {
  const total = plan.contacts + plan.leads;
  if (turn >= total) return undefined;
  const place = (turn * strideFor(total)) % total;
  return place < plan.contacts ? contactAt(plan, place) : leadAt(plan, place - plan.contacts);
}

/** A step that visits every place once: it has no divisor in common with the total. */
function strideFor(total: number): number {
  const prime = [7919, 104_729, 1_299_709].find((p) => total % p !== 0);
  return prime ?? 1;
}

/** What the marketers have made of a known human since: mostly nothing, sometimes less, sometimes other. */
function drifted(random: Random, person: PersonRow, index: number): PersonRow {
  const kind = (index / 2) % 5;
  if (kind === 3) {
    for (const field of ["title", "phone", "salutation", "city", "personNotes", "leadScore"]) {
      delete person[field];
    }
  }
  if (kind === 4) {
    person["title"] =
      `${String(person["title"] ?? "Consultant").slice(0, 80)} (${random.below(90) + 10})`;
    person["phone"] = `+1 425 555 01${random.below(90) + 10}`;
    person["leadScore"] = random.below(150);
    if (random.chance(0.5)) person["city"] = "Redmond";
    if (random.chance(0.3)) person["unsubscribed"] = !person["unsubscribed"];
    // The same mailbox, written differently.
    person["email"] = String(person["email"]).toLowerCase();
  }
  return person;
}

function stranger(random: Random, human: Human, index: number): PersonRow {
  const person = personOf({
    salutation: human.salutation,
    firstname: human.given.written,
    lastname: human.family.written,
    emailaddress1: human.email,
    jobtitle: human.title,
    telephone1: human.phone,
    mobilephone: human.mobile,
    address1_city: human.address.place?.city ?? null,
    address1_country: human.address.place ? human.locale.country : null,
    companyname: human.company.written,
    birthdate: human.birthday,
    mkt_leadscore: random.below(100),
  });
  // Forms ask for little: some strangers are an e-mail address and nothing else.
  if (index % 19 === 5 && person["email"]) return { email: person["email"] };
  return person;
}
