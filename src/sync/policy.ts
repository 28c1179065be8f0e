import type { RecordType, Side } from "../model/record";

/** What the user may decide about a pair. */
export interface Policies {
  /** Whose value stays when both sides changed one field (R3). */
  winner: Readonly<Record<RecordType, Side>>;
  /** Whose value stays when a match without a base differs; `winner` is R3's rule. */
  firstContact: "winner" | Side;
  /** May an unlinked row be linked to the one unlinked person with its e-mail address? */
  matchByEmail: boolean;
  /** A row was deleted in Dynamics: flag the person, or only end the link. */
  dynamicsDelete: "flag" | "keep";
  /** A person was deleted in Marketo: the next change of the row creates a new one, or never again. */
  marketoDelete: "recreate" | "stop";
  brakes: Brakes;
}

/** A plan over a limit stops before any write. */
export interface Brakes {
  maxCreates: BrakeLimit;
  maxUpdates: BrakeLimit;
  maxEmpties: BrakeLimit;
  maxDeletes: BrakeLimit;
}

/** Both limits hold; the percentage is of the linked records and never asks for less than `FEW`. */
export interface BrakeLimit {
  absolute: number;
  percent: number;
}

/** So few planned actions never stop a cycle, however small the database is. */
export const FEW = 20;

export const DEFAULT_POLICIES: Policies = {
  // Marketing owns leads, sales owns contacts.
  winner: { contact: "dynamics", lead: "marketo" },
  firstContact: "winner",
  matchByEmail: true,
  dynamicsDelete: "flag",
  marketoDelete: "recreate",
  brakes: {
    maxCreates: { absolute: 10_000, percent: 50 },
    maxUpdates: { absolute: 50_000, percent: 50 },
    maxEmpties: { absolute: 5_000, percent: 10 },
    maxDeletes: { absolute: 1_000, percent: 5 },
  },
};

/** The side whose value stays at a first contact. */
export function firstContactWinner(policies: Policies, recordType: RecordType): Side {
  return policies.firstContact === "winner" ? policies.winner[recordType] : policies.firstContact;
}
