import type { RecordType } from "../../src/model/record";
import { RECORD_TYPES } from "../../src/model/record";
import type { FieldRule } from "../../src/sync/fieldRule";
import type { Link } from "../../src/sync/statePort";
import { keyOf, rowName, type Ledger, type RecordName } from "./ledger";
import { fail, heldFields } from "./invariants";
import { LoopForesight } from "./loopForesight";
import type { Pair, Values } from "./orgs";

/** Both orgs and the links as they stood before a cycle. */
interface Before {
  rows: Map<RecordName, { type: RecordType; id: string; values: Values; link: Link | null }>;
  persons: Map<number, Values>;
  links: Map<RecordName, Link>;
}

/** What both sides agreed on, by field, and which of the fields go back and forth. */
interface Agreed {
  personId: number;
  keys: Map<string, string>;
  loops: Map<string, LoopForesight>;
  /** What was written to it is known from the start of its link on. */
  isWhole: boolean;
}

/**
 * A second opinion, written from the rules and not from the engine: what each cycle must make of both sides when nobody
 * acts while it runs. It keeps its own memory of what both sides agreed on.
 */
export class Foresight {
  readonly #agreed = new Map<RecordName, Agreed>();
  #before: Before | null = null;

  constructor(
    private readonly pair: Pair,
    private readonly ledger: Ledger,
  ) {}

  before(): void {
    this.#before = this.#look();
  }

  after(): void {
    const before = this.#before;
    if (!before) return;
    const after = this.#look();
    for (const [name, row] of before.rows) this.#checkRow(name, row, before, after);
    for (const [name, link] of before.links) {
      if (!before.rows.has(name)) this.#checkDeletedRow(name, link, before, after);
    }
  }

  #look(): Before {
    const { hands, state } = this.pair;
    const look: Before = { rows: new Map(), persons: new Map(), links: new Map() };
    for (const id of hands.personIds()) look.persons.set(id, hands.person(id)!);
    for (const type of RECORD_TYPES) {
      for (const page of state.links(type)) {
        for (const link of page) look.links.set(rowName(type, link.dynamicsId), link);
      }
      for (const id of hands.rowIds(type)) {
        const name = rowName(type, id);
        const link = look.links.get(name) ?? null;
        look.rows.set(name, { type, id, values: hands.row(type, id)!, link });
      }
    }
    return look;
  }

  #checkRow(
    name: RecordName,
    row: { type: RecordType; id: string; values: Values; link: Link | null },
    before: Before,
    after: Before,
  ): void {
    const { state } = this.pair;
    const link = after.links.get(name);
    const waits = state.failedAmong(row.type, [row.id]).has(row.id);
    if (waits || !link) {
      this.#agreed.delete(name);
      if (!waits && !link) fail("A row has neither a link nor a note why.", { name, row });
      return;
    }
    if (link.state === "marketoDeleted") return this.#checkWaiting(name, row, before);
    if (link.state !== "active") fail("The link of a row that is there rests.", { name, link });
    const person = after.persons.get(link.personId);
    if (!person) fail("An active link has no person.", { name, link });
    this.#checkMatch(name, row, { before, link });
    const known = this.#agreed.get(name);
    const goesOn = row.link?.personId === link.personId;
    const keys = new Map<string, string>();
    const loops = (goesOn && known?.loops) || new Map<string, LoopForesight>();
    const isWhole = goesOn ? known?.isWhole === true : true;
    this.#agreed.set(name, { personId: link.personId, keys, loops, isWhole });
    const heldNow = isWhole ? null : heldFields(this.pair, name);
    for (const rule of this.ledger.rules[row.type]) {
      const met = before.persons.get(link.personId);
      const d = keyOf(rule, "dynamics", row.values);
      const m = met ? keyOf(rule, "marketo", met) : "";
      const now = {
        dynamics: keyOf(rule, "dynamics", after.rows.get(name)!.values),
        marketo: keyOf(rule, "marketo", person!),
      };
      const base =
        goesOn && known?.personId === link.personId ? known.keys.get(rule.key) : undefined;
      if (goesOn && base === undefined) {
        // Agreed on at a time that was not foreseeable (a command, a refusal): taken up again where both are equal.
        if (now.dynamics === now.marketo) keys.set(rule.key, now.dynamics);
        continue;
      }
      const loop = loops.get(rule.key) ?? new LoopForesight();
      loops.set(rule.key, loop);
      const ruled = goesOn
        ? foreseen(rule, row.type, { base: base!, d, m })
        : firstContact(rule, row.type, { d, m });
      const stood = { dynamics: d, marketo: m };
      const cycle = this.pair.state.lastCycle();
      const isHeld = heldNow
        ? heldNow.has(rule.key)
        : loop.isHeld(stood) || loop.holds(stood, ruled, cycle);
      const rests = goesOn && isHeld;
      const wanted = rests ? { ...stood, base: base! } : ruled;
      if (now.dynamics !== wanted.dynamics || now.marketo !== wanted.marketo) {
        fail("A field is not what the rules say.", {
          name,
          field: rule.key,
          base,
          before: { d, m },
          wanted,
          now,
          log: this.pair.activities().slice(-4),
        });
      }
      keys.set(rule.key, wanted.base);
    }
  }

  /** The person was deleted and the row stands as agreed since then. */
  #checkWaiting(
    name: RecordName,
    row: { type: RecordType; values: Values; link: Link | null },
    before: Before,
  ): void {
    const known = this.#agreed.get(name);
    if (!known || (row.link && before.persons.has(row.link.personId))) return;
    for (const rule of this.ledger.rules[row.type]) {
      const base = known.keys.get(rule.key);
      const d = keyOf(rule, "dynamics", row.values);
      if (base !== undefined && base !== d && rule.direction !== "toDynamics") {
        fail("The row changed after its person was deleted, and nobody was created.", {
          name,
          field: rule.key,
          base,
          d,
        });
      }
    }
  }

  #checkDeletedRow(name: RecordName, link: Link, before: Before, after: Before): void {
    const now = after.links.get(name);
    const isThere = after.persons.get(link.personId);
    if (!isThere) {
      if (now && before.persons.has(link.personId)) fail("Who deleted the person?", { name });
      if (now && link.state !== "dynamicsDeleted") {
        fail("Both records are gone and the link stays.", { name, now });
      }
      return;
    }
    const { crmIsDeleted: flag } = isThere;
    if (now && (now.state !== "dynamicsDeleted" || flag !== true)) {
      fail("The person of a deleted row is not flagged.", { name, now, flag });
    }
  }

  /** A row without a link goes to the one person that is its own, and to a new one if there is none. */
  #checkMatch(
    name: RecordName,
    row: { type: RecordType; id: string; values: Values; link: Link | null },
    { before, link }: { before: Before; link: Link },
  ): void {
    if (row.link) return;
    const linked = new Set([...before.links.values()].map(({ personId }) => personId));
    const free = [...before.persons].filter(([id]) => !linked.has(id));
    const own = free.filter(([, person]) => person["crmRecordId"] === row.id).map(([id]) => id);
    const email = emailOf(row.values["emailaddress1"]);
    const byEmail = free
      .filter(([, person]) => !person["crmRecordId"] && emailOf(person["email"]) === email)
      .map(([id]) => id);
    const rivals = [...before.rows.values()].filter(
      (other) => !other.link && emailOf(other.values["emailaddress1"]) === email,
    );
    const wanted = own.length ? own : email ? byEmail : [];
    const met = before.persons.has(link.personId) ? [link.personId] : [];
    const isUnique = own.length === 1 || rivals.length === 1 || !wanted.length;
    if (!isUnique || String(wanted) !== String(met)) {
      fail("The row is linked to another person than its own.", { name, wanted, met, rivals });
    }
  }
}

function emailOf(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}

interface Outcome {
  dynamics: string;
  marketo: string;
  base: string;
}

const both = (key: string): Outcome => ({ dynamics: key, marketo: key, base: key });

/** R2 and R3 for one field. */
function foreseen(
  { direction }: FieldRule,
  type: RecordType,
  { base, d, m }: { base: string; d: string; m: string },
): Outcome {
  if (direction === "toMarketo") return { dynamics: d, marketo: d === base ? m : d, base: d };
  if (direction === "toDynamics") return { dynamics: m === base ? d : m, marketo: m, base: m };
  if (d === base) return both(m);
  if (m === base) return both(d);
  return both(type === "contact" ? d : m);
}

/** Two records that were never compared: gaps are filled, else R3's winner stays. */
function firstContact(
  { direction }: FieldRule,
  type: RecordType,
  { d, m }: { d: string; m: string },
): Outcome {
  if (direction === "toMarketo") return { dynamics: d, marketo: d === "" ? m : d, base: d };
  if (direction === "toDynamics") return { dynamics: m === "" ? d : m, marketo: m, base: m };
  if (d === "") return both(m);
  if (m === "") return both(d);
  return both(type === "contact" ? d : m);
}
