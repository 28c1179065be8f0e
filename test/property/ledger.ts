import type { FieldValue, RecordType } from "../../src/model/record";
import type { FieldRule } from "../../src/sync/fieldRule";
import type { Hands, Values } from "./orgs";

/** A value that a field held from some moment on, and whose hand put it there. */
export interface Held {
  key: string;
  by: "hand" | "engine";
  /** Moments count up over the whole history. */
  moment: number;
}

/** A record of either side: `contact:<id>`, `lead:<id>` or `person:<number>`. */
export type RecordName = string;

export const rowName = (type: RecordType, id: string): RecordName => `${type}:${id}`;
export const personName = (id: number): RecordName => `person:${id}`;

type Rules = Readonly<Record<RecordType, readonly FieldRule[]>>;

/**
 * Watches both orgs and remembers, for every field of every record, which values it has held and who wrote them. Values
 * are kept as compare keys, so that both sides' forms of one value are the same.
 */
export class Ledger {
  readonly #held = new Map<RecordName, Map<string, Held[]>>();
  #moment = 0;

  constructor(
    private readonly hands: Hands,
    readonly rules: Rules,
  ) {}

  /** Does something by hand: what it changes is a hand's writing, what changed before is the engine's. */
  byHand<T>(deed: () => T): T {
    this.look("engine");
    const result = deed();
    this.look("hand");
    return result;
  }

  /** Looks what changed since the last look. */
  look(by: Held["by"]): void {
    this.#moment++;
    for (const type of ["contact", "lead"] as const) {
      for (const id of this.hands.rowIds(type)) {
        const values = this.hands.row(type, id) ?? {};
        for (const rule of this.rules[type]) {
          this.#note(rowName(type, id), rule.key, keyOf(rule, "dynamics", values), by);
        }
      }
    }
    for (const id of this.hands.personIds()) {
      const values = this.hands.person(id) ?? {};
      for (const rule of this.allRules()) {
        this.#note(personName(id), rule.key, keyOf(rule, "marketo", values), by);
      }
    }
  }

  get moment(): number {
    return this.#moment;
  }

  /** Every value that the field has held, oldest first. */
  held(record: RecordName, field: string): readonly Held[] {
    return this.#held.get(record)?.get(field) ?? [];
  }

  lastByHand(record: RecordName, field: string): Held | undefined {
    return this.held(record, field).findLast(({ by }) => by === "hand");
  }

  records(): IterableIterator<RecordName> {
    return this.#held.keys();
  }

  /** Has any hand ever written this value to this field, on any record? */
  wasWritten(field: string, key: string): boolean {
    for (const fields of this.#held.values()) {
      if (fields.get(field)?.some((held) => held.by === "hand" && held.key === key)) return true;
    }
    return false;
  }

  allRules(): FieldRule[] {
    const byKey = new Map(
      [...this.rules.contact, ...this.rules.lead].map((rule) => [rule.key, rule]),
    );
    return [...byKey.values()];
  }

  #note(record: RecordName, field: string, key: string, by: Held["by"]): void {
    let fields = this.#held.get(record);
    if (!fields) this.#held.set(record, (fields = new Map()));
    const known = fields.get(field);
    if (!known) {
      // A field that is empty from the start was written by nobody.
      fields.set(field, key === "" ? [] : [{ key, by, moment: this.#moment }]);
    } else if ((known.at(-1)?.key ?? "") !== key) {
      known.push({ key, by, moment: this.#moment });
    }
  }
}

/** The compare key of a field's present value on one side. */
export function keyOf(rule: FieldRule, side: "dynamics" | "marketo", values: Values): string {
  const { codec } = rule;
  const wire = side === "dynamics" ? values[rule.key] : values[rule.field];
  return codec.compareKey(
    side === "dynamics" ? codec.fromDynamics(wire ?? null) : codec.fromMarketo(wire ?? null),
  );
}

export function keyOfValue(rule: FieldRule, value: FieldValue): string {
  return rule.codec.compareKey(value);
}
