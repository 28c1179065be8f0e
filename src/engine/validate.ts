import type { PairConfig } from "../config/pairFile";
import { marketoUrl } from "../config/pairFile";
import type { PermissionName } from "../connectors/marketo/permissions";
import { CallError } from "../model/failure";
import type { RecordType, Side } from "../model/record";
import type { Check } from "../protocol/engineContract";
import type { ConnectorSet } from "./connect";
import { describePair, enabledTypes, readSchema, type SchemaFacts } from "./setup";

type State = Check["state"];

/** Collects the lines of a check list; a call that fails becomes a red line and ends its side. */
class CheckList {
  readonly checks: Check[] = [];

  add(side: Side, id: string, state: State, title: string, detail: string, link?: string): void {
    this.checks.push({ id, side, state, title, detail, link: link ?? null });
  }

  /** Runs one call; its failure is the line's text. */
  async attempt<T>(
    side: Side,
    id: string,
    title: string,
    call: () => Promise<T>,
  ): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { code, message } = error.failure;
      this.add(side, id, "red", title, `${code}: ${message}`, HELP[error.failure.class]);
      return null;
    }
  }
}

const HELP: Partial<Record<CallError["failure"]["class"], string>> = {
  signIn: "https://learn.microsoft.com/power-apps/developer/data-platform/authenticate-oauth",
  configuration: "https://learn.microsoft.com/power-platform/admin/security-roles-privileges",
};

/** Checks a pair's connection and set-up by harmless calls, like Marketo's Validate Sync (B-83) and beyond. */
export async function validate(
  config: PairConfig,
  connectors: ConnectorSet,
  now: number,
): Promise<readonly Check[]> {
  const list = new CheckList();
  const isDynamicsReached = await checkDynamics(list, config, connectors);
  const isMarketoReached = await checkMarketo(list, config, connectors);
  if (isDynamicsReached && isMarketoReached) {
    const facts = await list.attempt("dynamics", "tables", "Tables and columns", () =>
      readSchema(config, connectors, now),
    );
    if (facts) checkSchema(list, config, facts);
  }
  return list.checks;
}

async function checkDynamics(
  list: CheckList,
  config: PairConfig,
  { dynamics }: ConnectorSet,
): Promise<boolean> {
  const title = "Dynamics answers and knows the user";
  const identity = await list.attempt("dynamics", "identity", title, () => dynamics.identity());
  if (!identity) return false;
  const { host } = new URL(config.dynamics.url);
  list.add(
    "dynamics",
    "identity",
    "green",
    title,
    `${host}, version ${identity.version}, user ${identity.userId}.`,
  );
  const privileges = await list.attempt("dynamics", "privileges", "Privileges", () =>
    dynamics.privileges(),
  );
  if (privileges) checkPrivileges(list, config, privileges);
  const organization = await list.attempt("dynamics", "expiry", "Change tracking", () =>
    dynamics.organization(),
  );
  if (organization) checkExpiry(list, organization.expireChangeTrackingInDays);
  return true;
}

/** Organization-wide rights that each table needs; without Read there is no change tracking at all. */
const RIGHTS: readonly { verb: string; state: State; lost: string }[] = [
  { verb: "Read", state: "red", lost: "changes cannot be read" },
  { verb: "Write", state: "red", lost: "changes cannot be written" },
  { verb: "Create", state: "amber", lost: "records cannot be created from persons" },
  { verb: "Append", state: "amber", lost: "lookups cannot be set" },
  { verb: "AppendTo", state: "amber", lost: "lookups cannot be set" },
  { verb: "Assign", state: "amber", lost: "owners cannot be set" },
];

const TABLE_NAME: Record<RecordType, string> = { contact: "Contact", lead: "Lead" };

function checkPrivileges(
  list: CheckList,
  config: PairConfig,
  privileges: readonly { name: string; depth: string }[],
): void {
  const held = new Map(privileges.map(({ name, depth }) => [name.toLowerCase(), depth]));
  for (const recordType of enabledTypes(config)) {
    for (const { verb, state, lost } of RIGHTS) {
      const name = `prv${verb}${TABLE_NAME[recordType]}`;
      const depth = held.get(name.toLowerCase());
      const title = `${verb} on ${recordType}`;
      if (depth === "Global") list.add("dynamics", name, "green", title, "Organization level.");
      else {
        const found = depth ? `only at ${depth} level` : "not granted";
        list.add(
          "dynamics",
          name,
          state,
          title,
          `${name} is ${found}: ${lost}. Give the sync user's role this privilege at organization level.`,
        );
      }
    }
  }
}

/** A pause longer than the expiry means a full compare. */
function checkExpiry(list: CheckList, days: number | null): void {
  const title = "Change tracking expiry";
  if (days === null) {
    list.add(
      "dynamics",
      "expiry",
      "amber",
      title,
      "The organization does not say when delta links expire; 7 days are assumed.",
    );
    return;
  }
  const state: State = days < 2 ? "amber" : "green";
  list.add(
    "dynamics",
    "expiry",
    state,
    title,
    `Delta links live ${days} days; a longer pause means a full compare.`,
  );
}

const NEEDED: readonly { name: PermissionName; state: State; lost: string }[] = [
  { name: "Read-Only Lead", state: "red", lost: "persons cannot be read" },
  { name: "Read-Write Lead", state: "red", lost: "persons cannot be written" },
  { name: "Read-Only Activity", state: "red", lost: "changes cannot be noticed" },
  { name: "Read-Write Activity", state: "amber", lost: "the person's activity log is not written" },
  {
    name: "Read-Write Activity Metadata",
    state: "amber",
    lost: "the activity type cannot be made",
  },
  { name: "Read-Write Schema Custom Field", state: "amber", lost: "link fields cannot be made" },
];

async function checkMarketo(
  list: CheckList,
  config: PairConfig,
  { marketo }: ConnectorSet,
): Promise<boolean> {
  const title = "Marketo answers and knows the user";
  const usage = await list.attempt("marketo", "usage", title, () => marketo.usage());
  if (!usage) return false;
  const { host } = new URL(marketoUrl(config));
  list.add(
    "marketo",
    "usage",
    "green",
    title,
    `${host}; the instance used ${usage.usedToday} calls today.`,
  );
  const names = NEEDED.map(({ name }) => name);
  const missing = await list.attempt("marketo", "permissions", "Permissions", () =>
    marketo.missingPermissions(names),
  );
  if (!missing) return true;
  for (const { name, state, lost } of NEEDED) {
    const isMissing = missing.includes(name);
    const detail = isMissing
      ? `The API user's role lacks it: ${lost}. Add it under Admin, Users & Roles.`
      : "Granted.";
    list.add("marketo", name, isMissing ? state : "green", name, detail);
  }
  return true;
}

function checkSchema(list: CheckList, config: PairConfig, facts: SchemaFacts): void {
  for (const { code, message } of facts.warnings) {
    list.add("dynamics", code, "amber", "Lead table", message);
  }
  for (const [type, table] of Object.entries(facts.tables)) {
    const title = `Change tracking on ${type}`;
    if (table.changeTracking) list.add("dynamics", `tracking:${type}`, "green", title, "On.");
    else {
      const detail = `Change tracking of the table ${type} is off; switch it on in the table's properties.`;
      list.add("dynamics", `tracking:${type}`, "red", title, detail);
    }
  }
  checkMaps(list, config, facts);
  checkLinkFields(list, config, facts);
  checkNativeSync(list, facts);
}

function checkMaps(list: CheckList, config: PairConfig, facts: SchemaFacts): void {
  const { maps } = describePair(config, facts);
  for (const [type, fields] of Object.entries(maps)) {
    const on = fields.filter((field) => field.enabled);
    const broken = on.filter((field) => field.problem !== null);
    const title = `Fields of ${type}`;
    const works = `${on.length - broken.length} of ${on.length} fields sync.`;
    if (!broken.length) list.add("dynamics", `map:${type}`, "green", title, works);
    for (const { column, field, problem } of broken) {
      list.add(
        "dynamics",
        `map:${type}:${column}`,
        "amber",
        `${column} and ${field}`,
        problem ?? "",
      );
    }
  }
}

function checkLinkFields(list: CheckList, config: PairConfig, facts: SchemaFacts): void {
  const byName = new Map(facts.fields.map((field) => [field.name, field]));
  const { id, type, deleted } = config.marketo.linkFields;
  const lost: readonly [string, State, string][] = [
    [id, "red", "persons can be linked by e-mail only, and none is created"],
    [type, "amber", "persons do not show which record type they belong to"],
    [deleted, "amber", "a deletion in Dynamics is not shown on the person"],
  ];
  for (const [name, state, without] of lost) {
    const field = byName.get(name);
    const works = field?.updatable && (name !== id || field.searchable);
    const detail = works
      ? "Present."
      : `Marketo has no usable field ${name}: ${without}. "Create Link Fields" makes it.`;
    list.add("marketo", `link:${name}`, works ? "green" : state, `Field ${name}`, detail);
  }
}

/** Fields that a native CRM sync owns are proof of one: two engines on the same persons would loop. */
function checkNativeSync(list: CheckList, { fields }: SchemaFacts): void {
  const owned = fields.filter((field) => field.crmManaged).map((field) => field.name);
  const title = "No other Dynamics sync in this instance";
  if (!owned.length)
    return list.add("marketo", "native", "green", title, "No field is managed by a CRM.");
  list.add(
    "marketo",
    "native",
    "red",
    title,
    `A native CRM sync is on (it manages ${owned.slice(0, 3).join(", ")}${owned.length > 3 ? " and more" : ""}). Two engines on the same persons would write in circles: switch one of them off before you go on.`,
  );
}

/** Makes the person fields that hold a link, where they are missing. Returns the names made. */
export async function createLinkFields(
  config: PairConfig,
  { marketo }: ConnectorSet,
): Promise<string[]> {
  const present = new Set((await marketo.describe()).map((field) => field.name));
  const { id, type, deleted } = config.marketo.linkFields;
  const specs = [
    { name: id, displayName: "CRM Record Id", type: "string" as const },
    { name: type, displayName: "CRM Record Type", type: "string" as const },
    { name: deleted, displayName: "CRM Is Deleted", type: "boolean" as const },
  ].filter((spec) => !present.has(spec.name));
  if (!specs.length) return [];
  const results = await marketo.createFields(specs);
  const made: string[] = [];
  for (const result of results) {
    if (result.kind === "created") made.push(result.name);
    else if (result.failure.class !== "exists") throw new CallError(result.failure);
  }
  return made;
}
