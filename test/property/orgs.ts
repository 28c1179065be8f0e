import type { RecordType } from "../../src/model/record";
import {
  openMemoryPair,
  openSandboxPair,
  type MemoryPair,
  type SandboxPair,
  type TestPairOptions,
} from "../support/enginePair";

export type Values = Readonly<Record<string, unknown>>;

/** Other people's hands on both orgs, past the connectors; a record that is not there reads as undefined. */
export interface Hands {
  createRow(type: RecordType, values: Values): string;
  editRow(type: RecordType, id: string, values: Values): void;
  removeRow(type: RecordType, id: string): void;
  /** Brings a removed row back under its old id, as a restore does. */
  restoreRow(type: RecordType, id: string, values: Values): void;
  row(type: RecordType, id: string): Values | undefined;
  rowIds(type: RecordType): string[];
  createPerson(values: Values): number;
  editPerson(id: number, values: Values): void;
  removePerson(id: number): void;
  merge(winner: number, loser: number): void;
  person(id: number): Values | undefined;
  personIds(): number[];
  /** From now on every second row of Marketo's feeds can be read only this long after its date (Q2). */
  delayRows(ms: number): void;
}

export type Ground = "memory" | "sandbox";
export type Pair = (MemoryPair | SandboxPair) & { hands: Hands };

export async function openOrgs(ground: Ground, options: TestPairOptions): Promise<Pair> {
  if (ground === "memory") {
    const pair = await openMemoryPair(options);
    return Object.assign(pair, { hands: memoryHands(pair) });
  }
  const pair = await openSandboxPair(options);
  return Object.assign(pair, { hands: sandboxHands(pair) });
}

function memoryHands({ dynamics, marketo }: MemoryPair): Hands {
  const rows = dynamics.store;
  const persons = marketo.store;
  return {
    createRow: (type, values) => rows.create(type, values),
    editRow: (type, id, values) => rows.edit(type, id, values),
    removeRow: (type, id) => rows.remove(type, id),
    restoreRow: (type, id, values) => void rows.create(type, values, id),
    row: (type, id) => {
      const row = rows.rows(type).get(id);
      return row && Object.fromEntries(row.values);
    },
    rowIds: (type) => [...rows.rows(type).keys()],
    createPerson: (values) => persons.create(values),
    editPerson: (id, values) => persons.edit(id, values),
    removePerson: (id) => persons.remove(id),
    merge: (winner, loser) => persons.merge(winner, [loser]),
    person: (id) => {
      const person = persons.persons.get(id);
      return person && Object.fromEntries(person);
    },
    personIds: () => [...persons.persons.keys()],
    delayRows: (ms) => {
      let rows = 0;
      persons.delayOf = () => (++rows % 2 ? ms : 0);
    },
  };
}

function sandboxHands({ sandbox }: SandboxPair): Hands {
  const { dynamics, marketo, salesUserId } = sandbox;
  return {
    createRow: (type, values) => dynamics.create(type, values, salesUserId),
    editRow: (type, id, values) => dynamics.edit(type, id, values, salesUserId),
    removeRow: (type, id) => dynamics.remove(type, id, salesUserId),
    restoreRow: (type, id, values) =>
      void dynamics.create(type, { ...values, [`${type}id`]: id }, salesUserId),
    row: (type, id) => dynamics.row(type, id),
    rowIds: (type) => [...dynamics.rows(type)].map((row) => String(row[`${type}id`])),
    createPerson: (values) => marketo.create(values),
    editPerson: (id, values) => marketo.edit(id, values),
    removePerson: (id) => marketo.remove(id),
    merge: (winner, loser) => marketo.merge(winner, [loser]),
    person: (id) => marketo.person(id),
    personIds: () => [...marketo.persons()].map((person) => Number(person["id"])),
    delayRows: (ms) => {
      marketo.quirks.activityDelayMs = ms;
      marketo.quirks.activityDelayEvery = 2;
    },
  };
}
