import { playMany } from "./run";

// Plays ever new histories for a while: node --import tsx test/property/long.ts [--minutes N] [--seed S] [--runs R]

function numberAfter(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

async function playOn(): Promise<void> {
  const until = Date.now() + numberAfter("--minutes", 5) * 60_000;
  let seed = numberAfter("--seed", Date.now() & 0x7fffffff);
  const runs = numberAfter("--runs", 100);

  for (let round = 0; Date.now() < until; round++, seed++) {
    for (const weather of ["calm", "stormy", "lively"] as const) {
      console.log(`memory, ${weather}, seed ${seed}`);
      await playMany({ ground: "memory", weather, longest: 40, runs, seed });
    }
    if (round % 3) continue;
    console.log(`sandbox, stormy, seed ${seed}`);
    await playMany({ ground: "sandbox", weather: "stormy", longest: 25, runs: 3, seed });
  }
}

playOn().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
