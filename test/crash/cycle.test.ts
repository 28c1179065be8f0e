import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { nameOf, pointsOf, problemsOf, Rigs, spread, spreadOverKinds } from "./points";
import { EVERYTHING, SCENARIOS } from "./scenarios";

/** Which points this run tries, the same each time; the long form (long.ts) tries all of them. */
const seed = Number(process.env["CRASH_SEED"] ?? 5);
const MAIN_STEP = 13;
const OTHER_STEP = 19;

let rigs: Rigs;

before(async () => {
  rigs = await Rigs.start(2);
});

after(() => rigs.close());

test("lost answers and an outage end where a cycle without trouble ends", async () => {
  const [plain, ...troubled] = SCENARIOS.filter(({ edits }) => EVERYTHING.includes(edits));
  const { outcome } = await rigs.undisturbed(plain!);
  assert.equal(troubled.length, 2);
  for (const scenario of troubled) {
    assert.deepEqual((await rigs.undisturbed(scenario)).outcome, outcome, scenario.name);
  }
});

for (const scenario of SCENARIOS) {
  test(`${scenario.name} survives the end of its process at any point (CRASH_SEED=${seed})`, async () => {
    const expected = await rigs.undisturbed(scenario);
    const all = pointsOf(expected.counts);
    const points = scenario.isMain
      ? spreadOverKinds(all, { step: MAIN_STEP, offset: seed })
      : spread(all, { step: OTHER_STEP, offset: seed });
    const problems: string[] = [];
    let killed = 0;
    await rigs.each(scenario, points, (point, run) => {
      if (run.killed) killed++;
      problems.push(...problemsOf(expected, run).map((text) => `${nameOf(point)}: ${text}`));
    });
    assert.deepEqual(problems, []);
    assert.deepEqual([expected.outcome.lateWrites, expected.personLog], [[], []]);
    // Chunks run side by side, so that the last operation of a kind may fall away; nearly all must be met.
    const unmet = points.length - killed;
    assert.ok(unmet <= Math.max(1, points.length / 10), `${unmet} of ${points.length} never came`);
  });
}
