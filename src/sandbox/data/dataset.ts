import { createHash } from "node:crypto";
import { contactAt, leadAt, type CrmPlan, type CrmRow } from "./crmRows";
import { createHuman } from "./human";
import { createOwners, type Owners } from "./owners";
import { personAt, type PersonRow } from "./personRows";
import { digits, quickGuid, rowRandom } from "./seeds";

export interface DatasetSize {
  contacts: number;
  leads: number;
  persons: number;
}

export const DEFAULT_SIZE: DatasetSize = { contacts: 500, leads: 150, persons: 300 };

/** The seeded rows of both sides. Each call of a stream starts from its first row; nothing is kept. */
export interface Dataset {
  size: DatasetSize;
  owners: Owners;
  accounts(): Generator<CrmRow>;
  contacts(): Generator<CrmRow>;
  leads(): Generator<CrmRow>;
  persons(): Generator<PersonRow>;
  /** A fingerprint over every row. */
  hash(): string;
}

const MOST_ACCOUNTS = 20_000;

export function createDataset(seed: number, size: DatasetSize): Dataset {
  const accountIds = Array.from(
    { length: Math.min(MOST_ACCOUNTS, Math.ceil(size.contacts / 8)) },
    (_, index) => quickGuid(rowRandom(seed ^ 0x5bd1e995, "account", index)),
  );
  const { contacts, leads } = size;
  const owners = createOwners(seed);
  const plan: CrmPlan = { seed, contacts, leads, accounts: accountIds, owners };
  const dataset: Dataset = {
    size,
    owners,
    accounts: () => rows(accountIds.length, (index) => accountAt(plan, index)),
    contacts: () => rows(contacts, (index) => contactAt(plan, index)),
    leads: () => rows(leads, (index) => leadAt(plan, index)),
    persons: () => rows(size.persons, (index) => personAt(plan, index)),
    hash: () => hashOf(dataset),
  };
  return dataset;
}

function* rows<T>(count: number, at: (index: number) => T): Generator<T> {
  for (let index = 0; index < count; index++) yield at(index);
}

function accountAt(plan: CrmPlan, index: number): CrmRow {
  const random = rowRandom(plan.seed, "account", index);
  const { company, locale, address } = createHuman(random, { index, domainSuffix: "test" });
  return {
    accountid: plan.accounts[index]!,
    name: `${company.written} ${index + 1}`,
    accountnumber: digits(random, "AC-######"),
    telephone1: digits(random, random.pick(locale.phones)),
    websiteurl: `https://www.${company.latin}.test/`,
    address1_line1: address.line1,
    address1_city: address.place?.city ?? null,
    address1_country: address.place ? locale.country : null,
    revenue: random.below(90_000_000),
    numberofemployees: 1 + random.below(5_000),
    ownerid: plan.owners.pick(random),
  };
}

function hashOf(dataset: Dataset): string {
  const hash = createHash("sha256");
  const streams = [dataset.accounts(), dataset.contacts(), dataset.leads(), dataset.persons()];
  for (const stream of streams) {
    for (const row of stream) hash.update(`${JSON.stringify(row)}\n`);
  }
  return hash.digest("hex");
}
