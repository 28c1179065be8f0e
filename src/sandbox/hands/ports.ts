import type { RecordType } from "../../model/record";

export type Cell = string | number | boolean | null;
export type Cells = Record<string, Cell>;
export type TableName = RecordType | "account";

/** What hands can do in the Dynamics org, past the wire. Each method throws one sentence when it is refused. */
export interface DynamicsOrg {
  create(table: TableName, values: Cells, userId: string): string;
  edit(table: TableName, id: string, values: Cells, userId: string): void;
  remove(table: TableName, id: string, userId: string): void;
  /** Closes the lead as qualified, with a new contact and account; returns the contact's id, if one was made. */
  qualify(leadId: string, userId: string): string | undefined;
  merge(table: TableName, winner: string, loser: string, userId: string): void;
  row(table: TableName, id: string): Cells | undefined;
  rows(table: TableName, columns?: readonly string[]): Iterable<Cells>;
  /** False for the lead table of an organization without the Sales app. */
  has(table: TableName): boolean;
  count(table: TableName): number;
}

/** What hands can do in the Marketo instance, past the wire. */
export interface MarketoOrg {
  create(values: Cells): number;
  edit(id: number, values: Cells): void;
  remove(id: number): void;
  merge(winner: number, losers: number[]): void;
  changeScore(id: number, delta: number): void;
  addToList(listId: number, personIds: number[]): void;
  removeFromList(listId: number, personIds: number[]): void;
  person(id: number): Cells | undefined;
  persons(): Iterable<Cells>;
  count(): number;
}

export interface Orgs {
  dynamics: DynamicsOrg;
  marketo: MarketoOrg;
}
