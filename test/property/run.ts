import fc from "fast-check";
import { play, type History } from "./machine";
import { calmHistory, stormyHistory, type Step } from "./steps";

export interface Campaign {
  ground: History["ground"];
  calm: boolean;
  /** Longest history in steps. */
  longest: number;
  runs: number;
  seed: number;
}

/** Plays random histories; throws with the shortest failing one and the seed that leads to it. */
export async function playMany(campaign: Campaign): Promise<void> {
  const { ground, calm, longest, runs, seed } = campaign;
  const histories = calm ? calmHistory(longest) : stormyHistory(longest);
  const property = fc.asyncProperty(histories, (steps: Step[]) => play({ ground, calm, steps }));
  await fc.assert(property, { seed, numRuns: runs });
}
