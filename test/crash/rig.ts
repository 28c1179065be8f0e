import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePairFile } from "../../src/config/parse";
import type { PairConfig } from "../../src/config/pairFile";
import { answerQuestion } from "../../src/engine/answers";
import { createRecord } from "../../src/engine/createRecord";
import { createPersonLogType } from "../../src/engine/personLog";
import type { Timing } from "../../src/http/timing";
import { pairFileText } from "../../src/sandbox/pairFile";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox";
import type { Errand, Told } from "./child";
import type { CrashPoint } from "./moments";
import { outcomeOf, readLog, type Log, type Outcome } from "./outcome";
import { personLogProblems, toldUpTo } from "./personTold";
import { ScenarioHands, type Scenario } from "./scenario";
import { openEngine, type EngineJob, type OpenEngine } from "./wiring";

const ROOT = join(__dirname, "../..");
export const WASM_FILE = join(ROOT, "node_modules/sql.js/dist/sql-wasm.wasm");
const START = Date.UTC(2026, 2, 2, 9);
const MINUTE = 60_000;

/** What a run with or without a crash led to. */
export interface Run {
  /** False when the process came to its end before the chosen operation. */
  killed: boolean;
  counts: Record<string, number>;
  /** Code of the error that ended the cycle of a process that was not killed. */
  problem: string | null;
  outcome: Outcome;
  log: Log;
  /** What is wrong with the persons' own activity logs. */
  personLog: string[];
}

/** Two orgs and a way to run a process against them, kill it and look what its successor makes of it. */
export class CrashRig {
  private constructor(
    private readonly sandbox: Sandbox,
    private readonly script: string,
  ) {}

  static async start(script: string): Promise<CrashRig> {
    const size = { contacts: 0, leads: 0, persons: 0 };
    return new CrashRig(await startSandbox({ ...size, limits: "off", seed: 7 }), script);
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  async run(scenario: Scenario, point: CrashPoint | null): Promise<Run> {
    const folder = await mkdtemp(join(stateRoot(), "contact-sync-crash-"));
    try {
      return await this.#runIn(folder, scenario, point);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #runIn(folder: string, scenario: Scenario, point: CrashPoint | null): Promise<Run> {
    const { sandbox } = this;
    const hands = new ScenarioHands(sandbox);
    sandbox.reset();
    sandbox.clock.freeze(START);
    scenario.records(hands);
    const job = this.#job(folder, scenario, hands);
    sandbox.clock.advance(20 * MINUTE);
    await this.#before(job, scenario, hands);
    scenario.edits(hands);
    sandbox.clock.advance(MINUTE);

    const { createFrom, polls = false } = scenario;
    const personId = createFrom ? hands.personId(createFrom.tag) : null;
    const now = sandbox.clock.now();
    const told = await this.#victim({ job, now, point, createFrom: personId, polls });
    sandbox.faults.clear();
    sandbox.clock.advance(10 * MINUTE);
    const left = await this.#use(job, async (opened) => {
      const { config, state } = opened.engine;
      const announced = toldUpTo(state);
      if (createFrom?.cyclesFirst) await this.#cycles(opened, 1);
      if (personId !== null) await create(opened, personId);
      await this.#cycles(opened, 2);
      const lateWrites = await this.#lateWrites(opened);
      return {
        outcome: outcomeOf(sandbox, state, lateWrites),
        log: readLog(sandbox, state),
        personLog: config.marketo.activityLog ? personLogProblems(sandbox, state, announced) : [],
      };
    });
    return { killed: told === null, ...(told ?? { counts: {}, problem: null }), ...left };
  }

  /** The first sync, what happened after it, and what a human answered to that. */
  async #before(job: EngineJob, scenario: Scenario, hands: ScenarioHands): Promise<void> {
    const { synced, history = [], answers = [] } = scenario;
    if (!synced) return;
    await this.#use(job, async (opened) => {
      const { config, connectors, state } = opened.engine;
      if (config.marketo.activityLog) await createPersonLogType(connectors.marketo);
      await this.#cycles(opened, 1);
      for (const events of history) {
        events(hands);
        await this.#cycles(opened, 1);
      }
      for (const { tag, answer } of answers) {
        const dynamicsId = hands.rowId("contact", tag);
        const given = { answer: answer(hands), ...ANSWERED };
        const request = { recordType: "contact", dynamicsId, ...given } as const;
        await answerQuestion(state, request, { pair: config.id, now: this.sandbox.clock.now() });
      }
    });
  }

  #job(folder: string, { configure }: Scenario, hands: ScenarioHands): EngineJob {
    const { ready, recordTypes } = this.sandbox;
    const secret = (side: "dynamics" | "marketo") =>
      side === "dynamics" ? ready.dynamics.clientSecret : ready.marketo.clientSecret;
    return {
      folder,
      pairFile: configured(pairFileText(ready, recordTypes), (config) =>
        configure?.(config, hands),
      ),
      secrets: { dynamics: secret("dynamics"), marketo: secret("marketo") },
      wasmFile: WASM_FILE,
    };
  }

  async #use<T>(job: EngineJob, work: (opened: OpenEngine) => Promise<T>): Promise<T> {
    const { clock } = this.sandbox;
    const timing: Timing = {
      now: () => clock.now(),
      sleep: async (ms) => clock.advance(ms),
    };
    const opened = await openEngine(job, timing);
    try {
      return await work(opened);
    } finally {
      await opened.close();
    }
  }

  async #cycles({ engine }: OpenEngine, count: number): Promise<void> {
    for (let done = 0; done < count; done++) {
      const { error, halted } = await engine.run();
      if (error || halted) throw new Error(JSON.stringify({ error, halted }));
      this.sandbox.clock.advance(25 * MINUTE);
    }
  }

  /** The calls of one more cycle that changed something. */
  async #lateWrites(opened: OpenEngine): Promise<string[]> {
    const { log } = this.sandbox;
    log.reset();
    await this.#cycles(opened, 1);
    return log
      .entries()
      .filter(({ server, method, target, body }) => {
        if (server === "identity" || method === "GET") return false;
        const reads = /_method=GET/.test(target) || /_method=GET/.test(body);
        return !reads && (server === "marketo" || /^(PATCH|POST|DELETE) /m.test(body));
      })
      .map(({ method, target, body }) => `${method} ${target} ${body}`);
  }

  /** Runs the errand in a process of its own; null when it was killed. */
  async #victim(errand: Errand): Promise<Told | null> {
    // Without the loader of the tests: the bundle needs none, and it takes longer than the cycle.
    const stdio = ["ignore", "inherit", "inherit", "ipc"] as const;
    const child = fork(this.script, { execArgv: [], stdio: [...stdio] });
    const exited = once(child, "exit");
    let told: Told | undefined;
    child.once("message", (message) => {
      told = message as Told;
    });
    child.send(errand);
    const [code, signal] = (await exited) as [number | null, string | null];
    if (signal === "SIGKILL") return null;
    if (code !== 0 || !told) throw new Error(`The process ended with ${code ?? signal}.`);
    return told;
  }
}

const ANSWERED = { by: "Ada", because: "They told me." };

function configured(text: string, change: (config: PairConfig) => void): string {
  const parsed = parsePairFile(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  parsed.file.pairs.forEach(change);
  return JSON.stringify(parsed.file);
}

/** A killed process leaves the same files in memory as on a disk, where each sync would take its time. */
function stateRoot(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

async function create({ engine }: OpenEngine, personId: number): Promise<void> {
  const { context } = await engine.prepare();
  await createRecord(context, { personId });
}
