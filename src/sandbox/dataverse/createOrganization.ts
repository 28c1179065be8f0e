import type { Kernel } from "../kernel/http";
import { createRandom } from "../kernel/random";
import { loadRows, type Values } from "./hands";
import { defaultModel } from "./model/defaultModel";
import { stableGuid } from "./model/ids";
import type { Organization } from "./organization";
import { Directory, type NewUser, type User } from "./security/users";
import { Database } from "./storage/database";

/** Stands in audit columns where no registered user did it. */
export const SYSTEM_USER = "00000000-0000-4000-8000-00000000c0de";

export interface OrganizationOptions {
  kernel: Kernel;
  baseUrl: () => string;
  seed: number;
  leadTable?: boolean;
  expireChangeTrackingInDays?: number;
}

/** An organization as shipped: its own rows, no users yet. */
export function createOrganization(options: OrganizationOptions): Organization {
  const { seed, kernel } = options;
  const random = createRandom(seed);
  const businessUnitId = stableGuid(seed, "businessunit");
  const model = defaultModel(seed, businessUnitId, options.leadTable ?? true);
  const org: Organization = {
    kernel,
    model,
    database: new Database(model),
    directory: new Directory(),
    plugins: new Set(),
    duplicateRules: [],
    businessUnitId,
    currencyId: stableGuid(seed, "transactioncurrency"),
    newGuid: () => random.guid(),
    baseUrl: options.baseUrl,
    organizationId: stableGuid(seed, "organization"),
    expiredVersion: 0,
    expireChangeTrackingInDays: options.expireChangeTrackingInDays ?? 7,
  };
  const load = (table: string, row: Values) =>
    loadRows(org, model.table(table), [row], SYSTEM_USER);
  load("businessunit", { businessunitid: businessUnitId, name: "Contoso" });
  load("transactioncurrency", {
    transactioncurrencyid: org.currencyId,
    currencyname: "US Dollar",
    isocurrencycode: "USD",
    currencysymbol: "$",
    currencyprecision: 2,
    exchangerate: 1,
  });
  load("organization", {
    organizationid: org.organizationId,
    name: "contoso",
    expirechangetrackingindays: org.expireChangeTrackingInDays,
    languagecode: 1033,
    basecurrencyid: org.currencyId,
  });
  return org;
}

/** Registers a user in the directory and as a systemuser row. */
export function addUser(org: Organization, user: NewUser): User {
  const id = user.id?.toLowerCase() ?? org.newGuid();
  const added = org.directory.add(id, user);
  const [firstname = "", ...rest] = user.name.split(" ");
  const row = {
    systemuserid: id,
    fullname: user.name,
    firstname,
    lastname: rest.join(" ") || null,
    domainname: user.email ?? user.clientId ?? user.name,
    internalemailaddress: user.email ?? null,
    azureactivedirectoryobjectid: user.objectId?.toLowerCase() ?? null,
    applicationid: user.clientId?.toLowerCase() ?? null,
    accessmode: user.kind === "application" ? 4 : 0,
    businessunitid: org.businessUnitId,
  };
  loadRows(org, org.model.table("systemuser"), [row], id);
  return added;
}
