import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldConfig, PairConfig } from "../../../src/config/pairFile";
import type { Activity } from "../../../src/model/activity";
import { createRecord } from "../../../src/engine/createRecord";
import { RECORD_TYPES, type RecordType } from "../../../src/model/record";
import type { SandboxOptions } from "../../../src/sandbox/sandbox";
import { openSandboxPair, type SandboxPair } from "../../support/enginePair";
import { sendToDynamics } from "./dynamicsCall";

/** Names of records in a story: rows are named by the story, persons are P1, P2, … in the order of their ids. */
export type Values = Record<string, string | number | boolean | null>;

/** One cycle of a story: what happens before it, and what it has to do. */
export interface Chapter {
  events(story: Story): void | Promise<void>;
  /** The log rows of the cycle, as `logLine` has them. */
  log: readonly string[];
  /** Calls of the cycle to Dynamics and Marketo. */
  calls?: readonly [number, number];
  halted?: string;
}

export interface Scenario {
  name: string;
  configure?: (config: PairConfig) => void;
  sandbox?: SandboxOptions;
  /** Before the first cycle, whose log is not looked at. */
  start(story: Story): void | Promise<void>;
  chapters: readonly Chapter[];
  /** Links and persons at the end, as `ending` has them. */
  end: readonly string[];
}

/** Plays each scenario over the sandbox's wire; afterwards nothing may be left to do. */
export function playAll(scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) test(scenario.name, () => play(scenario));
}

async function play({ configure, sandbox = {}, start, chapters, end }: Scenario): Promise<void> {
  const pair = await openSandboxPair({
    sandbox,
    configure: (config) => {
      useSmallMap(config);
      configure?.(config);
    },
  });
  const story = new Story(pair);
  try {
    await start(story);
    await story.cycle();
    const played: Omit<Chapter, "events">[] = [];
    for (const { events, calls: isAsserted } of chapters) {
      await events(story);
      const { log, calls, halted } = await story.cycle();
      played.push({ log, ...(isAsserted && { calls }), ...(halted !== null && { halted }) });
    }
    const expected = chapters.map(({ events: _, ...rest }) => rest);
    assert.deepEqual({ chapters: played, end: story.ending() }, { chapters: expected, end });
    await story.cycle();
    const { log, calls } = await story.cycle();
    assert.deepEqual([log, calls], [[], [pair.sandbox.recordTypes.length, 3]], "then it is quiet");
  } finally {
    await pair.close();
  }
}

const both = (column: string, field: string): FieldConfig => ({
  column,
  field,
  direction: "both",
  enabled: true,
});
const SMALL_MAP: readonly FieldConfig[] = [
  both("lastname", "lastName"),
  both("emailaddress1", "email"),
  both("jobtitle", "title"),
  both("telephone1", "phone"),
  { ...both("statecode", "crmStatus"), direction: "toMarketo" },
];

/** A map that a test can write down; both record types have it, leads also have a company. */
export function useSmallMap({ recordTypes }: PairConfig): void {
  if (recordTypes.contact) recordTypes.contact.fields = [...SMALL_MAP];
  if (recordTypes.lead) {
    recordTypes.lead.fields = [...SMALL_MAP, both("companyname", "company")];
  }
}

const FIVE_MINUTES = 300_000;

/** A sandbox pair with names for its records. */
export class Story {
  readonly #names = new Map<string, string>();
  readonly #types = new Map<string, RecordType>();
  #told = 0;
  #approved: string | null = null;

  constructor(readonly pair: SandboxPair) {}

  get dynamics() {
    return this.pair.sandbox.dynamics;
  }

  get marketo() {
    return this.pair.sandbox.marketo;
  }

  // ------------------------------------------------------------------------------------------- events

  contact(name: string, values: Values = {}): void {
    this.#create("contact", name, values);
  }

  lead(name: string, values: Values = {}): void {
    this.#create("lead", name, values);
  }

  #create(recordType: RecordType, name: string, values: Values): void {
    const whole = { lastname: name, emailaddress1: `${name.toLowerCase()}@web.test`, ...values };
    const { salesUserId } = this.pair.sandbox;
    this.learn(name, recordType, this.dynamics.create(recordType, whole, salesUserId));
  }

  /** Gives a row its name in the story. */
  learn(name: string, recordType: RecordType, id: string): void {
    this.#names.set(name, id);
    this.#types.set(name, recordType);
  }

  person(values: Values): number {
    return this.marketo.create(values);
  }

  edit(name: string, values: Values): void {
    const { salesUserId } = this.pair.sandbox;
    this.dynamics.edit(this.#types.get(name)!, this.id(name), values, salesUserId);
  }

  remove(name: string): void {
    this.dynamics.remove(this.#types.get(name)!, this.id(name), this.pair.sandbox.salesUserId);
  }

  editPerson(name: string, values: Values): void {
    this.marketo.edit(this.personId(name), values);
  }

  /** The command Create Contact for a person; the contact gets the name. */
  async createContact(person: string, contact: string): Promise<void> {
    const { context } = await this.pair.engine.prepare();
    const created = await createRecord(context, { personId: this.personId(person) });
    this.learn(contact, "contact", created.dynamicsId!);
  }

  /** Restores a deleted contact under its id, as the recycle bin or a backup does. */
  restore(name: string, values: Values = {}): void {
    const id = this.id(name);
    const whole = {
      contactid: id,
      lastname: name,
      emailaddress1: `${name.toLowerCase()}@web.test`,
    };
    const { salesUserId } = this.pair.sandbox;
    this.dynamics.create("contact", { ...whole, ...values }, salesUserId);
  }

  /** The user looks at the plan and lets the next cycle carry it out. */
  async approve(): Promise<void> {
    this.#approved = (await this.pair.preview()).planHash;
  }

  removePerson(name: string): void {
    this.marketo.remove(this.personId(name));
  }

  mergePersons(winner: string, ...losers: string[]): void {
    this.marketo.merge(
      this.personId(winner),
      losers.map((name) => this.personId(name)),
    );
  }

  /** Qualifies a lead as the web client does; the contact that it makes gets the name. */
  async qualify(lead: string, contact: string | null): Promise<void> {
    const path = `leads(${this.id(lead)})/Microsoft.Dynamics.CRM.QualifyLead`;
    const body = { CreateAccount: false, CreateContact: true, CreateOpportunity: false, Status: 3 };
    const answer = await sendToDynamics(this.pair.sandbox, path, body);
    const created = answer?.value.map((row) => row["contactid"]).find((id) => id !== undefined);
    if (contact !== null) this.learn(contact, "contact", String(created));
  }

  /** Merges as the web client does: the loser is switched off and points to the winner. */
  async merge(winner: string, loser: string): Promise<void> {
    const recordType = this.#types.get(winner)!;
    const party = (name: string) => ({
      "@odata.type": `Microsoft.Dynamics.CRM.${recordType}`,
      [`${recordType}id`]: this.id(name),
    });
    const body = {
      Target: party(winner),
      Subordinate: party(loser),
      PerformParentingChecks: false,
    };
    await sendToDynamics(this.pair.sandbox, "Merge", body);
  }

  // ------------------------------------------------------------------------------------------- looking

  id(name: string): string {
    return this.#names.get(name)!;
  }

  personId(name: string): number {
    return Number(name.slice(1)) + FIRST_PERSON - 1;
  }

  row(name: string): Values {
    return this.dynamics.row(this.#types.get(name)!, this.id(name)) as Values;
  }

  /** Runs the next cycle five minutes later; the log in words of the story. */
  async cycle(): Promise<{ log: string[]; calls: [number, number]; halted: string | null }> {
    this.pair.clock.advance(FIVE_MINUTES);
    const { error, calls, halted } = await this.pair.run({ approved: this.#approved });
    this.#approved = null;
    assert.equal(error, null);
    const log = this.log();
    const reason = halted?.reason ?? null;
    return { log, calls: [calls.dynamics, calls.marketo], halted: reason };
  }

  /** What was logged since the last look. */
  log(): string[] {
    const all = this.pair.activities().filter(({ id }) => id > this.#told);
    this.#told = Math.max(this.#told, ...all.map(({ id }) => id));
    return all.map((activity) => this.#line(activity));
  }

  /** `contact Ann P1: applied qualified title>marketo=Boss [what a human may do]`. */
  #line({ recordType, dynamicsId, personId, outcome, reason, changes, error }: Activity): string {
    const row = `${recordType} ${this.#nameOf(dynamicsId)}`;
    const person = personId === null ? "-" : this.#personName(personId);
    const values = changes.map(({ field, to, after, lost }) => {
      return ` ${field}>${to}=${after}${lost === undefined ? "" : ` (lost ${lost})`}`;
    });
    const hint = error ? ` [${this.#inWords(error.message)}]` : "";
    return `${row} ${person}: ${outcome} ${reason}${values.join("")}${hint}`;
  }

  /** Links, then persons, in the order of the persons' ids. */
  ending(): string[] {
    const links = RECORD_TYPES.flatMap((recordType) =>
      [...this.pair.state.links(recordType)].flat(),
    );
    const lines = links
      .sort((a, b) => a.personId - b.personId)
      .map(({ recordType, dynamicsId, personId, state }) => {
        return `${recordType} ${this.#nameOf(dynamicsId)} = ${this.#personName(personId)} ${state}`;
      });
    return [...lines, ...[...this.marketo.persons()].map((person) => this.#personLine(person))];
  }

  #personLine(person: Record<string, unknown>): string {
    const shown = ["lastName", "title", "phone", "crmStatus"];
    const values = shown.map((name) => person[name] ?? "-").join(" ");
    const owner = `${person["crmRecordType"] ?? "-"} ${this.#nameOf((person["crmRecordId"] as string) ?? null)}`;
    const flag = person["crmIsDeleted"] === true ? " deleted" : "";
    return `${this.#personName(Number(person["id"]))}: ${values}, ${owner}${flag}`;
  }

  #nameOf(id: string | null): string {
    if (id === null) return "-";
    return [...this.#names].find(([, known]) => known === id)?.[0] ?? id;
  }

  #personName(id: number): string {
    return `P${id - FIRST_PERSON + 1}`;
  }

  #inWords(message: string): string {
    const { salesUserId } = this.pair.sandbox;
    let text = message.replaceAll(salesUserId, "Sales");
    for (const [name, id] of this.#names) text = text.replaceAll(id, name);
    return text.replace(/person (\d+)/gi, (_all, id: string) => this.#personName(Number(id)));
  }
}

/** The id that the sandbox gives to its first person. */
const FIRST_PERSON = 1;
