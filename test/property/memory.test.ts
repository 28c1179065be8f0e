import { test } from "node:test";
import { playMany } from "./run";

const FIXED = 20_260_310;
const chance = Date.now() % 1_000_000;

// Few and short histories, so that the suite stays short; `long.ts` plays on for as long as one likes.
const CASES = [
  { name: "calm histories", calm: true, longest: 25, seed: FIXED },
  { name: "calm histories by chance", calm: true, longest: 25, seed: chance },
  { name: "stormy histories", calm: false, longest: 25, seed: FIXED },
  { name: "stormy histories by chance", calm: false, longest: 25, seed: chance },
];

for (const { name, calm, longest, seed } of CASES) {
  test(`${name} keep every rule, in memory`, async (t) => {
    t.diagnostic(`seed ${seed}`);
    await playMany({ ground: "memory", calm, longest, runs: 25, seed });
  });
}
