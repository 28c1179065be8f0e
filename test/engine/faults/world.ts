import assert from "node:assert/strict";
import { defaultQuirks } from "../../../src/sandbox/marketo/quirks";
import type { CycleSummary } from "../../../src/model/activity";
import { openSandboxPair, type SandboxPair } from "../../support/enginePair";
import type { Accident } from "./accidents";

/** Longer than the overlap of the feeds and than the first waits of a failed record. */
const QUIET_MS = 11 * 60_000;
/** Longer than descriptions are kept. */
const LONG_MS = 13 * 3_600_000;
/** Cycles that an accident may cost until everything is repaired. */
const MOST_CYCLES = 8;

/** What both sides must hold in the end, by contact id. */
type Expected = Map<string, { jobtitle?: string; middlename?: string; lost?: string }>;

export interface WorldSize {
  contacts: number;
  /** Records changed on each side in a round; a tenth of them on both. */
  changes: number;
}

/** One linked database, on which accident after accident happens while people go on editing. */
export class FaultWorld {
  #round = 0;

  private constructor(
    readonly pair: SandboxPair,
    private readonly size: WorldSize,
  ) {}

  static async open(size: WorldSize): Promise<FaultWorld> {
    const pair = await openSandboxPair({
      sandbox: { contacts: size.contacts, leads: 0, persons: 0, leadTable: false },
      configure: ({ policies, budget }) => {
        policies.brakes.maxUpdates = { absolute: 100_000, percent: 100 };
        budget.marketoDailyCalls = 1_000_000;
      },
    });
    const world = new FaultWorld(pair, size);
    await world.#cycle();
    await world.#untilQuiet();
    return world;
  }

  close(): Promise<void> {
    return this.pair.close();
  }

  /** People edit, the accidents happen in the next cycle; afterwards nothing is lost and nothing is there twice. */
  async endure(accidents: readonly Accident[]): Promise<void> {
    const { sandbox, clock } = this.pair;
    const expected = this.#edit();
    if (!accidents.some(({ withoutNew }) => withoutNew)) this.#addContacts(expected);
    const since = this.pair.state.activities({ limit: 1 })[0]?.id ?? 0;
    for (const accident of accidents) accident.arm(sandbox);
    const struck = await this.#cycle();
    if (accidents.some(({ repair }) => repair)) {
      clock.advance(QUIET_MS);
      await this.#cycle();
      for (const { repair } of accidents) repair?.(sandbox);
      this.#touchRefused();
      clock.advance(LONG_MS);
    }
    sandbox.faults.clear();
    Object.assign(sandbox.marketo.quirks, defaultQuirks());
    assert.equal(struck.halted, null);
    await this.#untilQuiet();
    this.#checkBothSides(expected);
    this.#checkLog(expected, since);
  }

  /** Contacts edited by sales, persons by marketing, some by both (another field or the same one). */
  #edit(): Expected {
    const { sandbox, state } = this.pair;
    const { dynamics, marketo, salesUserId } = sandbox;
    const round = ++this.#round;
    const links = [...state.links("contact")].flat();
    const { changes } = this.size;
    const expected: Expected = new Map();
    for (const [at, { dynamicsId, personId }] of links.slice(0, 2 * changes).entries()) {
      const both = at >= changes - changes / 10 && at < changes;
      const job = `Job ${round}-${at}`;
      const middle = `Middle ${round}-${at}`;
      const want: { jobtitle?: string; middlename?: string; lost?: string } = {};
      if (at < changes) {
        dynamics.edit("contact", dynamicsId, { jobtitle: job }, salesUserId);
        want.jobtitle = job;
      }
      if (both && at % 2) {
        // The same field on both sides: Dynamics wins for a contact.
        want.lost = `Title ${round}-${at}`;
        marketo.edit(personId, { title: want.lost });
      } else if (both || at >= changes) {
        marketo.edit(personId, { middleName: middle });
        want.middlename = middle;
      }
      expected.set(dynamicsId, want);
    }
    return expected;
  }

  /** What was refused waits for a change of the record: somebody makes one. */
  #touchRefused(): void {
    for (const { personId } of this.pair.state.failed()) {
      this.pair.sandbox.marketo.edit(personId!, { salutation: `Dr. ${this.#round}` });
    }
  }

  #addContacts(expected: Expected): void {
    const { dynamics, salesUserId } = this.pair.sandbox;
    const round = this.#round;
    for (let at = 0; at < this.size.changes / 20; at++) {
      const values = { lastname: `New ${round}-${at}`, jobtitle: `Born ${round}-${at}` };
      const id = dynamics.create("contact", values, salesUserId);
      expected.set(id, { jobtitle: values.jobtitle });
    }
  }

  async #cycle(): Promise<CycleSummary> {
    return this.pair.run();
  }

  /** Cycles until one writes nothing and has no error; the one after it must not write either. */
  async #untilQuiet(): Promise<void> {
    const { sandbox, clock } = this.pair;
    for (let cycle = 0; cycle < MOST_CYCLES; cycle++) {
      clock.advance(QUIET_MS);
      sandbox.log.reset();
      const { error, halted, counts } = await this.#cycle();
      assert.equal(halted, null, JSON.stringify(halted));
      const wrote = writesOf(sandbox.log.entries());
      const open = this.pair.state.failed().length;
      if (error || wrote > 0 || open > 0) continue;
      assert.deepEqual([counts.created, counts.updated], [NONE, NONE]);
      clock.advance(QUIET_MS);
      sandbox.log.reset();
      const last = await this.#cycle();
      assert.deepEqual([last.error, writesOf(sandbox.log.entries())], [null, 0]);
      return;
    }
    const failed = this.pair.state.failed({ limit: 3 });
    assert.fail(`Still not quiet after ${MOST_CYCLES} cycles: ${JSON.stringify(failed)}`);
  }

  #checkBothSides(expected: Expected): void {
    const { dynamics, marketo } = this.pair.sandbox;
    const persons = new Map<string, Record<string, unknown>>();
    for (const person of marketo.persons()) {
      const id = String(person["crmRecordId"]);
      assert.ok(!persons.has(id), `Two persons stand for the contact ${id}.`);
      persons.set(id, person);
    }
    assert.equal(persons.size, dynamics.count("contact"));
    for (const row of dynamics.rows("contact", [
      "contactid",
      "jobtitle",
      "middlename",
      "lastname",
    ])) {
      const id = String(row["contactid"]);
      const person = persons.get(id);
      const want = expected.get(id) ?? {};
      const held = {
        dynamics: [row["lastname"], row["jobtitle"] ?? null, row["middlename"] ?? null],
        marketo: [person?.["lastName"], person?.["title"] ?? null, person?.["middleName"] ?? null],
      };
      assert.deepEqual(held.marketo, held.dynamics, `${id} differs`);
      if (want.jobtitle) assert.equal(held.dynamics[1], want.jobtitle);
      if (want.middlename) assert.equal(held.dynamics[2], want.middlename);
    }
  }

  /** Every value that travelled stands in the log, and so does every value that lost. */
  #checkLog(expected: Expected, since: number): void {
    const told = new Map<string, Set<string>>();
    const { state } = this.pair;
    const limit = 10 * this.size.contacts;
    for (const { id, dynamicsId, outcome, changes } of state.activities({ limit })) {
      if (id <= since || !dynamicsId || !TOLD.has(outcome)) continue;
      const values = told.get(dynamicsId) ?? new Set();
      told.set(dynamicsId, values);
      for (const { after, lost } of changes) {
        values.add(String(after));
        if (lost !== undefined) values.add(String(lost));
      }
    }
    for (const [id, want] of expected) {
      for (const value of Object.values(want)) {
        assert.ok(told.get(id)?.has(value), `The log does not tell of "${value}" (${id}).`);
      }
    }
  }
}

const NONE = { dynamics: 0, marketo: 0 };
/** A row that says that something failed tells what was tried, not what became of it. */
const TOLD = new Set(["applied", "conflicted"]);

function writesOf(entries: readonly { operation: string }[]): number {
  return entries.filter(({ operation }) => /POST .*(leads\.json|\$batch)/.test(operation)).length;
}
