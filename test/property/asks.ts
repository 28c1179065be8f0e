import type { Activity } from "../../src/model/activity";
import type { MemoryPair } from "../support/enginePair";
import { fail } from "./invariants";
import type { AskedBy } from "./steps";

const LIST_ID = 1001;
const FIELD = "syncToDynamics";

/** How the pair file says that campaigns ask. */
export function requestOf(by: AskedBy) {
  const how = by === "list" ? { listId: LIST_ID } : { field: FIELD };
  return { ...how, pollSeconds: 30, syncAs: "contact" as const };
}

/** Reasons of rows of the log that answer a request (R4). */
const CREATED = new Set(["requested-by-marketo", "requested-by-command"]);
const THERE = new Set(["already-linked", "already-in-dynamics"]);

/**
 * Persons whom a Marketo campaign wants in Dynamics (R4), what must become of it, and what their own activity logs must
 * tell. The rules are told a second time here, not taken from the engine.
 */
export class Asks {
  #by: AskedBy = "list";
  /** When each person was last changed or asked for by a hand. */
  readonly #stirred = new Map<number, number>();
  /** When each person's request was last refused. */
  readonly #refused = new Map<number, number>();
  /** The first row of the log that was not looked at yet. */
  #next = 0;

  constructor(private readonly pair: MemoryPair) {}

  ask(id: number): void {
    if (this.#by === "list") this.#store.addToList(LIST_ID, id);
    else this.#store.edit(id, { [FIELD]: true });
  }

  /** An administrator has campaigns ask in the other way; what was asked so far is forgotten. */
  async askBy(by: AskedBy): Promise<void> {
    this.#by = by;
    for (const id of this.#open()) {
      this.#store.lists.get(LIST_ID)?.delete(id);
      this.#store.edit(id, { [FIELD]: false });
    }
    this.pair.config.marketo.request = requestOf(by);
    await this.pair.restart();
    // An engine that runs looks at once: of what was asked before its first look it knows a day.
    await this.poll();
  }

  /** Does something by hand, and notes whom it touched. */
  watch(deed: () => void, moment: number): void {
    const before = this.#looks();
    deed();
    for (const [id, look] of this.#looks()) {
      if (before.get(id) !== look) this.#stirred.set(id, moment);
    }
  }

  /** A reason of its own: the user asks by command, or a merge, which brings the loser's request along. */
  stir(id: number, moment: number): void {
    this.#stirred.set(id, moment);
  }

  /** A look or a cycle begins: who asks now may be answered in it. */
  begin(moment: number): number {
    for (const id of this.#open()) this.#stirred.set(id, moment);
    return moment;
  }

  /** One look at the requests, between two cycles: what it says is what it did. */
  async poll(): Promise<void> {
    const lastTold = this.pair.state.lastActivity();
    const tally = await this.pair.engine.pollRequests();
    if (!tally) return;
    const told = this.pair.state.activitiesAfter(lastTold, 10_000);
    const count = (is: (activity: Activity) => boolean) => told.filter(is).length;
    const facts = {
      created: count(isCreation),
      there: count(({ reason }) => THERE.has(reason)),
      refused: count(({ outcome }) => outcome === "refused" || outcome === "conflicted"),
    };
    const { created, there, refused } = tally;
    if (JSON.stringify(facts) !== JSON.stringify({ created, there, refused })) {
      fail("A look at the requests says something else than it did.", { tally, facts, told });
    }
  }

  /** After each look and each cycle that began at this moment: a refused request is tried again only for a reason. */
  checkRefusals(began: number): void {
    const rows = this.pair.state.activitiesAfter(this.#next, 10_000);
    this.#next = rows.at(-1)?.id ?? this.#next;
    for (const { personId, dynamicsId, outcome, ...rest } of rows) {
      if (personId === null || dynamicsId !== null || outcome !== "refused") continue;
      const last = this.#refused.get(personId);
      const stirred = this.#stirred.get(personId) ?? -1;
      if (last !== undefined && stirred < last) {
        fail("A refused request was tried again, and nothing had changed.", { personId, ...rest });
      }
      this.#refused.set(personId, began);
    }
  }

  /** Rows that requests made since then: a cycle works them off besides its plan. */
  createdSince(lastTold: number): number {
    const rows = this.pair.state.activitiesAfter(lastTold, 10_000);
    return rows.filter(isCreation).length;
  }

  /** What must hold when nothing moves any more. */
  checkAfterQuiet(mayMissRows: boolean): void {
    const open = this.#open();
    if (open.length) fail("A request was never answered.", { open, by: this.#by });
    this.#checkOneRowEach();
    this.#checkPersonLogs(mayMissRows);
  }

  /** No request makes two rows; a person whose row was deleted may have asked for another one. */
  #checkOneRowEach(): void {
    const { store } = this.pair.dynamics;
    const made = new Map<number, Set<string>>();
    for (const { personId, dynamicsId } of this.pair.activities().filter(isCreation)) {
      if (!personId || !dynamicsId) continue;
      if (store.log.some(({ id, deleted }) => deleted && id === dynamicsId)) continue;
      made.set(personId, (made.get(personId) ?? new Set()).add(dynamicsId));
    }
    for (const [personId, ids] of made) {
      const all = [...ids].map((id) => [id, store.rows("contact").has(id)]);
      if (all.length > 1 || all.some(([, isThere]) => !isThere)) {
        fail("A request did not make exactly one row.", { personId, all });
      }
    }
  }

  /** Each refusal, conflict and creation stands in its person's log, once. */
  #checkPersonLogs(mayMissRows: boolean): void {
    const keyOf = (personId: number, at: number, reason: unknown) => `${personId} ${at} ${reason}`;
    const wanted = new Map<string, number>();
    const add = (counts: Map<string, number>, key: string) =>
      counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const activity of this.pair.activities().filter(isForPerson)) {
      const { personId, time, reason } = activity;
      add(wanted, keyOf(personId!, Date.parse(time), reason));
    }
    const found = new Map<string, number>();
    for (const { personId, at, attributes } of this.#store.told) {
      add(found, keyOf(personId, at, attributes["reason"]));
    }
    for (const [key, count] of found) {
      if (count > (wanted.get(key) ?? 0)) fail("A person's log tells too much.", { key, count });
    }
    for (const [key, count] of wanted) {
      // A person that is gone has no log any more.
      const isThere = this.#store.persons.has(Number(key.split(" ")[0]));
      const missing = count - (found.get(key) ?? 0);
      if (isThere && missing > 0 && !mayMissRows) {
        fail("A person's log does not tell what happened.", { key, missing });
      }
    }
  }

  get #store() {
    return this.pair.marketo.store;
  }

  /** Who asks and was not answered. */
  #open(): number[] {
    const { lists, persons } = this.#store;
    const asking = [...persons].filter(([, values]) => values.get(FIELD) === true);
    return [...new Set([...(lists.get(LIST_ID) ?? []), ...asking.map(([id]) => id)])];
  }

  #looks(): Map<number, string> {
    const open = new Set(this.#open());
    return new Map(
      [...this.#store.persons].map(([id, values]) => [
        id,
        JSON.stringify([open.has(id), [...values].sort()]),
      ]),
    );
  }
}

function isCreation({ reason, outcome }: Activity): boolean {
  return CREATED.has(reason) && outcome === "applied";
}

/** Told on the person: what was refused, what clashed, and how it came to its record. */
function isForPerson({ personId, outcome, reason }: Activity): boolean {
  if (personId === null) return false;
  if (outcome === "refused" || outcome === "conflicted") return true;
  return CREATED.has(reason) || THERE.has(reason) || BORN.has(reason);
}

const BORN = new Set(["created-from-dynamics", "recreated-after-delete", "created-from-marketo"]);
