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
export const LOOP_CYCLES = 7;

/**
 * Has the field flipped A, B, A, and would this write be B again? We carried A to one side, B back, and A once more, and
 * each time somebody answers with the other value. One answer fewer may be a human who corrects what another one
 * corrected; a workflow never stops answering. `past`: newest first.
 */
export function isSecondRound(
  codec: FieldCodec,
  past: readonly PastWrite[],
  planned: PastWrite,
): boolean {
  const recent = past.filter(({ cycle }) => planned.cycle - cycle <= LOOP_CYCLES);
  const [third, second, first] = recent;
  if (!third || !second || !first) return false;
  const away = other(planned.to);
  if (third.to !== away || second.to !== planned.to || first.to !== away) return false;
  const [a, b] = [codec.compareKey(first.value), codec.compareKey(planned.value)];
  return a !== b && codec.compareKey(third.value) === a && codec.compareKey(second.value) === b;
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
