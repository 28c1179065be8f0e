import type { PairConfig } from "../config/pairFile";
import type { CallError } from "../model/failure";
import type { CycleContext } from "../sync/cycleContext";
import type { MarketoPerson } from "../sync/ports";
import { keepSurvivors, survivors } from "../sync/requestSurvivors";
import type { StateWriter } from "../sync/statePort";
import type { ConnectorSet } from "./connect";

/** Persons who ask; `more` when not all of them were read. */
export interface Asking {
  persons: readonly MarketoPerson[];
  more: boolean;
}

/** Where a Marketo campaign leaves its requests. */
export interface RequestSource {
  /** The first page of requests: one call when nothing is asked. */
  look(context: CycleContext): Promise<Asking>;
  /** All requests, up to `most`. */
  all(context: CycleContext, most: number): Promise<Asking>;
  /** Takes requests back that are answered; null, or why it did not work. */
  clear(context: CycleContext, ids: readonly number[]): Promise<string | null>;
  /** Adds to a commit how far the source was read. True when there was something to remember. */
  remember(writer: StateWriter): boolean;
  /** There is something to remember that is worth a commit of its own. */
  readonly isMoved: boolean;
}

type Request = NonNullable<PairConfig["marketo"]["request"]>;

export function requestSource(request: Request, connectors: ConnectorSet): RequestSource {
  const { listId, field } = request;
  return listId !== undefined
    ? new ListRequests(connectors.marketo, listId)
    : new FieldRequests(connectors.marketo, field ?? "");
}

/** Requests as members of a static list; an answered one is removed from it. */
class ListRequests implements RequestSource {
  readonly isMoved = false;

  constructor(
    private readonly marketo: ConnectorSet["marketo"],
    private readonly listId: number,
  ) {}

  async look(context: CycleContext): Promise<Asking> {
    const { persons, nextPage } = await this.#page(context, null);
    return { persons, more: nextPage !== null };
  }

  async all(context: CycleContext, most: number): Promise<Asking> {
    const found = new Map<number, MarketoPerson>();
    let page: string | null = null;
    do {
      const { persons, nextPage } = await this.#page(context, page);
      for (const person of persons) found.set(person.id, person);
      page = nextPage;
    } while (page !== null && found.size < most);
    return { persons: [...found.values()], more: page !== null };
  }

  async clear({ signal }: CycleContext, ids: readonly number[]): Promise<string | null> {
    const results = await this.marketo.removeFromList(this.listId, ids, { signal, urgent: true });
    return firstFailure(results);
  }

  remember(): boolean {
    return false;
  }

  #page({ personFields, signal }: CycleContext, page: string | null) {
    const query = { listId: this.listId, fields: personFields, page };
    return this.marketo.listMembers(query, { signal, urgent: true });
  }
}

/** Checkpoint of the watched field's feed. */
const CURSOR_KEY = "requestFeed";
/** A cursor is kept durably this often: after a restart a few events come again, which costs one call. */
const REMEMBER_MS = 5 * 60_000;

/** Requests as a yes/no field; an answered one is set back to false. */
class FieldRequests implements RequestSource {
  #cursor: string | null = null;
  #remembered: { cursor: string | null; at: number } | null = null;
  /** Events that were looked at: rows of the feed come again in its overlap. */
  #seen = new Set<string>();
  /** Persons whose event was seen and whose request is not answered yet. */
  readonly #open = new Set<number>();
  #now = 0;

  constructor(
    private readonly marketo: ConnectorSet["marketo"],
    private readonly field: string,
  ) {}

  look(context: CycleContext): Promise<Asking> {
    return this.all(context, 300);
  }

  async all(context: CycleContext, most: number): Promise<Asking> {
    await this.#watch(context);
    await this.#lookAtSurvivors(context);
    const ids = [...this.#open].slice(0, most);
    if (!ids.length) return { persons: [], more: false };
    const fields = [...new Set([...context.personFields, this.field])];
    const { signal } = context;
    const read = await this.marketo.read(ids, fields, { signal, urgent: true });
    const persons = read.filter(({ values }) => isYes(values[this.field]));
    const asking = new Set(persons.map(({ id }) => id));
    for (const id of ids) if (!asking.has(id)) this.#open.delete(id);
    return { persons, more: this.#open.size > persons.length };
  }

  async clear({ signal }: CycleContext, ids: readonly number[]): Promise<string | null> {
    const writes = ids.map((id) => ({
      kind: "update" as const,
      id,
      values: { [this.field]: false },
    }));
    const results = await this.marketo.write(writes, { keyField: "id", signal, urgent: true });
    for (const [at, id] of ids.entries()) {
      if (results[at]?.kind === "written") this.#open.delete(id);
    }
    return firstFailure(results);
  }

  get isMoved(): boolean {
    const last = this.#remembered;
    return this.#open.size === 0 && (last === null || this.#now - last.at >= REMEMBER_MS);
  }

  /** The cursor moves on only when every request up to it is answered: until then the feed tells them again. */
  remember(writer: StateWriter): boolean {
    if (this.#open.size > 0 || this.#cursor === this.#remembered?.cursor) return false;
    writer.setCheckpoint(CURSOR_KEY, this.#cursor);
    this.#remembered = { cursor: this.#cursor, at: this.#now };
    return true;
  }

  async #watch({ state, signal, world }: CycleContext): Promise<void> {
    const cursor = this.#cursor ?? state.checkpoint(CURSOR_KEY);
    const query = { field: this.field, cursor };
    const { events, cursor: next } = await this.marketo.watchField(query, {
      signal,
      urgent: true,
    });
    this.#cursor = next;
    this.#now = world.now();
    for (const { guid, personId } of events) {
      if (!this.#seen.has(guid)) this.#open.add(personId);
    }
    this.#seen = new Set(events.map(({ guid }) => guid));
  }

  /** A request that came over in a merge; the state forgets the survivor when it does not ask (any more). */
  async #lookAtSurvivors({ state, signal }: CycleContext): Promise<void> {
    const noted = survivors(state);
    const unknown = noted.filter((id) => !this.#open.has(id));
    if (!unknown.length) return;
    const read = await this.marketo.read(unknown, [this.field], { signal, urgent: true });
    for (const { id, values } of read) if (isYes(values[this.field])) this.#open.add(id);
    const asking = noted.filter((id) => this.#open.has(id));
    if (asking.length === noted.length) return;
    await state.commit((writer) => keepSurvivors(writer, asking));
  }
}

/** A text comes from instances that have made the field a string. */
function isYes(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

function firstFailure(
  results: readonly ({ kind: "written" } | { kind: string; failure: CallError["failure"] })[],
): string | null {
  const bad = results.find((result) => "failure" in result && result.failure.class !== "gone");
  return bad && "failure" in bad ? bad.failure.message : null;
}
