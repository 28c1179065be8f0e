import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openState } from "../../src/state/openState";
import type { WriterErrand } from "./leaseWriter";
import { bundleForTest } from "../support/bundle";
import { WASM_FILE } from "./rig";

/** A process that writes for ever, with all that it told. */
class Writer {
  readonly told: (string | number)[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #wake: () => void = () => undefined;

  constructor(script: string, errand: WriterErrand) {
    const stdio = ["ignore", "inherit", "inherit", "ipc"] as const;
    this.#child = fork(script, { execArgv: [], stdio: [...stdio] });
    this.#exited = once(this.#child, "exit");
    this.#child.on("message", (message) => {
      this.told.push(message as string | number);
      this.#wake();
    });
    this.#child.send(errand);
  }

  get commits(): number[] {
    return this.told.filter((message) => typeof message === "number");
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async exit(): Promise<void> {
    await this.#exited;
  }
}

let scripts: string;
let script: string;
let folder: string;
const writers: Writer[] = [];

before(async () => {
  scripts = await mkdtemp(join(tmpdir(), "contact-sync-lease-child-"));
  folder = await mkdtemp(join(tmpdir(), "contact-sync-lease-"));
  script = bundleForTest("test/crash/leaseWriter.ts", "leaseWriter.js", { folder: scripts });
});

after(async () => {
  for (const writer of writers) writer.signal("SIGKILL");
  for (const writer of writers) await writer.exit();
  await rm(scripts, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

function startWriter(pair: { first: number; leaseMs: number; folder: string }): Writer {
  const writer = new Writer(script, { ...pair, wasmFile: WASM_FILE });
  writers.push(writer);
  return writer;
}

/** The commits below a number that the state holds after all its writers are gone. */
async function commitsIn(stateFolder: string, numbers: readonly number[]): Promise<number[]> {
  const reading = { folder: stateFolder, pair: "main", mode: "read", owner: "test" } as const;
  const state = await openState({ ...reading, now: Date.now });
  try {
    return numbers.filter((number) => state.checkpoint(`commit ${number}`) === "there");
  } finally {
    await state.close();
  }
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

test("a process that waits takes over from a killed one well within the lease", async () => {
  const place = join(folder, "killed");
  const leaseMs = 60_000;
  const first = startWriter({ folder: place, leaseMs, first: 1 });
  await first.until(() => first.commits.length >= 10);
  const second = startWriter({ folder: place, leaseMs, first: 1001 });
  const seen = first.commits.length;
  await first.until(() => first.commits.length >= seen + 30);
  assert.deepEqual(second.told, [], "it waits as long as the first one lives");
  first.signal("SIGKILL");
  await first.exit();
  const killedAt = performance.now();
  await second.until(() => second.told.length >= 10);
  assert.ok(performance.now() - killedAt < leaseMs / 2);
  assert.deepEqual(second.told.slice(0, 2), ["fence 2", 1001]);
  second.signal("SIGKILL");
  await second.exit();

  const last = first.commits.length;
  assert.deepEqual(first.commits, range(1, last));
  assert.deepEqual((await commitsIn(place, range(1, last))).length, last, "nothing is lost");
  assert.deepEqual(await commitsIn(place, second.commits), second.commits);
  assert.deepEqual(await commitsIn(place, range(last + 2, last + 50)), [], "nothing came later");
});

test("a process that stood still for longer than its lease notices and writes nothing more", async () => {
  const place = join(folder, "stopped");
  const leaseMs = 3000;
  const first = startWriter({ folder: place, leaseMs, first: 1 });
  await first.until(() => first.commits.length >= 10);
  first.signal("SIGSTOP");
  const second = startWriter({ folder: place, leaseMs, first: 1001 });
  await second.until(() => second.commits.length >= 10);
  const before = second.commits.length;
  first.signal("SIGCONT");
  await first.exit();
  await second.until(() => second.commits.length >= before + 30);
  second.signal("SIGKILL");
  await second.exit();

  assert.equal(second.told[0], "fence 2");
  assert.equal(first.told.at(-1), "CS-STATE-FENCED", "it says why it stopped");
  const last = first.commits.length;
  assert.deepEqual(first.commits, range(1, last));
  assert.deepEqual(await commitsIn(place, range(1, last)), range(1, last), "nothing is lost");
  assert.deepEqual(await commitsIn(place, second.commits), second.commits, "nothing is lost");
  assert.deepEqual(await commitsIn(place, range(last + 2, last + 50)), [], "nothing came later");
});
