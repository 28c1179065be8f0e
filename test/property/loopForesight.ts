import type { Side } from "../../src/model/record";
import { other, SIDES } from "../../src/model/record";

type Keys = Readonly<Record<Side, string>>;

/** So many cycles apart, writes are no loop. */
const FEW_CYCLES = 7;

interface Written {
  to: Side;
  key: string;
  cycle: number;
}

/** Foretells, from what was written to one field so far, whether it is held: the rule, told a second time. */
export class LoopForesight {
  #writes: Written[] = [];
  #held: Keys | null = null;

  /** Is the field still held, now that the sides hold these values? */
  isHeld({ dynamics, marketo }: Keys): boolean {
    const pair: string[] = this.#held ? [this.#held.dynamics, this.#held.marketo] : [];
    const isOver = dynamics === marketo || !pair.includes(dynamics) || !pair.includes(marketo);
    if (isOver) this.#held = null;
    return this.#held !== null;
  }

  /** The rules say what the sides shall hold; true when that write would go round once more, so that it is held. */
  holds(before: Keys, wanted: Keys, cycle: number): boolean {
    const planned = SIDES.filter((side) => before[side] !== wanted[side]);
    for (const to of planned) {
      if (this.#goesRound({ to, key: wanted[to], cycle })) {
        this.#held = before;
        return true;
      }
    }
    for (const to of planned) this.#writes.push({ to, key: wanted[to], cycle });
    return false;
  }

  #goesRound({ to, key, cycle }: Written): boolean {
    const [one, two, three] = this.#writes
      .filter((past) => cycle - past.cycle <= FEW_CYCLES)
      .slice(-3);
    if (!one || !two || !three) return false;
    const isAnswered = one.to === other(to) && two.to === to && three.to === other(to);
    return isAnswered && one.key === three.key && two.key === key && one.key !== key;
  }
}
