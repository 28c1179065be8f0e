import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parsePairFile } from "../config/parse";
import type { PairConfig } from "../config/pairFile";
import { withOwnerNames } from "../engine/ownerNames";
import type { Activity, CycleSummary } from "../model/activity";
import { ContactSyncError } from "../model/failure";
import type { CycleEvent } from "../protocol/engine";
import { pairFileText } from "../sandbox/pairFile";
import { startSandbox, type Sandbox } from "../sandbox/sandbox";
import type { StatePort } from "../sync/statePort";
import type { Arguments } from "./arguments";
import { printActivity } from "./commands";
import { EXIT, exitCodeAfter } from "./exitCode";
import { summaryLines, type Output } from "./output";
import { printEvent } from "./liveLog";
import type { RunContext } from "./run";
import { openSession, type Session } from "./session";

/** Edits that other hands make before each further cycle. */
const EDITS = 24;
/** Activities of one cycle that the terminal shows; all of them are in the log. */
const SHOWN = 12;
/** Cycles of a full round: the first sync, two with edits of other hands, one in which nothing is left to do. */
const ROUND = 4;

/** The main job without an account: sandbox orgs, the first sync, other hands, further cycles. */
export async function start(options: Arguments<"start">, context: RunContext): Promise<number> {
  const sandbox = await startSandbox(sandboxOptions(options));
  const folder = options.state ?? (await mkdtemp(join(tmpdir(), "contact-sync-")));
  try {
    const config = sandboxPair(sandbox, options.interval ?? 20);
    if (!options.json) introduce(context.output, sandbox, folder);
    return await rounds({ sandbox, config, folder, options }, context);
  } finally {
    await sandbox.close();
    if (options.state === undefined) await rm(folder, { recursive: true, force: true });
  }
}

function sandboxOptions({ contacts, leads, persons, seed }: Arguments<"start">) {
  return {
    ...(contacts !== undefined && { contacts }),
    ...(leads !== undefined && { leads }),
    ...(persons !== undefined && { persons }),
    ...(seed !== undefined && { seed }),
  };
}

function sandboxPair(sandbox: Sandbox, intervalSeconds: number): PairConfig {
  const parsed = parsePairFile(pairFileText(sandbox.ready, sandbox.recordTypes));
  const [pair] = parsed.ok ? parsed.file.pairs : [];
  if (!pair)
    throw new ContactSyncError("CS-CONFIG", "The sandbox's own pair file is not readable.");
  return { ...pair, intervalSeconds };
}

function introduce(output: Output, sandbox: Sandbox, folder: string): void {
  const { dynamics, marketo, control } = sandbox.ready;
  output.out(
    `Sandbox Dynamics ${dynamics.url} with ${sandbox.dynamics.count("contact")} contacts and ${sandbox.dynamics.count("lead")} leads`,
  );
  output.out(`Sandbox Marketo  ${marketo.url} with ${sandbox.marketo.count()} persons`);
  output.out(`Control endpoint ${control.url}, state in ${folder}`);
}

interface Demo {
  sandbox: Sandbox;
  config: PairConfig;
  folder: string;
  options: Arguments<"start">;
}

async function rounds(demo: Demo, context: RunContext): Promise<number> {
  const { sandbox, config, folder, options } = demo;
  const { output, signal } = context;
  const teller = new Teller(output, options.json, () => session.engine.state);
  const session: Session = await openSession({
    config,
    stateFolder: folder,
    owner: "contact-sync start",
    environment: { ...context.environment, ...sandbox.ready.env },
    output,
    onEvent: (event) => teller.tell(event),
  });
  let code: number = EXIT.done;
  try {
    for (let cycle = 1; !signal.aborted; cycle++) {
      const last = options.once && cycle > ROUND;
      if (last) break;
      if (cycle > 1) editByOthers(demo, cycle, output);
      code = codeOf(await session.engine.run({ signal }), code);
      if (code !== EXIT.done && code !== EXIT.someFailed) break;
      if (!options.once) await untilNext(config.intervalSeconds, context, options.json);
    }
  } finally {
    await session.close();
  }
  // The sandbox has records that Dynamics refuses on purpose: seeing them refused is part of the round.
  return code === EXIT.someFailed ? EXIT.done : code;
}

function codeOf(summary: CycleSummary, before: number): number {
  const code = exitCodeAfter(summary);
  return code === EXIT.done ? before : code;
}

/** The last cycle of a round is left alone, so that it shows that nothing is left to do. */
function editByOthers({ sandbox, options }: Demo, cycle: number, output: Output): void {
  if (options.once && cycle === ROUND) return;
  const steps = sandbox.hands.improvise(EDITS);
  if (!options.json) {
    output.out("");
    output.out(`Meanwhile a seller and a marketer made ${steps.length} edits in both systems.`);
  }
}

async function untilNext(seconds: number, { output, signal }: RunContext, json: boolean) {
  if (signal.aborted) return;
  if (!json) output.out(`Next cycle in ${seconds} s (Ctrl-C ends).`);
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
}

/** Prints a cycle so that a person can follow it: the telling activities first, the rest as a number. */
class Teller {
  #activities: Activity[] = [];

  constructor(
    private readonly output: Output,
    private readonly json: boolean,
    /** Open by the time that something happens. */
    private readonly state: () => Pick<StatePort, "checkpoint">,
  ) {}

  tell(event: CycleEvent): void {
    if (this.json) return printEvent(this.output, event, true);
    if (event.type === "activities") this.#activities.push(...event.activities);
    else if (event.type === "ended") this.#end(event.summary);
    else printEvent(this.output, event, false);
  }

  #end(summary: CycleSummary): void {
    const telling = [...this.#activities].sort((a, b) => weight(b) - weight(a)).slice(0, SHOWN);
    this.output.out("");
    telling.sort((a, b) => a.id - b.id);
    withOwnerNames(this.state(), telling).forEach((row) => printActivity(this.output, row, false));
    const rest = this.#activities.length - telling.length;
    if (rest > 0) this.output.out(`… and ${rest} more activities.`);
    summaryLines(summary).forEach((line) => this.output.out(line));
    this.#activities = [];
  }
}

/** Conflicts and refusals tell more than creations. */
function weight({ outcome, changes }: Activity): number {
  if (outcome === "conflicted" || outcome === "refused" || outcome === "failed") return 3;
  return changes.some((change) => change.before !== null) ? 2 : 1;
}
