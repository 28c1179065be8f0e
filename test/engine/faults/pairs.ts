import { createRandom } from "../../../src/sandbox/kernel/random";

/** Pairs of different entries: all of them, or so many drawn by a seed. */
export function pairsOf<T>(
  entries: readonly T[],
  draw?: { seed: number; count: number },
): [T, T][] {
  const all = entries.flatMap((one, at) => entries.slice(at + 1).map((two): [T, T] => [one, two]));
  if (!draw) return all;
  const random = createRandom(draw.seed);
  return Array.from({ length: draw.count }, () => random.pick(all));
}
