import type { Handler, Kernel } from "../kernel/http";
import { createRandom } from "../kernel/random";
import type { Activity } from "./activities";
import type { CampaignRequest } from "./campaigns";
import { createHands, type Hands } from "./hands";
import type { Values } from "./fieldTypes";
import { Identity, type ClientAccount } from "./identity";
import { Limits, type DayErrors, type DayUsage, type LimitNumbers } from "./limits";
import { loadPersons } from "./load";
import { createOrg, type Org } from "./org";
import { TOUCHED } from "./persons";
import { wireValue } from "./personReads";
import type { Quirks } from "./quirks";
import { renderActivity } from "./renderActivity";
import { allPermissions, Router } from "./routing";
import { allRoutes } from "./routes";
import { handle } from "./server";

export interface MarketoOptions {
  kernel: Kernel;
  /** `real` enforces calls per 20 s, concurrency and daily quota; they are counted in either case. */
  limits: "real" | "off";
  seed: number;
  clients: { clientId: string; clientSecret: string; user: string; permissions?: string[] }[];
  /** Whether the custom fields for a CRM exist from the start. Default true. */
  crmFields?: boolean;
}

/** One Marketo instance: its REST API, and the hands of its operator. */
export interface MarketoSandbox extends Hands {
  /** Serves /identity, /rest/v1 and /bulk/v1. */
  handle: Handler;
  /** Puts persons in at start-up; they are older than any token, so they write no activities. */
  load(persons: Iterable<Record<string, unknown>>): void;
  person(id: number): Record<string, unknown> | undefined;
  persons(): Iterable<Record<string, unknown>>;
  count(): number;
  /** All rows about a person in the form of `activities.json`, visible or not. */
  activities(personId: number): Record<string, unknown>[];
  readonly permissions: {
    revoke(clientId: string, permission: string): void;
    grant(clientId: string, permission: string): void;
  };
  /** The switches; `reset` gives a new set, so read them through this member. */
  readonly quirks: Quirks;
  /** The numbers behind `limits: "real"`. */
  readonly limits: LimitNumbers;
  readonly campaignRequests: readonly CampaignRequest[];
  expireTokens(): void;
  usage(): { today: DayUsage; errors: DayErrors };
  /** Back to an empty instance as it was created: no persons, rows, jobs or tokens, all quirks at their defaults. */
  reset(): void;
}

interface State {
  org: Org;
  identity: Identity;
  limits: Limits;
}

export function createMarketo(options: MarketoOptions): MarketoSandbox {
  const router = new Router(allRoutes);
  let state = createState(options);
  const account = (clientId: string): ClientAccount => {
    const found = state.identity.clients.find((client) => client.clientId === clientId);
    if (!found) throw new Error(`There is no Marketo client ${clientId}.`);
    return found;
  };
  return {
    ...createHands(() => state.org),
    handle: (request) => handle({ ...state, router }, request),
    load: (persons) => loadPersons(state.org, persons),
    person: (id) => publicRecord(state.org, id),
    persons: () => publicRecords(state.org),
    count: () => state.org.persons.count,
    activities: (personId) =>
      state.org.activities
        .all()
        .filter((row: Activity) => row.leadId === personId)
        .map((row) => renderActivity(state.org, row)),
    permissions: {
      revoke: (clientId, permission) => void account(clientId).permissions.delete(permission),
      grant: (clientId, permission) => void account(clientId).permissions.add(permission),
    },
    get quirks() {
      return state.org.quirks;
    },
    get limits() {
      return state.limits.numbers;
    },
    get campaignRequests() {
      return state.org.campaigns.requests;
    },
    expireTokens: () => state.identity.expireAll(),
    usage: () => ({ today: state.limits.usage(1)[0]!, errors: state.limits.errors(1)[0]! }),
    reset: () => {
      state = createState(options);
    },
  };
}

function createState(options: MarketoOptions): State {
  const { clock } = options.kernel;
  const org = createOrg({ clock, seed: options.seed, crmFields: options.crmFields ?? true });
  const now = () => clock.now();
  const clients = options.clients.map(({ permissions, ...client }) => ({
    ...client,
    permissions: new Set(permissions ?? allPermissions),
  }));
  const identity = new Identity(clients, {
    now,
    // Tokens have numbers of their own, so that signing in does not shift the ids of jobs.
    random: createRandom(options.seed + 1),
    lifeMs: () => org.quirks.tokenLifeMs,
  });
  return { org, identity, limits: new Limits(now, options.limits === "real") };
}

function publicRecord(org: Org, id: number): Record<string, unknown> | undefined {
  const record = org.persons.record(id);
  return record && shown(record);
}

function* publicRecords(org: Org): Generator<Record<string, unknown>> {
  for (const id of org.persons.ids()) yield shown(org.persons.record(id)!);
}

/** A person as tests see it: the stamps as text, without the internal one. */
function shown(record: Values): Record<string, unknown> {
  const entries = Object.entries(record).filter(([name]) => name !== TOUCHED);
  return Object.fromEntries(entries.map(([name, value]) => [name, wireValue(name, value)]));
}
