import { after, before, describe, test } from "node:test";
import { LASTING, PASSING } from "./accidents";
import { pairsOf } from "./pairs";
import { FaultWorld } from "./world";

const SEED = 20_261_124;

describe("accidents in a cycle over 2,000 records", () => {
  let world: FaultWorld;
  before(async () => {
    world = await FaultWorld.open({ contacts: 2000, changes: 320 });
  });
  after(() => world.close());

  for (const accident of [...PASSING, ...LASTING]) {
    test(accident.name, () => world.endure([accident]));
  }
  for (const [one, two] of pairsOf(PASSING, { seed: SEED, count: 8 })) {
    test(`${one.name} and ${two.name}`, () => world.endure([one, two]));
  }
});
