import { test } from "node:test";
import { playMany } from "./run";

const chance = Date.now() % 1_000_000;

for (const calm of [true, false]) {
  const name = calm ? "calm" : "stormy";
  test(`${name} histories keep every rule, over the real servers and sockets`, async (t) => {
    t.diagnostic(`seed ${chance}`);
    await playMany({ ground: "sandbox", calm, longest: 15, runs: 4, seed: chance });
  });
}
