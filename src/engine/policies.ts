import type { PairConfig } from "../config/pairFile";
import type { Policies } from "../sync/policy";

/** The pair file's policies as the sync core knows them. */
export function policiesOf({ policies }: PairConfig): Policies {
  return {
    winner: policies.winner,
    firstContact: policies.firstContact,
    matchByEmail: policies.matchByEmail,
    dynamicsDelete: policies.whenDeletedInDynamics,
    marketoDelete: policies.whenDeletedInMarketo,
    brakes: policies.brakes,
  };
}

/** The first sync and the first cycle after a change of the map need a word, except in a sandbox. */
export function needsApproval({ environment }: PairConfig): boolean {
  return environment !== "sandbox";
}
