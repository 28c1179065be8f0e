import type { SandboxClock } from "../kernel/clock";
import type { Random } from "../kernel/random";
import type { AccessTokens } from "./accessTokens";
import type { App, Grant, IdentitySwitches, SignInUser } from "./directory";
import { SignInRefused } from "./errors";

/** What all parts of the sign-in server share. */
export interface IdentityContext {
  clock: SandboxClock;
  random: Random;
  tenantId: string;
  /** Where the endpoints live, without a trailing slash, e.g. `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** The org that tokens are for, without a trailing slash. */
  resource: string;
  apps: App[];
  users: () => readonly SignInUser[];
  switches: IdentitySwitches;
  tokens: AccessTokens;
}

export function findApp(context: IdentityContext, clientId: string | null): App {
  if (!clientId) throw new SignInRefused(900144, "Missing: 'client_id'.");
  const app = context.apps.find((a) => a.clientId === clientId.toLowerCase());
  if (!app) throw new SignInRefused(700016, `Application '${clientId}'.`);
  return app;
}

export function findUser(
  context: IdentityContext,
  objectId: string | null,
): SignInUser | undefined {
  return context.users().find((user) => user.objectId === objectId);
}

/** Throws the refusal that a test or a user has armed for this grant, counting it down. */
export function checkArmedRefusals(context: IdentityContext, grant: Grant): void {
  const { refusals } = context.switches;
  const index = refusals.findIndex((refusal) => !refusal.grant || refusal.grant === grant);
  const refusal = refusals[index];
  if (!refusal) return;
  if (refusal.times !== undefined && --refusal.times <= 0) refusals.splice(index, 1);
  throw new SignInRefused(refusal.code);
}

const OPENID_SCOPES = new Set(["openid", "profile", "offline_access", "email"]);

/** The scopes that name the org, checked: every one must belong to it, and at least one must be there. */
export function resourceScopes(context: IdentityContext, scope: string | null): string[] {
  const scopes = (scope ?? "").split(" ").filter((s) => s && !OPENID_SCOPES.has(s));
  if (!scopes.length) throw new SignInRefused(70011, `The scope '${scope ?? ""}' names no org.`);
  for (const one of scopes) {
    const slash = one.lastIndexOf("/");
    const resource = one.slice(0, slash).replace(/\/$/, "");
    const permission = one.slice(slash + 1);
    if (resource.toLowerCase() !== context.resource.toLowerCase()) {
      throw new SignInRefused(500011, `Resource '${resource}'.`);
    }
    if (permission !== ".default" && permission !== "user_impersonation") {
      throw new SignInRefused(70011, `The scope '${one}' does not exist.`);
    }
  }
  return scopes;
}

/** A random text that can stand in a URL. */
export function secretText(random: Random, prefix: string): string {
  return `${prefix}.${random.guid().replaceAll("-", "")}${random.guid().replaceAll("-", "")}`;
}
