import type { PairConfig } from "../../src/config/pairFile";
import type { Answer } from "../../src/model/answer";
import type { Sandbox } from "../../src/sandbox/sandbox";

/** What happens to the two orgs around the process that is killed. */
export interface Scenario {
  name: string;
  /** The first point of every kind is always tried. */
  isMain?: true;
  /** Records that are there from the start. */
  records(hands: ScenarioHands): void;
  /** What the pair file says besides. */
  configure?(config: PairConfig, hands: ScenarioHands): void;
  /** The first sync is done before the edits; else the killed process does it. */
  synced: boolean;
  /** What happened between the first sync and the edits, each time followed by a cycle. */
  history?: readonly ((hands: ScenarioHands) => void)[];
  /** Answers to questions that the history left open. */
  answers?: readonly { tag: string; answer: (hands: ScenarioHands) => Answer }[];
  /** What other hands do before the cycle, and what goes wrong on the way. */
  edits(hands: ScenarioHands): void;
  /** The killed process looks for requests of campaigns before its cycle, as it does between two cycles. */
  polls?: true;
  /** The killed process and the one after it run the command for the person with this tag instead of a cycle. */
  createFrom?: { tag: string; cyclesFirst: boolean };
}

type Values = Record<string, string | number | boolean | null>;

/** Other people's edits, by the tag that each human carries as middle name. */
export class ScenarioHands {
  constructor(readonly sandbox: Sandbox) {}

  row(table: "contact" | "lead", tag: string, values: Values = {}): void {
    const { dynamics, salesUserId } = this.sandbox;
    const own = { middlename: tag, firstname: "Ann", lastname: `Human ${tag}` };
    dynamics.create(
      table,
      { ...own, emailaddress1: `${tag}@fabrikam.test`, ...values },
      salesUserId,
    );
  }

  person(tag: string, values: Values = {}): void {
    const own = { middleName: tag, firstName: "Ann", lastName: `Human ${tag}` };
    this.sandbox.marketo.create({ ...own, email: `${tag}@fabrikam.test`, ...values });
  }

  editRow(table: "contact" | "lead", tag: string, values: Values): void {
    const { dynamics, salesUserId } = this.sandbox;
    dynamics.edit(table, this.rowId(table, tag), values, salesUserId);
  }

  removeRow(tag: string): void {
    const { dynamics, salesUserId } = this.sandbox;
    dynamics.remove("contact", this.rowId("contact", tag), salesUserId);
  }

  editPerson(tag: string, values: Values): void {
    this.sandbox.marketo.edit(this.personId(tag), values);
  }

  removePerson(tag: string): void {
    this.sandbox.marketo.remove(this.personId(tag));
  }

  /** A customer's rule: no contact may be called this. */
  forbidJobTitle(title: string): void {
    this.sandbox.dynamics.plugins.add(({ message, values }) =>
      message === "Update" && values["jobtitle"] === title
        ? { refuse: `Nobody is ${title} here.` }
        : undefined,
    );
  }

  /** A seller qualifies a lead: it closes, and a contact with its values is there. */
  qualify(tag: string): void {
    this.sandbox.dynamics.qualify(this.rowId("lead", tag), this.sandbox.salesUserId);
  }

  mergeRows(winner: string, loser: string): void {
    const ids = { winner: this.rowId("contact", winner), loser: this.rowId("contact", loser) };
    this.sandbox.dynamics.merge("contact", ids, this.sandbox.salesUserId);
  }

  mergePersons(winner: string, loser: string): void {
    this.sandbox.marketo.merge(this.personId(winner), [this.personId(loser)]);
  }

  rowId(table: "contact" | "lead", tag: string): string {
    for (const row of this.sandbox.dynamics.rows(table)) {
      if (row["middlename"] === tag) return String(row[`${table}id`]);
    }
    throw new Error(`There is no ${table} ${tag}.`);
  }

  personId(tag: string): number {
    for (const person of this.sandbox.marketo.persons()) {
      if (person["middleName"] === tag) return Number(person["id"]);
    }
    throw new Error(`There is no person ${tag}.`);
  }
}
