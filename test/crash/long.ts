// Ends a process at every point of every scenario:
//   node --import tsx test/crash/long.ts [--only TEXT] [--from N] [--to N] [--step N] [--point TEXT] [--minutes N]
// --only: scenarios whose name has this text. --from, --to: a slice of the points of all these scenarios, counted from 0.
// --point: only this point, e.g. "after file sync 3". --minutes: no new points after so long; the next one is told.
import { parseArgs } from "node:util";
import type { CrashPoint } from "./moments";
import { nameOf, pointsOf, problemsOf, Rigs } from "./points";
import type { Run } from "./rig";
import type { Scenario } from "./scenario";
import { LONG_SCENARIOS, SCENARIOS } from "./scenarios";

const LANES = 2;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    from: { type: "string", default: "0" },
    to: { type: "string", default: "Infinity" },
    step: { type: "string", default: "1" },
    point: { type: "string" },
    minutes: { type: "string", default: "Infinity" },
  },
});

/** The points of all scenarios have one number each, in the order in which they are tried. */
let next = 0;
let bad = 0;
const end = performance.now() + Number(options.minutes) * 60_000;

function chosen(points: readonly CrashPoint[]): CrashPoint[] {
  const first = next;
  next += points.length;
  return points.filter((point, at) => {
    const number = first + at;
    if (options.point !== undefined) return nameOf(point) === options.point;
    const isInSlice = number >= Number(options.from) && number < Number(options.to);
    return isInSlice && number % Number(options.step) === 0;
  });
}

async function tryAll(rigs: Rigs, scenario: Scenario): Promise<void> {
  const expected = await rigs.undisturbed(scenario);
  reportUndisturbed(scenario, expected);
  const first = next;
  const points = chosen(pointsOf(expected.counts));
  let tried = 0;
  let unreached = 0;
  await rigs.each(
    scenario,
    points,
    (point, run) => {
      tried++;
      if (!run.killed) unreached++;
      report(`${scenario.name}, ${nameOf(point)}`, problemsOf(expected, run));
    },
    () => performance.now() < end,
  );
  const range = `numbers ${first} to ${next - 1}`;
  console.log(`${scenario.name} (${range}): ${tried} points tried, ${unreached} not reached`);
  if (tried < points.length) {
    const left = points[tried]!;
    console.log(`Time is up before "${nameOf(left)}"; go on with --from ${numberOf(left)}`);
  }

  function numberOf(point: CrashPoint): number {
    return first + pointsOf(expected.counts).findIndex((each) => nameOf(each) === nameOf(point));
  }
}

/** The run that all others are compared with has to be quiet at its end itself. */
function reportUndisturbed({ name }: Scenario, { outcome, personLog }: Run): void {
  const { lateWrites, openIntents } = outcome;
  const intents = openIntents ? [`${openIntents} open intents`] : [];
  report(`${name}, undisturbed`, [...personLog, ...lateWrites, ...intents]);
}

function report(name: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  bad++;
  console.log(`${name}:\n  ${problems.join("\n  ")}`);
}

async function main(): Promise<void> {
  const rigs = await Rigs.start(LANES);
  for (const scenario of [...SCENARIOS, ...LONG_SCENARIOS]) {
    if (scenario.name.includes(options.only)) await tryAll(rigs, scenario);
    if (performance.now() >= end) break;
  }
  await rigs.close();
  console.log(`${bad} bad`);
  process.exitCode = bad ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
