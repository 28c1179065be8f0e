import type { RecordType } from "../../src/model/record";
import { createRecord } from "../../src/engine/createRecord";
import { CallError, ContactSyncError } from "../../src/model/failure";
import type { CycleSummary } from "../../src/model/activity";
import { Ledger } from "./ledger";
import { openOrgs, type Ground, type Hands, type Pair, type Values } from "./orgs";
import { Foresight } from "./foresight";
import { Life } from "./life";
import { watched } from "../support/watched";
import { checkAfterQuiet, checkCycle, fail } from "./invariants";
import type { Deed, Edit, Edited, Step, Written } from "./steps";
import { addressOf, KINDS, withLife, withMachineMap } from "./values";

export interface History {
  ground: Ground;
  steps: readonly Step[];
  /** Nothing happens while a cycle runs, so that each cycle's result is checked exactly. */
  calm: boolean;
  /** Records are qualified, merged and filtered, calls fail and the map changes; only in memory. */
  lively?: boolean;
}

/** Plays a history and checks everything that must hold, in between and after quiet; throws at the first thing that does not. */
export async function play(history: History): Promise<void> {
  const machine = await Machine.open(history);
  try {
    for (const step of history.steps) await machine.step(step);
    await machine.life?.repair();
    await machine.calmDown();
  } finally {
    await machine.close();
  }
}

type Race = Extract<Step, { do: "race" }>;

const MINUTE = 60_000;
/** Cycles until nothing moves; more than that is a tug of war. */
const MOST_CYCLES = 14;

export class Machine {
  readonly rows: { type: RecordType; id: string; last: Values }[] = [];
  readonly persons: number[] = [];
  readonly #races: Race[] = [];
  readonly #foresight: Foresight;
  /** Null as long as nothing but edits happens. */
  readonly life: Life | null;
  private readonly calm: boolean;
  #calls = 0;
  #inCycle = false;
  #values = 0;

  private constructor(
    readonly pair: Pair,
    readonly ledger: Ledger,
    { calm, lively }: Pick<History, "calm" | "lively">,
  ) {
    this.#foresight = new Foresight(pair, ledger);
    this.calm = calm;
    this.life = lively && "dynamics" in pair ? new Life(this, pair) : null;
  }

  static async open({ ground, calm, lively = false }: History): Promise<Machine> {
    const hook: { machine?: Machine } = {};
    const pair = await openOrgs(ground, {
      configure: (config) => {
        withMachineMap(config);
        if (lively) withLife(config);
      },
      wrap: (connectors) => watched(connectors, ({ when }) => hook.machine?.onCall(when)),
    });
    const { context } = await pair.engine.prepare();
    const rulesOf = (type: RecordType) =>
      context.types.find(({ recordType }) => recordType === type)?.rules ?? [];
    const rules = { contact: rulesOf("contact"), lead: rulesOf("lead") };
    const machine = new Machine(pair, new Ledger(pair.hands, rules), { calm, lively });
    hook.machine = machine;
    return machine;
  }

  async close(): Promise<void> {
    await this.pair.close();
  }

  async step(step: Step): Promise<void> {
    this.pair.clock.advance(1000);
    switch (step.do) {
      case "cycle":
        await this.cycle();
        return;
      case "advance":
        this.pair.clock.advance(step.minutes * MINUTE);
        return;
      case "late":
        this.pair.hands.delayRows(step.minutes * MINUTE);
        return;
      case "race":
        this.#races.push(step);
        return;
      case "restart":
        await this.pair.restart();
        return;
      case "command":
        await this.#command(step.at);
        return;
      case "poll":
        await this.#poll();
        return;
      case "askBy":
        await this.life?.asks.askBy(step.by);
        return;
      case "qualify":
      case "mergeRows":
      case "mergePersons":
      case "filter":
        this.#byHand(() => this.life?.deed(step));
        return;
      case "fault":
      case "expire":
      case "hide":
      case "switch":
        await this.life?.trouble(step);
        return;
      default:
        this.#act(step);
    }
  }

  /** One ordinary cycle: previewed first, so that the preview is held to what the cycle does. */
  async cycle(): Promise<CycleSummary> {
    this.ledger.look("engine");
    const isDisturbed = this.#races.length > 0 || this.life?.hasFaults === true;
    const preview = isDisturbed ? null : await this.pair.preview();
    if (this.calm) this.#foresight.before();
    const began = this.life?.asks.begin(this.ledger.moment) ?? 0;
    const lastTold = this.pair.state.lastActivity();
    this.#calls = 0;
    this.#inCycle = true;
    const summary = await this.#run();
    this.#inCycle = false;
    this.life?.endFaults();
    // Cycles are minutes apart; within one minute the feeds cannot tell two equal values of one field apart.
    this.pair.clock.advance(2 * MINUTE);
    // A moment that the cycle had no call for comes after it.
    for (const race of this.#races.splice(0)) this.#act(race.deed);
    this.ledger.look("engine");
    this.life?.asks.checkRefusals(began);
    const asked = this.life?.asks.createdSince(lastTold) ?? 0;
    if (!isDisturbed || !summary.error) checkCycle(summary, preview, asked);
    if (this.calm) this.#foresight.after();
    return summary;
  }

  /** Where a brake asks for a word, it gets it; somebody may change the plan before that. */
  async #run(): Promise<CycleSummary> {
    let summary = await this.pair.run();
    for (let word = 0; this.life && summary.halted && word < 3; word++) {
      summary = await this.pair.run({ approved: summary.halted.planHash });
    }
    return summary;
  }

  /** Cycles until nothing moves, past every overlap and delay, and then checks what must hold. */
  async calmDown(): Promise<void> {
    this.pair.hands.delayRows(0);
    let quiet = 0;
    for (let round = 0; quiet < 3; round++) {
      if (round > MOST_CYCLES)
        fail("The sides do not come to rest.", this.pair.activities().slice(-6));
      const summary = await this.cycle();
      quiet = isQuiet(summary) ? quiet + 1 : 0;
      // The second quiet cycle comes after the overlap and overdue echoes, the third after the last retry.
      this.pair.clock.advance(quiet === 2 ? 25 * 60 * MINUTE : 25 * MINUTE);
    }
    await checkAfterQuiet(this.pair, this.ledger, this.life ?? undefined);
    this.life?.asks.checkAfterQuiet(this.life.hasLostAnswers);
  }

  /** Called before and after each call of a connector; somebody's deed may fall into this moment. */
  onCall(when: "before" | "after"): void {
    if (!this.#inCycle) return;
    if (when === "before") this.#calls++;
    const now = this.#calls - 1;
    const due = this.#races.filter((race) => race.call === now && race.when === when);
    for (const race of due) {
      this.#races.splice(this.#races.indexOf(race), 1);
      this.#act(race.deed);
    }
    this.ledger.look("engine");
  }

  #act(deed: Deed): void {
    this.#byHand(() => DEEDS[deed.do](this, deed as never));
    for (const row of this.rows) row.last = this.hands.row(row.type, row.id) ?? row.last;
  }

  #byHand(deed: () => void): void {
    const { life, ledger } = this;
    ledger.byHand(() => (life ? life.asks.watch(deed, ledger.moment) : deed()));
  }

  /** The short look at what campaigns ask for; people go on working meanwhile. */
  async #poll(): Promise<void> {
    const began = this.life?.asks.begin(this.ledger.moment) ?? 0;
    this.#calls = 0;
    this.#inCycle = true;
    await this.life?.asks.poll();
    this.#inCycle = false;
    this.ledger.look("engine");
    this.life?.asks.checkRefusals(began);
  }

  async #command(at: number): Promise<void> {
    const personId = this.person(at);
    if (personId === undefined) return;
    const began = this.ledger.moment;
    this.life?.asks.stir(personId, began);
    const { context } = await this.pair.engine.prepare();
    try {
      await createRecord(context, { personId });
    } catch (error) {
      const isHit = error instanceof CallError && this.life?.hasFaults === true;
      if (!isHit && !(error instanceof ContactSyncError)) throw error;
    }
    this.ledger.look("engine");
    this.life?.asks.checkRefusals(began);
  }

  get hands(): Hands {
    return this.pair.hands;
  }

  person(at: number): number | undefined {
    this.adopt();
    const id = this.persons[at % Math.max(1, this.persons.length)];
    return id !== undefined && this.hands.person(id) ? id : undefined;
  }

  row(at: number): { type: RecordType; id: string } | undefined {
    this.adopt();
    const row = this.rows[at % Math.max(1, this.rows.length)];
    return row && this.hands.row(row.type, row.id) ? row : undefined;
  }

  /** Records that the engine made are edited by others, too. */
  adopt(): void {
    for (const id of this.hands.personIds()) if (!this.persons.includes(id)) this.persons.push(id);
    for (const type of ["contact", "lead"] as const) {
      for (const id of this.hands.rowIds(type)) {
        if (this.rows.some((row) => row.id === id)) continue;
        this.rows.push({ type, id, last: this.hands.row(type, id) ?? {} });
      }
    }
  }

  rowValues(type: RecordType, edits: readonly Edit[]): Values {
    const known = new Set(this.ledger.rules[type].map((rule) => rule.key));
    const fitting = edits.filter(({ field }) => known.has(field));
    return Object.fromEntries(
      fitting.map(({ field, value }) => [field, this.#value(field, value, "dynamics")]),
    );
  }

  personValues(edits: readonly Edit[]): Values {
    const fieldOf = new Map(this.ledger.allRules().map((rule) => [rule.key, rule.field]));
    return Object.fromEntries(
      edits.map(({ field, value }) => [fieldOf.get(field)!, this.#value(field, value, "marketo")]),
    );
  }

  next(): number {
    return ++this.#values;
  }

  #value(field: Edited, value: Written, side: "dynamics" | "marketo"): unknown {
    if (value === "empty") return null;
    return KINDS[field](value, this.next(), { side, options: this.#options(field) });
  }

  #options(field: Edited) {
    return this.ledger.rules.contact.find(({ key }) => key === field)?.column.options ?? [];
  }
}

function isQuiet({ counts, error }: CycleSummary): boolean {
  const { created, updated } = counts;
  const writes = created.dynamics + created.marketo + updated.dynamics + updated.marketo;
  return writes === 0 && error === null;
}

// --------------------------------------------------------------------------------------------- what people do

type DeedOf<K extends Deed["do"]> = Extract<Deed, { do: K }>;

const DEEDS: { [K in Deed["do"]]: (machine: Machine, deed: DeedOf<K>) => void } = {
  createRow: (machine, { type, address, edits }) => {
    const values = { lastname: `Row ${machine.next()}`, ...machine.rowValues(type, edits) };
    machine.hands.createRow(type, { ...values, emailaddress1: addressOf(address, "row") });
    machine.adopt();
  },
  createPerson: (machine, { address, edits }) => {
    const values = { lastName: `Person ${machine.next()}`, ...machine.personValues(edits) };
    machine.hands.createPerson({ ...values, email: addressOf(address, "person") });
    machine.adopt();
  },
  editRow: (machine, { at, edits }) => {
    const row = machine.row(at);
    if (row) machine.hands.editRow(row.type, row.id, machine.rowValues(row.type, edits));
  },
  editPerson: (machine, { at, edits }) => {
    const id = machine.person(at);
    if (id !== undefined) machine.hands.editPerson(id, machine.personValues(edits));
  },
  editBoth: (machine, { at, field, row: written, person }) => {
    const row = machine.row(at);
    if (!row) return;
    const link = machine.pair.state.linksByDynamicsId(row.type, [row.id]).get(row.id);
    const values = machine.rowValues(row.type, [{ field, value: written }]);
    machine.hands.editRow(row.type, row.id, values);
    if (!link || !machine.hands.person(link.personId)) return;
    machine.hands.editPerson(link.personId, machine.personValues([{ field, value: person }]));
  },
  touchRow: (machine, { at }) => {
    const row = machine.row(at);
    if (row) machine.hands.editRow(row.type, row.id, { fax: `fax ${machine.next()}` });
  },
  touchPerson: (machine, { at }) => {
    const id = machine.person(at);
    if (id !== undefined) machine.hands.editPerson(id, { fax: `fax ${machine.next()}` });
  },
  score: (machine, { at, value }) => {
    const id = machine.person(at);
    if (id !== undefined) machine.hands.editPerson(id, { leadScore: value });
  },
  oneWay: (machine, { at, side }) => {
    const row = machine.row(at);
    const id = machine.person(at);
    const value = `one way ${machine.next()}`;
    if (side === "dynamics" && row) {
      machine.hands.editRow(row.type, row.id, { address1_country: value });
    }
    if (side === "marketo" && id !== undefined) machine.hands.editPerson(id, { country: value });
  },
  removeRow: (machine, { at }) => {
    const row = machine.row(at);
    if (row) machine.hands.removeRow(row.type, row.id);
  },
  restoreRow: (machine, { at }) => {
    const gone = machine.rows[at % Math.max(1, machine.rows.length)];
    if (!gone || machine.hands.row(gone.type, gone.id)) return;
    const values = machine.ledger.rules[gone.type].map(({ key }) => [key, gone.last[key] ?? null]);
    machine.hands.restoreRow(gone.type, gone.id, Object.fromEntries(values) as Values);
  },
  removePerson: (machine, { at }) => {
    const id = machine.person(at);
    if (id !== undefined) machine.hands.removePerson(id);
  },
  ask: (machine, { at }) => {
    const id = machine.person(at);
    if (id !== undefined) machine.life?.asks.ask(id);
  },
  register: (machine, { address, edits }) => {
    DEEDS.createPerson(machine, { do: "createPerson", address, edits });
    const id = machine.persons.at(-1);
    if (id !== undefined) machine.life?.asks.ask(id);
  },
  merge: (machine, { at, loser }) => {
    const winner = machine.person(at);
    const gone = machine.person(loser);
    if (winner === undefined || gone === undefined || winner === gone) return;
    // What happens to the loser's link is the life cycle's matter; here only persons without one lose.
    if (machine.pair.state.linksByPersonId([gone]).has(gone)) return;
    if (machine.hands.person(gone)?.["crmRecordId"]) return;
    machine.life?.asks.stir(winner, machine.ledger.moment);
    machine.hands.merge(winner, gone);
  },
};
