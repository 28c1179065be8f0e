import type { NewActivityRow } from "../../../src/connectors/marketo/customActivities";
import type { FieldDescription } from "../../../src/model/schema";
import type { EventField, MarketoEvent } from "../../../src/sync/ports";
import { crmFields, standardFields } from "../../../src/sandbox/marketo/standardFields";
import { checkValue, type Stored } from "./values";

/** One row of the activity log. */
export interface LogRow {
  event: MarketoEvent;
  /** The row can be read from this time on, which may be later than its date (late rows). */
  visibleAt: number;
  isScore: boolean;
}

const API = "Web service API";
const HANDS = "Marketo UI";

/** The same fields as the sandbox has, so that a history can be played on both. */
export function defaultFields(): FieldDescription[] {
  return [...standardFields, ...crmFields].map((field, index) => ({
    name: field.name,
    displayName: field.displayName,
    id: index + 1,
    type: field.dataType,
    ...(field.length !== undefined && { maxLength: field.length }),
    ...(field.length === undefined && LONGEST[field.dataType]),
    updatable: !("readOnly" in field && field.readOnly),
    searchable: field.name === "id" || field.name === "email" || field.dataType === "string",
    crmManaged: false,
  }));
}

const LONGEST: Readonly<Record<string, { maxLength: number }>> = {
  string: { maxLength: 255 },
  email: { maxLength: 255 },
  phone: { maxLength: 255 },
  url: { maxLength: 255 },
  text: { maxLength: 30_000 },
};

/** The persons of an instance and their activity log, with the hands of a marketer. */
export class MarketoStore {
  readonly fields: Map<string, FieldDescription>;
  readonly persons = new Map<number, Map<string, Stored>>();
  readonly log: LogRow[] = [];
  /** The members of each static list. */
  readonly lists = new Map<number, Set<number>>();
  /** What was added to the persons' logs from outside, oldest first. */
  readonly told: NewActivityRow[] = [];
  /** Fields whose API writes are dropped while the answer says "updated" (Q7). */
  readonly blocked = new Set<string>();
  /** How much later than its date a row can be read. */
  delayOf: (event: MarketoEvent) => number = () => 0;
  #nextPerson = 1;

  constructor(
    readonly now: () => number,
    fields: readonly FieldDescription[] = defaultFields(),
  ) {
    this.fields = new Map(fields.map((field) => [field.name, field]));
  }

  /** What a marketer does in the product's own screens. */
  create(values: Readonly<Record<string, unknown>>): number {
    return this.insert(this.#checked(values), HANDS);
  }

  edit(id: number, values: Readonly<Record<string, unknown>>): void {
    this.change(id, this.#checked(values), HANDS);
  }

  changeScore(id: number, delta: number, field = "leadScore"): void {
    const score = Number(this.#must(id).get(field) ?? 0) + delta;
    this.change(id, new Map([[field, score]]), HANDS);
  }

  remove(id: number): void {
    this.#must(id);
    this.persons.delete(id);
    for (const members of this.lists.values()) members.delete(id);
    this.#write({ kind: "deleted", personId: id });
  }

  /** The winner keeps its values and gets those that it lacks, and the lists; the losers are gone. */
  merge(winner: number, losers: readonly number[]): void {
    const kept = this.#must(winner);
    for (const id of losers) {
      for (const [name, value] of this.#must(id)) {
        if ((kept.get(name) ?? null) === null) kept.set(name, value);
      }
      this.persons.delete(id);
      for (const members of this.lists.values()) if (members.delete(id)) members.add(winner);
    }
    this.#write({ kind: "merged", personId: winner, loserIds: losers });
  }

  insert(values: ReadonlyMap<string, Stored>, source = API): number {
    const id = this.#nextPerson++;
    this.persons.set(id, new Map(values));
    this.#write({ kind: "created", personId: id, source: source === API ? API : "New lead" });
    return id;
  }

  /** Writes a row only for what really changes. */
  change(id: number, values: ReadonlyMap<string, Stored>, source = API): void {
    const person = this.#must(id);
    const fields: EventField[] = [];
    for (const [name, value] of values) {
      const old = person.get(name) ?? null;
      if (old === value || (source === API && this.blocked.has(name))) continue;
      person.set(name, value);
      fields.push({ name, oldValue: feedText(old), newValue: feedText(value) });
    }
    // Marketo writes one row a field.
    for (const field of fields) {
      this.#write({ kind: "changed", personId: id, fields: [field], source });
    }
  }

  addToList(listId: number, id: number): void {
    this.#must(id);
    const members = this.lists.get(listId) ?? new Set();
    this.lists.set(listId, members.add(id));
  }

  value(id: number, field: string): Stored | undefined {
    const person = this.persons.get(id);
    return person && (person.get(field) ?? null);
  }

  /** Ids of the persons whose field has the value, letter case aside. */
  find(field: string, value: string): number[] {
    const wanted = value.toLowerCase();
    if (field === "id") return this.persons.has(Number(value)) ? [Number(value)] : [];
    return [...this.persons]
      .filter(([, person]) => String(person.get(field) ?? "").toLowerCase() === wanted)
      .map(([id]) => id);
  }

  #must(id: number): Map<string, Stored> {
    const person = this.persons.get(id);
    if (!person) throw new Error(`There is no person ${id}.`);
    return person;
  }

  #checked(values: Readonly<Record<string, unknown>>): Map<string, Stored> {
    const checked = new Map<string, Stored>();
    for (const [name, raw] of Object.entries(values)) {
      const field = this.fields.get(name);
      const result = field && checkValue(field, raw);
      if (!result?.ok) throw new Error(`The value of ${name} does not fit.`);
      checked.set(name, result.value);
    }
    return checked;
  }

  #write(event: WithoutStamps<MarketoEvent>): void {
    const now = this.now();
    const guid = String(this.log.length + 1);
    const stamped = { ...event, guid, at: `${new Date(now).toISOString().slice(0, 19)}Z` };
    const isScore =
      stamped.kind === "changed" && stamped.fields.every(({ name }) => this.#isScore(name));
    this.log.push({ event: stamped, visibleAt: now + this.delayOf(stamped), isScore });
  }

  #isScore(name: string): boolean {
    return this.fields.get(name)?.type === "score";
  }
}

type WithoutStamps<E> = E extends MarketoEvent ? Omit<E, "guid" | "at"> : never;

function feedText(value: Stored): string | null {
  return value === null ? null : String(value);
}
