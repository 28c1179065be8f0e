import { setMaxListeners } from "node:events";
import { stopIfCanceled, type CycleContext } from "./cycleContext";
import { touchedPersons } from "./lifecycle/merges";
import { emailKey } from "./match";
import { searchKey, searchPersons } from "./searchPersons";
import type { MarketoPerson } from "./ports";
import type { MarketoPull } from "./pullMarketo";

/** A call's worth of values. */
const PORTION = 300;

/** One field by which persons are searched. */
interface Field {
  name: string;
  /** Values that wait until they fill a call. */
  waiting: Set<string>;
  /** Values that were asked for, without regard to letter case. */
  asked: Set<string>;
  found: Map<number, MarketoPerson>;
  /** Values that too many persons have. */
  crowded: Set<string>;
}

/**
 * Searches persons for rows without a link. In a first sync it runs ahead while further rows are read: Marketo rations
 * its calls by time, and that time would pass unused.
 */
export class PersonSearch {
  readonly #context: CycleContext;
  readonly #id: Field | null;
  readonly #email = newField("email");
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** Addresses of the rows whose ids wait: a row is searched by address only if nobody carries its id. */
  #addresses = new Map<string, string>();
  #running: Promise<void>[] = [];

  constructor(context: CycleContext) {
    this.#context = context;
    const { id } = context.linkFields;
    this.#id = id ? newField(id) : null;
    this.#signal = AbortSignal.any([context.signal, this.#stop.signal]);
    // Each call that waits for its turn listens.
    setMaxListeners(0, this.#signal);
  }

  /** A row that will be searched for: by id, then by e-mail, each as soon as a call is full. */
  ahead(id: string, email: string | null): void {
    const address = this.#context.policies.matchByEmail ? emailKey({ email }) : null;
    const field = this.#id;
    if (!field) return this.#aheadByEmail(address);
    if (address !== null) this.#addresses.set(id, address);
    field.waiting.add(id);
    if (field.waiting.size < PORTION) return;
    const addresses = this.#addresses;
    this.#addresses = new Map();
    this.#run(async () => {
      const carried = valuesOf(await this.#ask(field, [...field.waiting]), field);
      for (const [row, its] of addresses) if (!carried.has(searchKey(row))) this.#aheadByEmail(its);
    });
  }

  /** Persons whose field (that of the Dynamics id, or the e-mail address) has one of the values. */
  async find(name: string, values: readonly string[]): Promise<MarketoPerson[]> {
    const field = name === this.#email.name ? this.#email : this.#id;
    if (field?.name !== name) throw new Error(`Persons are not searched by ${name}.`);
    await this.#settled();
    const open = values.filter((value) => !field.asked.has(searchKey(value)));
    if (open.length) await this.#ask(field, open);
    const wanted = new Set(values.map(searchKey));
    const found = [...field.found.values()].filter((person) => wanted.has(valueOf(person, field)));
    this.#context.report.progress("matching", found.length, values.length);
    return found.sort((one, other) => one.id - other.id);
  }

  /** Do more persons have this e-mail address than a search gives? Known of addresses that were searched. */
  isCrowded(email: string | null): boolean {
    return email !== null && this.#email.crowded.has(searchKey(email));
  }

  /**
   * Takes in what the change feeds tell of persons that were searched ahead: they have no link yet, so that nobody else
   * looks at this news, which is told only once. Where the place in the feeds was lost, all is asked anew.
   */
  async renew(feed: MarketoPull): Promise<void> {
    await this.#settled();
    const fields = [this.#id, this.#email].filter((field) => field !== null);
    if (fields.every(({ asked }) => asked.size === 0)) return;
    if (feed.lost) return fields.forEach(forget);
    const ids = [...touchedPersons(feed)];
    const linked = this.#context.state.linksByPersonId(ids);
    const open = ids.filter((id) => !linked.has(id));
    if (!open.length) return;
    const { connectors, personFields } = this.#context;
    const persons = await connectors.marketo.read(open, personFields, { signal: this.#signal });
    for (const field of fields) {
      for (const id of open) field.found.delete(id);
      for (const person of persons) {
        if (field.asked.has(valueOf(person, field))) field.found.set(person.id, person);
      }
    }
  }

  /** Takes back what was not sent yet; the plan is made, or failed. */
  close(): void {
    this.#stop.abort();
  }

  #aheadByEmail(address: string | null): void {
    const { waiting, asked } = this.#email;
    if (address === null || asked.has(address)) return;
    waiting.add(address);
    if (waiting.size < PORTION) return;
    this.#run(async () => void (await this.#ask(this.#email, [...waiting])));
  }

  async #ask(field: Field, values: readonly string[]): Promise<readonly MarketoPerson[]> {
    stopIfCanceled(this.#signal);
    field.waiting.clear();
    for (const value of values) field.asked.add(searchKey(value));
    const { connectors, personFields } = this.#context;
    const query = { field: field.name, values };
    const { persons, crowded } = await searchPersons(connectors.marketo, query, personFields, {
      signal: this.#signal,
    });
    for (const value of crowded) field.crowded.add(searchKey(value));
    for (const person of persons) field.found.set(person.id, person);
    return persons;
  }

  #run(search: () => Promise<void>): void {
    const running = search();
    // Whoever waits for it hears of its failure; until then nobody does.
    running.catch(() => undefined);
    this.#running.push(running);
  }

  /** Waits for what was asked ahead, and for what that asks in turn. */
  async #settled(): Promise<void> {
    while (this.#running.length > 0) await Promise.all(this.#running.splice(0));
  }
}

function newField(name: string): Field {
  return { name, waiting: new Set(), asked: new Set(), found: new Map(), crowded: new Set() };
}

function forget({ asked, found, crowded }: Field): void {
  asked.clear();
  found.clear();
  crowded.clear();
}

function valueOf(person: MarketoPerson, { name }: Field): string {
  const value = person.values[name];
  return typeof value === "string" ? searchKey(value) : "";
}

function valuesOf(persons: readonly MarketoPerson[], field: Field): Set<string> {
  return new Set(persons.map((person) => valueOf(person, field)));
}
