import { Asks } from "./asks";
import type { RecordType } from "../../src/model/record";
import type { MemoryFault } from "../support/memory/faults";
import type { MemoryPair } from "../support/enginePair";
import type { Machine } from "./machine";
import { personName, rowName, type RecordName } from "./ledger";
import type { Edited, LifeDeed, Trouble } from "./steps";

type Of<U extends { do: string }, K extends U["do"]> = Extract<U, { do: K }>;

/** What happens to whole records in the orgs in memory, what goes wrong there, and who was mixed up with whom. */
export class Life {
  /** Records whose values went over to another one: whose writing is whose cannot be told afterwards. */
  readonly entangled = new Set<RecordName>();
  hasFaults = false;
  /** Answers of writes to Marketo got lost: rows of the persons' logs may be missing. */
  hasLostAnswers = false;
  readonly asks: Asks;

  constructor(
    private readonly machine: Machine,
    private readonly pair: MemoryPair,
  ) {
    this.asks = new Asks(pair);
  }

  deed(deed: LifeDeed): void {
    DEEDS[deed.do](this, deed as never);
  }

  async trouble(trouble: Trouble): Promise<void> {
    await TROUBLES[trouble.do](this, trouble as never);
  }

  /** Whatever a cycle met is over with it. */
  endFaults(): void {
    this.pair.dynamics.faults.clear();
    this.pair.marketo.faults.clear();
    this.hasFaults = false;
  }

  /** Everything that an administrator took away is given back. */
  async repair(): Promise<void> {
    this.endFaults();
    for (const type of ["contact", "lead"] as const) {
      for (const column of this.rows.tables[type].columns) this.setHidden(type, column.name, false);
    }
    for (const type of ["contact", "lead"] as const) {
      for (const field of this.pair.config.recordTypes[type]?.fields ?? []) field.enabled = true;
    }
    this.passHalfADay();
    await this.pair.restart();
  }

  get rows() {
    return this.pair.dynamics.store;
  }

  /** A linked row's person, and the row, are no longer only themselves. */
  entangle(type: RecordType, id: string): void {
    this.entangled.add(rowName(type, id));
    const link = this.pair.state.linksByDynamicsId(type, [id]).get(id);
    if (link) this.entangled.add(personName(link.personId));
  }

  entanglePerson(id: number): void {
    this.entangled.add(personName(id));
    const link = this.pair.state.linksByPersonId([id]).get(id);
    if (link) this.entangled.add(rowName(link.recordType, link.dynamicsId));
  }

  qualify({ at, by }: Of<LifeDeed, "qualify">): void {
    const lead = this.machine.row(at);
    if (lead?.type !== "lead") return;
    const row = this.rows.rows("lead").get(lead.id)!;
    if (row.values.get("statecode") !== 0) return;
    this.entangle("lead", lead.id);
    const values = ["firstname", "lastname", "jobtitle", "emailaddress1", "donotphone"].map(
      (name) => [name, row.values.get(name) ?? null],
    );
    const origin = by === "originatingleadid" ? { originatingleadid: lead.id } : {};
    const contact = this.rows.create("contact", { ...Object.fromEntries(values), ...origin });
    const parent = by === "parentcontactid" ? { parentcontactid: contact } : {};
    this.rows.edit("lead", lead.id, { statecode: 1, statuscode: 3, ...parent });
    this.entangled.add(rowName("contact", contact));
    this.machine.adopt();
  }

  mergeRows({ at, loser }: Of<LifeDeed, "mergeRows">): void {
    const [winner, gone] = [this.machine.row(at), this.machine.row(loser)];
    if (!winner || !gone || winner.type !== gone.type || winner.id === gone.id) return;
    if ([winner, gone].some(({ type, id }) => this.rows.value(type, id, "merged") === true)) return;
    this.entangle(winner.type, winner.id);
    this.entangle(gone.type, gone.id);
    this.rows.edit(gone.type, gone.id, { statecode: 1, merged: true, masterid: winner.id });
  }

  mergePersons({ at, loser }: Of<LifeDeed, "mergePersons">): void {
    const [winner, gone] = [this.machine.person(at), this.machine.person(loser)];
    if (winner === undefined || gone === undefined || winner === gone) return;
    this.entanglePerson(winner);
    this.entanglePerson(gone);
    this.asks.stir(winner, this.machine.ledger.moment);
    this.pair.marketo.store.merge(winner, [gone]);
  }

  filter({ at, isIn }: Of<LifeDeed, "filter">): void {
    const row = this.machine.row(at);
    if (!row) return;
    this.entangle(row.type, row.id);
    this.rows.edit(row.type, row.id, { new_synctomkto: isIn });
  }

  fault({ side, operation, how, skip }: Of<Trouble, "fault">): void {
    const fault: MemoryFault =
      how === "fail"
        ? { kind: "fail", failure: { class: "retry", code: "HTTP 503", message: "Not now.", side } }
        : { kind: "lost", applied: how === "lostAfter" };
    this.pair[side].faults.add({ operation, skip, fault });
    this.hasFaults = true;
    this.hasLostAnswers ||= side === "marketo" && operation === "write" && how !== "fail";
  }

  /** Descriptions are read again by then. */
  passHalfADay(): void {
    this.pair.clock.advance(13 * 3_600_000);
  }

  setHidden(type: RecordType, name: string, isHidden: boolean): void {
    const { columns } = this.rows.tables[type];
    const at = columns.findIndex((column) => column.name === name);
    if (at >= 0) {
      this.rows.tables[type] = {
        ...this.rows.tables[type],
        columns: columns.with(at, { ...columns[at]!, hidden: isHidden, readable: !isHidden }),
      };
    }
  }

  async switch(key: Edited, isOn: boolean): Promise<void> {
    for (const type of ["contact", "lead"] as const) {
      for (const field of this.pair.config.recordTypes[type]?.fields ?? []) {
        if (field.column === key) field.enabled = isOn;
      }
    }
    await this.pair.restart();
  }

  expire(): void {
    this.pair.dynamics.expireCheckpoints();
  }
}

const DEEDS: { [K in LifeDeed["do"]]: (life: Life, deed: Of<LifeDeed, K>) => void } = {
  qualify: (life, deed) => life.qualify(deed),
  mergeRows: (life, deed) => life.mergeRows(deed),
  mergePersons: (life, deed) => life.mergePersons(deed),
  filter: (life, deed) => life.filter(deed),
};

const TROUBLES: {
  [K in Trouble["do"]]: (life: Life, trouble: Of<Trouble, K>) => void | Promise<void>;
} = {
  fault: (life, trouble) => life.fault(trouble),
  expire: (life) => life.expire(),
  hide: (life, { field, isHidden }) => {
    for (const type of ["contact", "lead"] as const) life.setHidden(type, field, isHidden);
    life.passHalfADay();
  },
  switch: (life, { field, isOn }) => life.switch(field, isOn),
};
