// Measures the engine: the first sync, an idle cycle and one with 1 % of the records changed, beside a bare loop that
// makes the same calls and the script that a user would write. Prints tables, asserts nothing.
// Usage: node --expose-gc --import tsx test/bench/engine.ts [--contacts N] [--quick] [--limits real|off]
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { bundleForTest } from "../support/bundle";
import type { ReadyLine } from "../../src/sandbox/ready";
import { CALLS_PER_WINDOW } from "./engine/allowance";
import type { Command, Measured } from "./engine/measure";
import type { RoleOptions } from "./engine/roles";

/** The loader that runs this file would be measured as well, so the roles run from a bundle. */
const BUNDLE = join("dist", "test", "bench-engine.js");
/** Longer than the overlap in which Marketo's feeds tell everything again. */
const QUIET_MS = 11 * 60_000;
const SAMPLE = 300;
/** The limits that the editor gives the engine's thread. */
const THREAD_LIMITS = ["--max-old-space-size=768", "--max-semi-space-size=8"];

type Child = ChildProcessByStdio<Writable, Readable, null>;

function start(words: readonly string[], nodeOptions: readonly string[] = []): Child {
  return spawn(process.execPath, [...nodeOptions, BUNDLE, ...words], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

async function end(child: Child): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** A sandbox in a process of its own. */
class SandboxProcess {
  private constructor(
    readonly ready: ReadyLine,
    private readonly child: Child,
  ) {}

  static async start(contacts: number, limits: string): Promise<SandboxProcess> {
    const size = ["--contacts", String(contacts), "--leads", "0", "--persons", "300"];
    const child = start(["sandbox", ...size, "--limits", limits], ["--max-old-space-size=6000"]);
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    return new SandboxProcess(JSON.parse(line) as ReadyLine, child);
  }

  async control(path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.ready.control.url}${path}`, {
      method: body ? "POST" : "GET",
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  }

  /** Other hands change so many records, half of them on each side, no record on both. */
  async edit(records: number): Promise<void> {
    const half = Math.ceil(records / 2);
    const rows = (await this.control(`/records/dynamics/contact?top=${half}`)) as Row[];
    const persons = (await this.control(
      `/records/marketo?crmRecordType=contact&skip=${half + 1000}&top=${records - half}`,
    )) as Row[];
    const taken = new Set(rows.map((row) => row["contactid"]));
    const steps = [
      ...rows.map((row, at) => ({
        ...{ side: "dynamics", op: "update", table: "contact" },
        id: row["contactid"],
        values: { jobtitle: `Bench ${at}` },
      })),
      ...persons
        .filter((person) => !taken.has(person["crmRecordId"]))
        .map((person, at) => ({
          ...{ side: "marketo", op: "update", id: person["id"] },
          values: { title: `Bench ${at}` },
        })),
    ];
    await this.control("/hands/script", { steps });
  }

  close(): Promise<void> {
    return end(this.child);
  }
}

type Row = Record<string, string | number | null>;

/** A role in a process of its own, fed with commands line by line. */
class RoleProcess {
  readonly #child: Child;
  readonly #lines: Interface;

  constructor(name: string, options: RoleOptions) {
    this.#child = start([name, JSON.stringify(options)], name === "engine" ? THREAD_LIMITS : []);
    this.#lines = createInterface(this.#child.stdout);
  }

  async carryOut(command: Command): Promise<Measured> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    const ended = once(this.#child, "exit").then(() => {
      throw new Error("The measured process ended early.");
    });
    const [line] = (await Promise.race([once(this.#lines, "line"), ended])) as [string];
    return JSON.parse(line) as Measured;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.stdin.end();
    await once(this.#child, "exit");
  }
}

interface Bench {
  contacts: number;
  folder: string;
  limits: "real" | "off";
}

const PHASES = ["first sync", "idle cycle", "1 % cycle"] as const;
type Results = Map<string, Measured>;

/** The three cycles; `beside` does the same for comparison, right after each. */
async function threeCycles(
  bench: Bench,
  sandbox: SandboxProcess,
  role: RoleProcess,
  beside?: { role: RoleProcess; phases: readonly string[]; results: Results },
): Promise<Results> {
  const results: Results = new Map();
  for (const phase of PHASES) {
    if (phase !== "first sync") await quietTime(sandbox, role);
    if (phase === "idle cycle") {
      // The feeds tell the first sync's echoes twice (overlap); only then is there nothing left to see.
      for (let cycle = 0; cycle < 2; cycle++) {
        await role.carryOut({ kind: "cycle", phase: "echoes" });
        await quietTime(sandbox, role);
      }
    }
    if (phase === "1 % cycle") await sandbox.edit(Math.ceil(bench.contacts / 100));
    results.set(phase, await role.carryOut({ kind: "cycle", phase }));
    if (beside?.phases.includes(phase)) {
      beside.results.set(phase, await beside.role.carryOut({ kind: "cycle", phase }));
    }
  }
  return results;
}

async function quietTime(sandbox: SandboxProcess, role: RoleProcess): Promise<void> {
  await sandbox.control("/clock/advance", { ms: QUIET_MS });
  await role.carryOut({ kind: "advance", ms: QUIET_MS });
}

/** Runs `work` with a fresh sandbox, and ends it. */
async function withSandbox<T>(
  { contacts, limits }: Bench,
  work: (sandbox: SandboxProcess) => Promise<T>,
): Promise<T> {
  const sandbox = await SandboxProcess.start(contacts, limits);
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

async function measureEngine(bench: Bench, recording: string | null): Promise<Results> {
  return withSandbox(bench, async (sandbox) => {
    const folder = mkdtempSync(join(bench.folder, "state-"));
    const role = new RoleProcess("engine", { ...bench, folder, recording, ready: sandbox.ready });
    try {
      return await threeCycles(bench, sandbox, role);
    } finally {
      await role.close();
    }
  });
}

/** The recorded first sync, made again on a fresh sandbox by nothing but a loop; then the user's script. */
async function measureOthers(bench: Bench, recording: string): Promise<Results> {
  return withSandbox(bench, async (sandbox) => {
    const options = { ...bench, recording, ready: sandbox.ready };
    const results: Results = new Map();
    const loop = new RoleProcess("bare", options);
    results.set("bare", await loop.carryOut({ kind: "cycle", phase: "first sync" }));
    await loop.close();
    // The loop's calls count for twenty seconds more.
    await sandbox.control("/clock/advance", { ms: QUIET_MS });
    const script = new RoleProcess("script", options);
    results.set("script", await script.carryOut({ kind: "sample", records: SAMPLE }));
    await script.close();
    return results;
  });
}

function line(
  name: string,
  { wallMs, cpuMs, peakMb, calls, bytesWritten, note }: Measured,
): object {
  return {
    what: name,
    "wall s": Number((wallMs / 1000).toFixed(2)),
    "CPU s": Number((cpuMs / 1000).toFixed(2)),
    "peak MB": Math.round(peakMb),
    "calls D/M": `${calls.dynamics}/${calls.marketo}`,
    "written KB": Math.round(bytesWritten / 1024),
    note,
  };
}

/** The engine's first sync beside the bare loop and the script, and what the goals say of them. */
function compare(bench: Bench, first: Measured, others: Results): void {
  const bare = others.get("bare")!;
  const sample = others.get("script")!;
  const scale = bench.contacts / SAMPLE;
  const script = { ...sample, wallMs: sample.wallMs * scale, cpuMs: sample.cpuMs * scale };
  console.table([
    line("(a) first sync, bare loop", bare),
    line(`(b) first sync, one call per record, ${SAMPLE} measured and scaled`, script),
  ]);
  const times = (one: Measured, other: Measured) => (one.wallMs / other.wallMs).toFixed(2);
  console.log(`First sync against (a): ${times(first, bare)} times (goal: at most 1.5)`);
  console.log(`First sync against (b): ${times(script, first)} times faster (goal: 20)`);
  console.log(`(a) against (b): ${times(script, bare)} times faster (the most there is)`);
  console.log(`Peak memory of the first sync: ${Math.round(first.peakMb)} MB (goal: below 400)`);
}

/** Without limits: what the engine itself costs. */
async function report(bench: Bench): Promise<void> {
  console.log(`Engine with ${bench.contacts.toLocaleString("en-US")} contacts, no limits`);
  const recording = join(bench.folder, "calls.jsonl");
  await measureEngine(bench, recording);
  const others = await measureOthers(bench, recording);
  const engine = await measureEngine(bench, null);
  console.table([...engine].map(([phase, result]) => line(phase, result)));
  compare(bench, engine.get("first sync")!, others);
}

const WINDOW_MS = 20_000;

/** Within Marketo's limits: how much of what is allowed a first sync uses, and whether it ever went beyond. */
async function reportLimits(bench: Bench): Promise<void> {
  console.log(`Engine with ${bench.contacts.toLocaleString("en-US")} contacts, Marketo's limits`);
  const recording = join(bench.folder, "calls.jsonl");
  await measureEngine({ ...bench, limits: "off" }, recording);
  const others = await measureOthers(bench, recording);
  const first = await measureFirstSync(bench);
  console.table([line("first sync", first)]);
  compare(bench, first, others);
  const allowed = CALLS_PER_WINDOW * (first.wallMs / WINDOW_MS + 1);
  const used = ((first.calls.marketo / allowed) * 100).toFixed(1);
  console.log(`Calls made: ${used} % of those allowed (goal: 90)`);
  console.log(`Answers with 606, 615 or 429: ${first.throttled}`);
}

async function measureFirstSync(bench: Bench): Promise<Measured> {
  return withSandbox(bench, async (sandbox) => {
    const folder = mkdtempSync(join(bench.folder, "state-"));
    const options = { ...bench, folder, recording: null, ready: sandbox.ready };
    const role = new RoleProcess("engine", options);
    try {
      return await role.carryOut({ kind: "cycle", phase: "first sync" });
    } finally {
      await role.close();
    }
  });
}

async function main(words: readonly string[]): Promise<void> {
  const after = (name: string) => words[words.indexOf(name) + 1];
  const standard = words.includes("--quick") ? 10_000 : 100_000;
  const contacts = words.includes("--contacts") ? Number(after("--contacts")) : standard;
  const limits = words.includes("--limits") && after("--limits") === "real" ? "real" : "off";
  const folder = mkdtempSync(join(tmpdir(), "bench-engine-"));
  try {
    bundleForTest("test/bench/engine/roles.ts", "bench-engine.js");
    const bench: Bench = { contacts, folder, limits };
    await (limits === "real" ? reportLimits(bench) : report(bench));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
