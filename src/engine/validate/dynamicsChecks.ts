import { discoverTenant, tenantMismatch } from "../../auth/tenant";
import type { UserFacts, UserPrivilege } from "../../connectors/dynamics/organization";
import type { RecordType } from "../../model/record";
import type { DynamicsIdentity } from "../../sync/ports";
import { CallError } from "../../model/failure";
import { checkOrganization } from "../organizationCheck";
import { enabledTypes } from "../setup";
import type { CheckList, CheckState } from "./checkList";
import type { CheckGround } from "./ground";

/** Address, sign-in, user, roles, privileges and expiry; true when the organization can be worked with. */
export async function checkDynamics(list: CheckList, ground: CheckGround): Promise<boolean> {
  if (!(await checkAddress(list, ground))) return false;
  if (!(await checkToken(list, ground))) return false;
  const identity = await checkUser(list, ground);
  if (!identity) return false;
  await checkOrganizationId(list, ground, identity);
  const { dynamics } = ground.connectors;
  const privileges = await list.attempt("dynamics", { id: "privilege", title: "Privileges" }, () =>
    dynamics.privileges(),
  );
  if (privileges) checkPrivileges(list, ground, privileges);
  const organization = await list.attempt(
    "dynamics",
    { id: "expiry", title: EXPIRY, state: "amber" },
    () => dynamics.organization(),
  );
  if (organization) checkExpiry(list, organization.expireChangeTrackingInDays);
  return true;
}

/** Without a sign-in: is this an organization, and of which tenant? */
async function checkAddress(list: CheckList, { config, transport }: CheckGround): Promise<boolean> {
  const { url, tenantId } = config.dynamics;
  const line = { id: "url", title: "Address of the organization" };
  const org = await list.attempt("dynamics", line, () => discoverTenant(transport, url));
  if (!org) return false;
  const mismatch = tenantId === undefined ? undefined : tenantMismatch(tenantId, org);
  list.add("dynamics", {
    ...line,
    state: mismatch === undefined ? "green" : "red",
    detail: mismatch ?? `${new URL(url).host} answers; it belongs to the tenant ${org.tenantId}.`,
  });
  return mismatch === undefined;
}

async function checkToken(list: CheckList, { config, tokens }: CheckGround): Promise<boolean> {
  const line = { id: "token", title: "Sign-in to Dynamics" };
  const token = await list.attempt("dynamics", line, () => tokens.dynamics.token());
  if (token === null) return false;
  const detail = `The sign-in server gives a token (${config.dynamics.signIn}).`;
  list.add("dynamics", { ...line, state: "green", detail });
  return true;
}

const USER = { id: "user", title: "User of the organization" };
const ROLES = { id: "roles", title: "Security roles" };
/** The organization knows the user and refuses it for want of a role. */
const NO_ROLES = "0x80042f09";

async function checkUser(
  list: CheckList,
  { connectors: { dynamics } }: CheckGround,
): Promise<DynamicsIdentity | null> {
  const identity = await identityOf(list, () => dynamics.identity());
  if (!identity) return null;
  const { userId, version } = identity;
  const facts = await list.attempt("dynamics", { ...USER, state: "amber" }, () => dynamics.user());
  if (facts) list.add("dynamics", { ...USER, ...userLine(facts, userId, version) });
  list.add("dynamics", { ...ROLES, state: "green", detail: "The user has a security role." });
  return identity;
}

/** The refusal tells which of the two is missing: the user, or the user's roles. */
async function identityOf(
  list: CheckList,
  call: () => Promise<DynamicsIdentity>,
): Promise<DynamicsIdentity | null> {
  try {
    return await call();
  } catch (error) {
    const isRoleless = error instanceof CallError && error.failure.code === NO_ROLES;
    const detail = "The organization knows the user.";
    if (isRoleless) list.add("dynamics", { ...USER, state: "green", detail });
    list.fail("dynamics", isRoleless ? ROLES : USER, error);
    return null;
  }
}

function userLine(
  { name, isApplication, isDisabled }: UserFacts,
  userId: string,
  version: string,
): { state: CheckState; detail: string } {
  if (isDisabled) {
    return {
      state: "red",
      detail: `The user ${userId} is disabled. Enable it in the environment.`,
    };
  }
  const kind = isApplication ? "Application user" : "A person's account";
  const user = name === null ? userId : `${name} (${userId})`;
  const detail = `${kind} ${user}; the organization is of version ${version}.`;
  return { state: "green", detail };
}

/** A state belongs to one organization, and an organization to one pair. */
async function checkOrganizationId(
  list: CheckList,
  { config, state, systems }: CheckGround,
  identity: DynamicsIdentity,
): Promise<void> {
  const line = { id: "organization", title: "The organization of this pair's state" };
  const isKnown = await list.attempt("dynamics", line, async () => {
    await checkOrganization(state, config, identity);
    return true;
  });
  if (isKnown) {
    list.add("dynamics", { ...line, state: "green", detail: `Id ${identity.organizationId}.` });
  }
  systems.learn(config.id, identity.organizationId);
}

/** Organization-wide rights that each table needs; without Read there is no change tracking at all. */
const RIGHTS: readonly { verb: string; state: CheckState; lost: string }[] = [
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
  { config }: CheckGround,
  privileges: readonly UserPrivilege[],
): void {
  const held = new Map(privileges.map(({ name, depth }) => [name.toLowerCase(), depth]));
  for (const recordType of enabledTypes(config)) {
    for (const { verb, state, lost } of RIGHTS) {
      const name = `prv${verb}${TABLE_NAME[recordType]}`;
      const depth = held.get(name.toLowerCase());
      const found = depth ? `only at ${depth} level` : "not granted";
      const isHeld = depth === "Global";
      list.add("dynamics", {
        id: `privilege:${name}`,
        title: `${verb} on ${recordType}`,
        state: isHeld ? "green" : state,
        detail: isHeld
          ? "Organization level."
          : `${name} is ${found}: ${lost}. Give the sync user's role this privilege at organization level.`,
      });
    }
  }
}

const EXPIRY = "Change tracking expiry";

/** A pause longer than the expiry means a full compare. */
function checkExpiry(list: CheckList, days: number | null): void {
  const isShort = days === null || days < 2;
  const detail =
    days === null
      ? "The organization does not say when delta links expire; 7 days are assumed."
      : `Delta links live ${days} days; a longer pause means a full compare.`;
  list.add("dynamics", { id: "expiry", title: EXPIRY, state: isShort ? "amber" : "green", detail });
}
