import { setTimeout as sleep } from "node:timers/promises";
import type { PairConfig } from "../config/pairFile";
import type { PairEngine } from "../engine/pairEngine";
import { UsedSystems } from "../engine/usedSystems";
import type { CycleSummary } from "../model/activity";
import { ContactSyncError } from "../model/failure";
import type { Arguments } from "./arguments";
import type { CommandContext } from "./commands";
import { EXIT, exitCodeAfter } from "./exitCode";
import { LiveLog, printEvent } from "./liveLog";
import type { Output } from "./output";
import { choosePairs, openSession, readPairs, type Session } from "./session";

export interface RunContext extends CommandContext {
  /** Aborted by Ctrl-C: the chunk in hand is finished and recorded. */
  signal: AbortSignal;
}

/** Cycles of all chosen pairs, side by side, each with its own interval (R1). */
export async function run(options: Arguments<"run">, context: RunContext): Promise<number> {
  const configs = await choosePairs(options.config, options.pair);
  // The file's other pairs may run elsewhere: they count, too.
  const systems = new UsedSystems();
  (await readPairs(options.config)).pairs.forEach((config) => systems.use(config));
  const cycles = options.once ? 1 : (options.cycles ?? Infinity);
  const codes = await Promise.all(
    configs.map((config) => runPair(config, { ...options, cycles, systems }, context)),
  );
  return Math.max(...codes);
}

async function runPair(
  config: PairConfig,
  options: {
    state: string;
    approve: boolean;
    json: boolean;
    cycles: number;
    systems: UsedSystems;
  },
  context: RunContext,
): Promise<number> {
  const { output, environment, signal } = context;
  const live = new LiveLog(output, () => session.engine.state);
  const session: Session = await openSession({
    config,
    stateFolder: options.state,
    owner: "contact-sync run",
    environment,
    output,
    // Programs read what is stored: ids.
    onEvent: (event) => (options.json ? printEvent(output, event, true) : live.tell(event)),
    systems: options.systems,
  });
  try {
    return await cycleLoop(session, options, context);
  } finally {
    // Ctrl-C: the cycle has ended by now, so the folder is given back whole.
    if (signal.aborted && !options.json) output.err("Stopped; nothing is lost.");
    await session.close();
  }
}

async function cycleLoop(
  { engine }: Session,
  options: { approve: boolean; json: boolean; cycles: number },
  { output, signal }: RunContext,
): Promise<number> {
  let approved = options.approve ? requirePreviewed(engine) : null;
  let code: number = EXIT.done;
  for (let done = 0; done < options.cycles && !signal.aborted; done++) {
    if (done > 0 && !(await untilNext(engine, signal))) break;
    const summary = await engine.run({ approved, signal });
    approved = null;
    code = signal.aborted ? EXIT.done : codeOf(summary);
    if (summary.error && !signal.aborted && !options.json) reportError(output, summary);
    // Halts and sign-in trouble do not go away by themselves.
    if (summary.halted || code === EXIT.signIn || code === EXIT.state) break;
    if (done + 1 < options.cycles && !options.json && !signal.aborted) {
      output.out(`Next cycle in ${engine.config.intervalSeconds} s.`);
    }
  }
  return code;
}

function codeOf(summary: CycleSummary): number {
  return exitCodeAfter(summary);
}

function reportError(output: Output, { error }: CycleSummary): void {
  if (error) output.err(`${error.code}: ${error.message}`);
}

function requirePreviewed(engine: PairEngine): string {
  const hash = engine.previewed;
  if (hash) return hash;
  throw new ContactSyncError(
    "CS-ARGUMENT",
    'There is no plan to approve; run "preview" first and look at it.',
  );
}

/** Waits for the interval, looking for requests of Marketo campaigns meanwhile; false when it was cut short. */
async function untilNext(engine: PairEngine, signal: AbortSignal): Promise<boolean> {
  const { intervalSeconds, marketo } = engine.config;
  const pollSeconds = marketo.request?.pollSeconds ?? intervalSeconds;
  for (let left = intervalSeconds; left > 0; left -= pollSeconds) {
    if (!(await pause(Math.min(left, pollSeconds), signal))) return false;
    if (left > pollSeconds) await engine.pollRequests(signal);
  }
  return true;
}

/** Waits; false when it was cut short. */
async function pause(seconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(seconds * 1000, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
