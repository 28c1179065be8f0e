import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { realLeaseWorld } from "../../src/state/leaseFile";
import { openState } from "../../src/state/openState";
import type { OpenStateOptions } from "../../src/state/openState";
import type { State } from "../../src/state/state";
import type { StateWriter } from "../../src/sync/statePort";
import { contentsOf } from "./contents";
import { MemoryDisk } from "./memoryDisk";
import { anyStep, Model } from "./model";
import type { Step } from "./model";
import { intent } from "./samples";

function options(files: MemoryDisk): OpenStateOptions {
  return {
    folder: "/state",
    pair: "main",
    mode: "write",
    owner: "test",
    now: () => Date.UTC(2026, 0, 2),
    files,
    journalLimit: () => 3000,
    leaseWorld: { ...realLeaseWorld, isAlive: () => false },
  };
}

/** What a process does: commits, announces, refuses a commit half way, ends well, or is killed with its last bytes torn. */
type Act =
  | { kind: "commit"; steps: Step[] }
  | { kind: "announce"; number: number }
  | { kind: "abandon"; steps: Step[] }
  | { kind: "close" }
  | { kind: "kill"; torn: number };

const steps = fc.array(anyStep, { minLength: 1, maxLength: 8 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: steps.map((each): Act => ({ kind: "commit", steps: each })) },
  { weight: 2, arbitrary: fc.nat(5).map((number): Act => ({ kind: "announce", number })) },
  { weight: 1, arbitrary: steps.map((each): Act => ({ kind: "abandon", steps: each })) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "close" }) },
  { weight: 1, arbitrary: fc.nat(2000).map((torn): Act => ({ kind: "kill", torn })) },
);

/** Takes the steps on the writer and on a copy of the model; returns the copy. */
function run(all: readonly Step[], writer: StateWriter, model: Model): Model {
  const after = model.copy();
  for (const step of all) {
    step.write(writer, after);
    step.apply(after);
  }
  return after;
}

/** Cuts the last bytes off the newest journal, as if they had never reached the disk. */
function tear(disk: MemoryDisk, bytes: number): void {
  const journals = disk.paths().filter((path) => path.includes("journal-"));
  const generation = (path: string): number[] =>
    (/(\d+)-(\d+)$/.exec(path) ?? []).slice(1).map(Number);
  const newest = journals
    .sort((a, b) => {
      const [[a1 = 0, a2 = 0], [b1 = 0, b2 = 0]] = [generation(a), generation(b)];
      return a1 - b1 || a2 - b2;
    })
    .at(-1);
  if (newest) disk.put(newest, disk.content(newest).subarray(0, -Math.max(1, bytes)));
}

/** Acts on a store and on the model at once; remembers the model after each commit. */
class Machine {
  #disk: MemoryDisk;
  #model = new Model();
  #history = new Map([[0, new Model()]]);

  private constructor(
    private state: State,
    disk: MemoryDisk,
  ) {
    this.#disk = disk;
  }

  static async start(): Promise<Machine> {
    const disk = new MemoryDisk();
    return new Machine(await openState(options(disk)), disk);
  }

  /** Returns false when the history ends, because a loss was noticed and refused. */
  async act(each: Act): Promise<boolean> {
    switch (each.kind) {
      case "commit":
        this.#model = await this.state.commit((writer) => run(each.steps, writer, this.#model));
        return this.#compare();
      case "announce":
        await this.#announce(each.number);
        return this.#compare();
      case "abandon":
        await this.#abandon(each.steps);
        return this.#compare();
      case "close":
        await this.state.close();
        this.state = await openState(options(this.#disk));
        return this.#compare();
      case "kill":
        return (await this.#kill(each.torn)) && this.#compare();
    }
  }

  async end(): Promise<void> {
    await this.state.close();
  }

  #compare(): true {
    assert.deepEqual(contentsOf(this.state), this.#model.contents());
    this.#history.set(this.state.stats().sequence, this.#model.copy());
    return true;
  }

  async #announce(number: number): Promise<void> {
    const ids = await this.state.announce([intent(number)]);
    this.#model.announced += 1;
    assert.deepEqual(ids, [this.#model.announced]);
    this.#model.intents.push({ id: this.#model.announced, ...intent(number) });
  }

  async #abandon(all: readonly Step[]): Promise<void> {
    const attempt = this.state.commit((writer) => {
      run(all, writer, this.#model);
      throw new Error("abandoned");
    });
    await assert.rejects(attempt, /abandoned/);
  }

  async #kill(torn: number): Promise<boolean> {
    const known = this.state.lease()?.sequence ?? 0;
    this.#disk = this.#disk.afterPowerCut("nothing");
    tear(this.#disk, torn);
    try {
      this.state = await openState(options(this.#disk));
    } catch (error) {
      assert.match(String(error), new RegExp(`commits \\d+ to ${known} are missing`));
      return false;
    }
    const { sequence } = this.state.stats();
    const then = this.#history.get(sequence);
    assert.ok(then, `commit ${sequence} never was`);
    assert.ok(sequence >= known, "what the lease knows is not lost silently");
    this.#model = then.copy();
    return true;
  }
}

test("after any history the store equals a plain model, as of its last whole commit", async () => {
  const histories = fc.array(act, { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(histories, async (acts) => {
      const machine = await Machine.start();
      for (const each of acts) if (!(await machine.act(each))) return;
      await machine.end();
    }),
    { numRuns: 60 },
  );
});
