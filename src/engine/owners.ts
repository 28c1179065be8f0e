import type { OwnerChoice } from "../connectors/dynamics/organization";
import type { CallOptions } from "../sync/ports";
import type { ConnectorSet } from "./connect";

/** What becomes of a record whose owner cannot own it: refused by Dynamics, the sync user's, or somebody else's. */
export type OwnerFallback = "keep" | "none" | (string & {});

/** The owner that a new record gets. */
export interface ChosenOwner {
  /** Null: the sync user owns the record. */
  owner: string | null;
  /** The owner that was wanted and cannot be used. */
  unusable: string | null;
}

/** People join and leave seldom. */
const LIFETIME_MS = 60 * 60 * 1000;

/** Who can own records: read when it is needed, kept for an hour. */
export class Owners {
  #known: { at: number; choices: readonly OwnerChoice[] } | null = null;

  constructor(
    private readonly dynamics: ConnectorSet["dynamics"],
    private readonly now: () => number,
  ) {}

  async list(options: CallOptions = {}): Promise<readonly OwnerChoice[]> {
    const known = this.#known;
    if (known && this.now() - known.at < LIFETIME_MS) return known.choices;
    const choices = await this.dynamics.owners(options);
    this.#known = { at: this.now(), choices };
    return choices;
  }

  /** The wanted owner if enabled, else what the policy says; `keep` lets Dynamics judge. */
  async choose(
    wanted: string | null,
    fallback: OwnerFallback,
    options: CallOptions = {},
  ): Promise<ChosenOwner> {
    if (wanted === null || fallback === "keep") return { owner: wanted, unusable: null };
    const choices = await this.list(options);
    const isUsable = (owner: string) =>
      choices.some(({ id, reference }) => matches(owner, id) || matches(owner, reference));
    if (isUsable(wanted)) return { owner: wanted, unusable: null };
    const substitute = fallback !== "none" && isUsable(fallback) ? fallback : null;
    return { owner: substitute, unusable: wanted };
  }
}

function matches(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
