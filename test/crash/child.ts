import { createRecord } from "../../src/engine/createRecord";
import { Moments, type CrashPoint } from "./moments";
import { openEngine, standingTiming, type EngineJob } from "./wiring";

/** What the process that may be killed does, once: a cycle, or the command for one person; before it a look at requests. */
export interface Errand {
  job: EngineJob;
  now: number;
  point: CrashPoint | null;
  createFrom: number | null;
  polls: boolean;
}

/** What it says when it came to its end. */
export interface Told {
  counts: Record<string, number>;
  problem: string | null;
}

async function run({ job, now, point, createFrom, polls }: Errand): Promise<Told> {
  const moments = new Moments(point);
  const { engine, close } = await openEngine(job, standingTiming(now), moments);
  let problem: string | null = null;
  if (polls) await engine.pollRequests();
  if (createFrom === null) problem = (await engine.run()).error?.code ?? null;
  else await createRecord((await engine.prepare()).context, { personId: createFrom });
  await close();
  return { counts: moments.counts(), problem };
}

process.once("message", (errand: Errand) => {
  void run(errand).then(
    (told) => process.send!(told, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
