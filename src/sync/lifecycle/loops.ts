import type { FieldValue, Pair, Side } from "../../model/record";
import { other, SIDES } from "../../model/record";
import type { FieldCodec, FieldRule } from "../fieldRule";

/** The two values between which a field flipped, as both sides held them when it was held (compare keys). */
export type LoopPair = Readonly<Pair<string>>;

/** A value that we wrote to a side. */
export interface PastWrite {
  to: Side;
  value: FieldValue;
  cycle: number;
}

/** Writes that are further apart than this are no loop: people change their mind, too. */
export const LOOP_CYCLES = 6;

/**
 * Would this write be the third flip? We wrote the same value to this side, then another one to the other side, and now
 * this one again: somebody on each side answers every write with its own value. `past`: newest first.
 */
export function isThirdFlip(
  codec: FieldCodec,
  past: readonly PastWrite[],
  planned: PastWrite,
): boolean {
  const recent = past.filter(({ cycle }) => planned.cycle - cycle <= LOOP_CYCLES);
  const [last, before] = recent;
  if (!last || !before || last.to !== other(planned.to) || before.to !== planned.to) return false;
  const key = codec.compareKey(planned.value);
  return codec.compareKey(before.value) === key && codec.compareKey(last.value) !== key;
}

/** A held field is free again when both sides agree, or when one of them has a value that was not part of the loop. */
export function isOver(
  { codec }: FieldRule,
  loop: LoopPair,
  values: Pair<FieldValue | undefined>,
): boolean {
  const keys = SIDES.flatMap((side) => {
    const value = values[side];
    return value === undefined ? [] : [codec.compareKey(value)];
  });
  const isNew = keys.some((key) => key !== loop.dynamics && key !== loop.marketo);
  return isNew || (keys.length === SIDES.length && keys[0] === keys[1]);
}
