import type { PairConfig } from "../config/pairFile";
import { emptyCounts, type CycleCounts, type CycleSummary } from "../model/activity";
import type { RequestTally } from "../protocol/engineContract";
import { chunks, stopIfCanceled, type CycleContext } from "../sync/cycleContext";
import { isRequest } from "../sync/requestIndex";
import type { MarketoPerson } from "../sync/ports";
import type { StatePort } from "../sync/statePort";
import type { ConnectorSet } from "./connect";
import type { Owners } from "./owners";
import { createRequested, type Ask, type RequestOutcome } from "./requested";
import { MAP_KEY } from "./mapMemory";
import { rememberWaiting } from "./waitingRequests";
import { requestSource, type RequestSource } from "./requestSources";

/** So many requests at once are carried out in real time; more wait for the cycle (B-12). */
export const MOST_AT_ONCE = 100;
/** Requests of one round of calls. */
const CHUNK = 300;

type Request = NonNullable<PairConfig["marketo"]["request"]>;

/**
 * "Sync Person to Microsoft" (R4; B-10 to B-16): a campaign asks by a list or a field, the person is created in
 * Dynamics, and the request is taken back. A refused request is taken back, too: the index of failed records keeps it,
 * and it is tried again when the person changes or asks anew.
 */
export class Requests {
  readonly #source: RequestSource;
  /** Answered, but the request could not be taken back: it is taken back without being answered again. */
  readonly #answered = new Set<number>();
  /** The cycle has something to do. */
  #left = false;
  #looked = false;

  constructor(
    private readonly config: PairConfig,
    private readonly request: Request,
    private readonly parts: { connectors: ConnectorSet; owners: Owners },
  ) {
    this.#source = requestSource(request, parts.connectors);
  }

  /** Real time: one call when nothing is asked. */
  async poll(context: CycleContext): Promise<RequestTally> {
    const tally = emptyTally();
    if (this.#left) return tally;
    const asking = await this.#source.look(context);
    this.#looked = true;
    const open = openOnes(context, asking.persons);
    if (open.length > MOST_AT_ONCE || asking.more) {
      this.#left = true;
      await this.#tellWaiting(context, open.length);
      return { ...tally, left: open.length };
    }
    await this.#answer(context, open, { tally, counts: emptyCounts() });
    return tally;
  }

  /** Part of the ordinary cycle: what was too much for real time, and earlier requests that are due again. */
  async workOff(context: CycleContext, counts: CycleCounts): Promise<RequestTally> {
    const tally = emptyTally();
    const mustLook = this.#left || !this.#looked;
    this.#looked = false;
    const most = context.policies.brakes.maxCreates.absolute;
    const asking = mustLook ? await this.#source.all(context, most) : { persons: [], more: false };
    const persons = new Map(openOnes(context, asking.persons).map((person) => [person.id, person]));
    for (const person of await dueOnes(context, persons)) persons.set(person.id, person);
    const now = [...persons.values()].slice(0, most);
    for (const chunk of chunks(now, CHUNK)) {
      stopIfCanceled(context.signal);
      await this.#answer(context, chunk, { tally, counts });
    }
    this.#left = asking.more || persons.size > now.length;
    tally.left = persons.size - now.length;
    await this.#tellWaiting(context, tally.left);
    if (this.#left) context.report.warning("CS-REQUESTS-LEFT", LEFT(most));
    return tally;
  }

  async #answer(
    context: CycleContext,
    persons: readonly MarketoPerson[],
    { tally, counts }: { tally: RequestTally; counts: CycleCounts },
  ): Promise<void> {
    const open = persons.filter((person) => !this.#answered.has(person.id));
    if (open.length) {
      const results = await createRequested(context, open, await this.#ask(context), counts);
      for (const [id, { outcome }] of results) {
        tally[outcome]++;
        if (ANSWERED[outcome]) this.#answered.add(id);
      }
    }
    await this.#takeBack(context);
    await this.#remember(context);
  }

  async #ask(context: CycleContext): Promise<Ask> {
    const { syncAs, assignTo } = this.request;
    const { ownerFallback } = this.config.policies;
    const { signal } = context;
    const chosen = await this.parts.owners.choose(assignTo ?? null, ownerFallback, { signal });
    return { ...chosen, recordType: syncAs, by: "marketo" };
  }

  async #takeBack(context: CycleContext): Promise<void> {
    const ids = [...this.#answered];
    if (!ids.length) return;
    const problem = await this.#source.clear(context, ids);
    if (problem === null) this.#answered.clear();
    else context.report.warning("CS-REQUEST-STAYS", STAYS(problem));
  }

  #tellWaiting({ state, world }: CycleContext, count: number): Promise<void> {
    const { syncAs: recordType } = this.request;
    return rememberWaiting(state, { recordType, count, now: world.now() });
  }

  async #remember(context: CycleContext): Promise<void> {
    if (!this.#source.isMoved) return;
    await context.state.commit((writer) => this.#source.remember(writer));
  }
}

/** Whether a request with this outcome is answered; one that waits for better times stays where it is. */
const ANSWERED: Readonly<Record<RequestOutcome, boolean>> = {
  created: true,
  // Nothing to do; a second request will hear the same.
  there: true,
  // The index keeps it: the person has to change, or to ask again.
  refused: true,
  later: false,
};

/** Requests without those whose next attempt is not due yet. */
function openOnes(
  { state, world }: CycleContext,
  persons: readonly MarketoPerson[],
): readonly MarketoPerson[] {
  const failed = state.failedAmongPersons(persons.map((person) => person.id));
  const now = world.now();
  return persons.filter(({ id }) => {
    const earlier = failed.get(id);
    return !earlier || !isRequest(earlier) || (earlier.nextAttempt ?? 0) <= now;
  });
}

/** Persons whose earlier request is due again: they changed, the delay is over, or the user cleared it. */
async function dueOnes(
  context: CycleContext,
  known: ReadonlyMap<number, MarketoPerson>,
): Promise<readonly MarketoPerson[]> {
  const { state, world, connectors, personFields, signal } = context;
  const ids = state
    .failed({ dueBefore: world.now() })
    .filter(isRequest)
    .map((record) => record.personId!)
    .filter((id) => !known.has(id));
  if (!ids.length) return [];
  return connectors.marketo.read(ids, personFields, { signal });
}

/** Nothing is written before the first sync is through, or while a halted plan waits for the user's word. */
export function mayWrite(state: StatePort): boolean {
  if (state.checkpoint(MAP_KEY) === null) return false;
  const [last] = state.cycles(1);
  return last !== undefined && (JSON.parse(last) as CycleSummary).halted === null;
}

function emptyTally(): RequestTally {
  return { created: 0, there: 0, refused: 0, later: 0, left: 0 };
}

const LEFT = (most: number) =>
  `More than ${most} persons ask to be created in Dynamics, which is this pair's limit of creates in a cycle (policies.brakes.maxCreates); the rest is done in the next cycles.`;
const STAYS = (problem: string) =>
  `A request was carried out but could not be taken back in Marketo; it is tried again: ${problem}`;
