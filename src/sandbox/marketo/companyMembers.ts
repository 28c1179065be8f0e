import { touch, updatePerson, type Origin } from "./changes";
import type { Values } from "./fieldTypes";
import type { Org } from "./org";

/** What a person takes over from the company that it is put into. */
export function companyValuesOf(org: Org, values: Values): Values {
  const key = values["externalCompanyId"];
  const company = typeof key === "string" ? org.companies.byKey(key) : undefined;
  return company ? personSide(org, company) : {};
}

/** Carries a company's change to its persons: one row for each, or none at all when they are too many (Q11). */
export function spreadToMembers(org: Org, key: string, changed: Values, origin: Origin): void {
  const values = personSide(org, changed);
  const members = org.persons.find("externalCompanyId", key);
  const silent = org.quirks.nativeSync && members.length > org.quirks.companyFanOutLimit;
  for (const id of members) {
    if (silent) setSilently(org, id, values);
    else updatePerson(org, id, values, origin);
  }
}

function setSilently(org: Org, id: number, values: Values): void {
  for (const [name, value] of Object.entries(values)) org.persons.set(id, name, value);
  touch(org, id, true);
}

function personSide(org: Org, company: Values): Values {
  return Object.fromEntries(
    Object.entries(company).filter(
      ([name]) => org.fields.has(name) && org.fields.must(name).company,
    ),
  );
}
