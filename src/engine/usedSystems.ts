import type { PairConfig } from "../config/pairFile";
import { sharedText, systemName, type SharedSystem } from "../config/sharedSystems";
import { SIDES, type Pair } from "../model/record";

/**
 * The systems that the pairs of this process use: by their addresses, and an organization also by its id once it has
 * answered, since one organization can have several addresses.
 */
export class UsedSystems {
  readonly #used = new Map<string, Pair<Set<string>>>();

  use(config: PairConfig): void {
    this.#used.set(config.id, {
      dynamics: new Set([systemName(config, "dynamics")]),
      marketo: new Set([systemName(config, "marketo")]),
    });
  }

  /** The organization behind a pair's address has told its id. */
  learn(pair: string, organizationId: string): void {
    this.#used.get(pair)?.dynamics.add(organizationId);
  }

  leave(pair: string): void {
    this.#used.delete(pair);
  }

  /** What this pair shares with others. */
  sharedBy(pair: string): SharedSystem[] {
    const own = this.#used.get(pair);
    if (!own) return [];
    return [...this.#used]
      .filter(([other]) => other !== pair)
      .flatMap(([other, names]) =>
        SIDES.filter((side) => [...names[side]].some((name) => own[side].has(name))).map(
          (side) => ({ side, pairs: [pair, other] as const }),
        ),
      );
  }

  warnings(pair: string): { code: string; message: string }[] {
    return this.sharedBy(pair).map((shared) => ({
      code: "CS-SHARED-ORG",
      message: sharedText(shared),
    }));
  }
}
