import type { PairConfig } from "../config/pairFile";
import type { CycleCounts } from "../model/activity";
import { CallError, ContactSyncError } from "../model/failure";
import type { RequestTally } from "../protocol/engineContract";
import type { CycleContext } from "../sync/cycleContext";
import type { World } from "../sync/ports";
import type { StatePort } from "../sync/statePort";
import type { ConnectorSet } from "./connect";
import { OwnerNames } from "./ownerNames";
import { Owners, type ChosenOwner } from "./owners";
import { PersonLog } from "./personLog";
import { Requests } from "./requests";

/**
 * What is done besides keeping the records the same: requests of Marketo campaigns, and the persons' own activity logs.
 * Neither ever fails the cycle.
 */
export class AfterCycle {
  readonly owners: Owners;
  readonly requests: Requests | null;
  readonly personLog: PersonLog | null;
  readonly #names: OwnerNames;
  readonly #told = new Set<string>();

  constructor(
    private readonly config: PairConfig,
    connectors: ConnectorSet,
    world: World,
  ) {
    const { request, activityLog } = config.marketo;
    this.owners = new Owners(connectors.dynamics, () => world.now());
    this.#names = new OwnerNames(connectors.dynamics);
    this.requests = request
      ? new Requests(config, request, { connectors, owners: this.owners })
      : null;
    this.personLog = activityLog ? new PersonLog(connectors.marketo) : null;
  }

  async begin(state: StatePort): Promise<void> {
    this.#names.begin(state);
    await this.personLog?.begin(state);
  }

  /** The end of an ordinary cycle: requests that were too many for real time, then the persons' logs. */
  async cycle(context: CycleContext, counts: CycleCounts): Promise<void> {
    try {
      await this.requests?.workOff(context, counts);
    } catch (error) {
      if (isCanceled(error)) throw error;
      const { code, message } = sayable(error);
      this.warnOnce(code, () => context.report.warning(code, `Requests of Marketo: ${message}`));
    }
    await this.writePersonLog(context);
    await this.#names.learn(context);
  }

  /** Real time: requests of Marketo campaigns. */
  async poll(context: CycleContext): Promise<RequestTally | null> {
    if (!this.requests) return null;
    const tally = await this.requests.poll(context);
    const { created, there, refused, later } = tally;
    if (created + there + refused + later > 0) await this.writePersonLog(context);
    return tally;
  }

  async writePersonLog(context: CycleContext): Promise<void> {
    await this.personLog?.write(context);
  }

  chooseOwner(wanted: string | null): Promise<ChosenOwner> {
    return this.owners.choose(wanted, this.config.policies.ownerFallback, { urgent: true });
  }

  /** The same trouble is told once, not at each look. */
  warnOnce(code: string, warn: () => void): void {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    warn();
  }
}

function isCanceled(error: unknown): boolean {
  return error instanceof CallError && error.failure.class === "canceled";
}

/** An error in our own code is not hidden behind a word. */
function sayable(error: unknown): { code: string; message: string } {
  if (error instanceof CallError) return error.failure;
  if (error instanceof ContactSyncError) return error;
  throw error;
}
