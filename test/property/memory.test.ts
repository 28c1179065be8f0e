import { test } from "node:test";
import { playMany } from "./run";

// Few, short and fixed histories, so that the suite is quick and says the same each time; `long.ts` takes seeds by chance.
const SEED = 20_260_310;

for (const weather of ["calm", "stormy", "lively"] as const) {
  test(`${weather} histories keep every rule, in memory`, async (t) => {
    t.diagnostic(`seed ${SEED}`);
    await playMany({ ground: "memory", weather, longest: 25, runs: 25, seed: SEED });
  });
}
