// The accidents of test/engine/faults in full: each alone with 1,000 changes on each side, then every pair of them.
// Usage: node --import tsx test/engine/long.ts [--changes N] [--only TEXT]
import { LASTING, PASSING, type Accident } from "./faults/accidents";
import { pairsOf } from "./faults/pairs";
import { FaultWorld } from "./faults/world";

async function main(words: readonly string[]): Promise<number> {
  const after = (name: string) => words[words.indexOf(name) + 1];
  const changes = words.includes("--changes") ? Number(after("--changes")) : 1000;
  const only = words.includes("--only") ? after("--only")! : "";
  const all = [...PASSING, ...LASTING];
  const rounds: Accident[][] = [...all.map((accident) => [accident]), ...pairsOf(all)];
  const chosen = rounds.filter((round) => nameOf(round).includes(only));
  let failed = 0;
  let world: FaultWorld | undefined;
  for (const [at, round] of chosen.entries()) {
    world ??= await FaultWorld.open({ contacts: 3 * changes, changes });
    try {
      await world.endure(round);
      console.log(`${at + 1}/${chosen.length} endured: ${nameOf(round)}`);
    } catch (error) {
      failed++;
      console.error(`${at + 1}/${chosen.length} FAILED: ${nameOf(round)}`, error);
      // What one accident broke must not be blamed on the next.
      await world.close();
      world = undefined;
    }
  }
  await world?.close();
  console.log(`${chosen.length - failed} endured, ${failed} failed`);
  return failed ? 1 : 0;
}

function nameOf(round: readonly Accident[]): string {
  return round.map(({ name }) => name).join(" and ");
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
