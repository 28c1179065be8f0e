import type { SandboxClock } from "../kernel/clock";
import { createRandom, type Random } from "../kernel/random";
import { ActivityLog, type Activity, type Cursor } from "./activities";
import { Campaigns } from "./campaigns";
import { CustomActivityTypes } from "./customActivityTypes";
import { ExternalObjects, companyShape, salesPersonShape } from "./externalObjects";
import { FieldCatalog } from "./fields";
import { JobQueue } from "./jobs";
import { Lists } from "./lists";
import { Partitions } from "./partitions";
import { PersonStore } from "./persons";
import { defaultQuirks, type Quirks } from "./quirks";
import { ReadLag } from "./readLag";
import { PagingTokens } from "./pagingTokens";
import { toSeconds } from "./time";

/** Everything that one instance holds. Handlers get it first. */
export interface Org {
  clock: SandboxClock;
  random: Random;
  quirks: Quirks;
  fields: FieldCatalog;
  persons: PersonStore;
  lag: ReadLag;
  activities: ActivityLog;
  lists: Lists;
  partitions: Partitions;
  campaigns: Campaigns;
  companies: ExternalObjects;
  salesPersons: ExternalObjects;
  customTypes: CustomActivityTypes;
  tokens: PagingTokens;
  exports: JobQueue;
  imports: JobQueue;
  /** Web cookies by value, from the associate call. */
  cookies: Map<string, number>;
  /** E-mail addresses that stay unsubscribed whoever has them (Q22). */
  durableUnsubscribes: Set<string>;
  /** Rows ever written, so that a delay can hit every N-th one. */
  written: number;
  /** Answered calls. */
  calls: number;
}

export function createOrg(options: { clock: SandboxClock; seed: number; crmFields: boolean }): Org {
  const { clock } = options;
  const quirks = defaultQuirks();
  const now = () => clock.now();
  const persons = new PersonStore();
  return {
    clock,
    random: createRandom(options.seed),
    quirks,
    fields: new FieldCatalog({ now, nativeSync: () => quirks.nativeSync }, options.crmFields),
    persons,
    lag: new ReadLag(persons, now),
    activities: new ActivityLog(),
    lists: new Lists(),
    partitions: new Partitions(),
    campaigns: new Campaigns(),
    companies: new ExternalObjects(companyShape),
    salesPersons: new ExternalObjects(salesPersonShape),
    customTypes: new CustomActivityTypes(),
    tokens: new PagingTokens(now),
    exports: new JobQueue({ now, tickMs: 60_000, running: 2 }),
    imports: new JobQueue({ now, tickMs: 5_000, running: 2 }),
    cookies: new Map(),
    durableUnsubscribes: new Set(),
    written: 0,
    calls: 0,
  };
}

export const nowSeconds = (org: Org): number => toSeconds(org.clock.now());

/** Writes a row of the activity log, visible at once or as late as the quirks say. */
export function addActivity(
  org: Org,
  row: Omit<Activity, "id" | "visibleAt" | "at"> & { at?: number },
): Activity {
  const { quirks } = org;
  const turn = ++org.written;
  const delay = (activity: Activity): number => {
    if (quirks.activityDelay) return quirks.activityDelay(activity);
    return turn % quirks.activityDelayEvery === 0 ? quirks.activityDelayMs : 0;
  };
  return org.activities.add(
    { at: nowSeconds(org), ...row },
    (activity) => org.clock.now() + delay(activity),
  );
}

/** Where a date token starts to read. */
export function sinceCursor(org: Org, seconds: number): Cursor {
  return { at: seconds, id: org.quirks.sinceInclusive ? -1 : Infinity };
}
