import type { Random } from "../kernel/random";
import { createHuman, type Human } from "./human";
import type { Owners } from "./owners";
import { quickGuid, rowRandom } from "./seeds";

/** One row by logical column names; lookups hold the other row's id, instants are ISO text. */
export type CrmRow = Record<string, string | number | boolean | null>;

export interface CrmPlan {
  seed: number;
  contacts: number;
  leads: number;
  accounts: readonly string[];
  owners: Owners;
}

const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2017, 0, 2, 7, 0, 0);
const DAYS = 3_200;

/** Rows are young or old, and were touched again some time later; all of it before the sandbox starts. */
export function stamps(random: Random): { createdon: string; modifiedon: string } {
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const created = FIRST_DAY + random.below(DAYS) * DAY + random.below(36_000) * 1000;
  const modified = created + random.below(60) * DAY + random.below(3_600) * 1000;
  return { createdon: iso(created), modifiedon: iso(modified) };
}

function permissions(random: Random): CrmRow {
  const row: CrmRow = {};
  for (const column of ["donotemail", "donotphone", "donotfax", "donotsendmm"]) {
    if (random.chance(0.06)) row[column] = true;
  }
  if (random.chance(0.12)) row["donotbulkemail"] = true;
  if (random.chance(0.2)) row["preferredcontactmethodcode"] = 2 + random.below(4);
  return row;
}

function personColumns(human: Human): CrmRow {
  const { address } = human;
  return {
    salutation: human.salutation,
    firstname: human.given.written,
    middlename: human.middle,
    lastname: human.family.written,
    emailaddress1: human.email,
    jobtitle: human.title,
    telephone1: human.phone,
    telephone2: human.home,
    mobilephone: human.mobile,
    address1_line1: address.line1,
    address1_line2: address.line2,
    address1_line3: address.line3,
    address1_city: address.place?.city ?? null,
    address1_stateorprovince: address.place?.state ?? null,
    address1_postalcode: address.place?.postalCode ?? null,
    address1_country: address.place ? human.locale.country : null,
    description: human.notes,
  };
}

const contactHuman = (seed: number, index: number): Human =>
  createHuman(rowRandom(seed, "contact", index), { index, domainSuffix: "test" });

/** Contact `index`, the same whenever and in whatever order it is asked for. */
export function contactAt(plan: CrmPlan, index: number): CrmRow {
  const human = contactHuman(plan.seed, index);
  const random = rowRandom(plan.seed ^ 0x5bd1e995, "contact", index);
  const contactid = quickGuid(random);
  // Two people behind one mailbox: an assistant, a couple, an office.
  if (index % 37 === 4) human.email = contactHuman(plan.seed, index - 1).email ?? human.email;
  const row: CrmRow = { contactid, ...personColumns(human), ...permissions(random) };
  if (human.birthday) row["birthdate"] = human.birthday;
  if (random.chance(0.4)) row["gendercode"] = 1 + random.below(2);
  if (plan.accounts.length && random.chance(0.8))
    row["parentcustomerid"] = random.pick(plan.accounts);
  if (random.chance(0.3)) row["mkt_leadscore"] = random.below(120) - 10;
  if (random.chance(0.5)) row["new_synctomkto"] = random.chance(0.8);
  row["ownerid"] = plan.owners.pick(random);
  if (random.chance(0.06)) Object.assign(row, { statecode: 1, statuscode: 2 });
  return Object.assign(row, stamps(random));
}

const LEAD_TOPICS = [
  "Brochure request",
  "Webinar: “What’s new?”",
  "Trade show, booth #12",
  "Call back – Q3",
];

/** Lead `index`. One in five is a human who is a contact as well, with the same e-mail address. */
export function leadAt(plan: CrmPlan, index: number): CrmRow {
  const random = rowRandom(plan.seed ^ 0x5bd1e995, "lead", index);
  const leadid = quickGuid(random);
  const twin = plan.contacts > 0 && index % 5 === 2 ? random.below(plan.contacts) : undefined;
  const human =
    twin === undefined
      ? createHuman(rowRandom(plan.seed, "lead", index), { index, domainSuffix: "example" })
      : contactHuman(plan.seed, twin);
  const row: CrmRow = { leadid, ...personColumns(human), ...permissions(random) };
  // The lead's column takes 20 characters where the contact's takes 50.
  row["mobilephone"] = human.mobile?.slice(0, 20) ?? null;
  // At the limit of the person's field; the column itself would take 300.
  row["subject"] =
    index % 113 === 25 ? "Topic ".repeat(42).padEnd(255, ".") : random.pick(LEAD_TOPICS);
  row["companyname"] = human.company.written;
  row["fax"] = random.chance(0.1) ? human.phone : null;
  if (random.chance(0.7)) row["leadsourcecode"] = 1 + random.below(10);
  if (random.chance(0.6)) row["leadqualitycode"] = 1 + random.below(3);
  if (random.chance(0.2)) row["revenue"] = random.below(5_000_000) + (random.chance(0.5) ? 0.5 : 0);
  if (random.chance(0.3)) row["mkt_leadscore"] = random.below(120) - 10;
  row["ownerid"] = plan.owners.pick(random);
  Object.assign(row, leadState(random));
  return Object.assign(row, stamps(random));
}

function leadState(random: Random): CrmRow {
  const draw = random.next();
  if (draw < 0.08) return { statecode: 1, statuscode: 3 };
  if (draw < 0.18) return { statecode: 2, statuscode: 4 + random.below(4) };
  return draw < 0.4 ? { statuscode: 2 } : {};
}
