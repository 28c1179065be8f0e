import fc from "fast-check";
import { play, type History } from "./machine";
import { calmHistory, livelyHistory, stormyHistory, type Step } from "./steps";

export interface Campaign {
  ground: History["ground"];
  weather: "calm" | "stormy" | "lively";
  /** Longest history in steps. */
  longest: number;
  runs: number;
  seed: number;
}

/** Plays random histories; throws with the shortest failing one and the seed that leads to it. */
export async function playMany(campaign: Campaign): Promise<void> {
  const { ground, weather, longest, runs, seed } = campaign;
  const histories = HISTORIES[weather](longest);
  const [calm, lively] = [weather === "calm", weather === "lively"];
  const property = fc.asyncProperty(histories, (steps: Step[]) =>
    play({ ground, calm, lively, steps }),
  );
  await fc.assert(property, { seed, numRuns: runs });
}

const HISTORIES = { calm: calmHistory, stormy: stormyHistory, lively: livelyHistory };
