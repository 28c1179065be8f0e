// Ends a process at every point of every scenario: node --import tsx test/crash/long.ts [step [offset [scenario]]]
import { nameOf, pointsOf, problemsOf, Rigs, spread } from "./points";
import { LONG_SCENARIOS, SCENARIOS, type Scenario } from "./scenarios";

const LANES = 2;

async function tryAll(
  rigs: Rigs,
  scenario: Scenario,
  step: number,
  offset: number,
): Promise<number> {
  const expected = await rigs.undisturbed(scenario);
  const points = spread(pointsOf(expected.counts), { step, offset });
  let bad = 0;
  let unreached = 0;
  await rigs.each(scenario, points, (point, run) => {
    if (!run.killed) unreached++;
    const problems = problemsOf(expected, run);
    if (problems.length === 0) return;
    bad++;
    console.log(`${scenario.name}, ${nameOf(point)}:\n  ${problems.join("\n  ")}`);
  });
  console.log(`${scenario.name}: ${points.length} points, ${unreached} not reached, ${bad} bad`);
  return bad;
}

async function main(step = 1, offset = 0, only?: number): Promise<void> {
  const rigs = await Rigs.start(LANES);
  let bad = 0;
  for (const [place, scenario] of [...SCENARIOS, ...LONG_SCENARIOS].entries()) {
    if (only === undefined || only === place) bad += await tryAll(rigs, scenario, step, offset);
  }
  await rigs.close();
  process.exitCode = bad ? 1 : 0;
}

const [step, offset, only] = process.argv.slice(2).map(Number);
main(step, offset, only).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
