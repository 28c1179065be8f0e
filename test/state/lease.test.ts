import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { ContactSyncError } from "../../src/model/failure";
import { realLeaseWorld } from "../../src/state/leaseFile";
import type { LeaseWorld } from "../../src/state/leaseFile";
import { openState } from "../../src/state/openState";
import type { OpenStateOptions } from "../../src/state/openState";
import type { State } from "../../src/state/state";
import { MemoryDisk } from "./memoryDisk";
import { temporaryFolder } from "./openTestState";
import { intent, link } from "./samples";

const LEASE_MS = 9000;

/** One monotonic clock for all processes of a test; it moves only when a test, or somebody who watches a lease, says so. */
class FakeTime {
  #now = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#now = next.at;
      next.wake();
      await settled();
    }
    this.#now = end;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new Error("stopped"));
      const wake = (): void => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      this.#sleepers.push({ at: this.#now + ms, wake });
      signal?.addEventListener("abort", stop);
    });
  }
}

/** Everything on a memory disk is done when no promise is left to run. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A process as the lease sees it. */
interface Process {
  id: number;
  host: string;
  alive: boolean;
  /** A stopped or sleeping process does not beat. */
  asleep: boolean;
  /** By how much this machine's wall clock is wrong. */
  skewMs: number;
}

class Machines {
  readonly disk = new MemoryDisk();
  readonly time = new FakeTime();
  readonly processes: Process[] = [];

  start(host = "one"): Process {
    const id = this.processes.length + 1;
    const process = { id, host, alive: true, asleep: false, skewMs: 0 };
    this.processes.push(process);
    return process;
  }

  open(process: Process, mode: "write" | "read" = "write"): Promise<State> {
    return openState({ ...this.#options(process), mode });
  }

  #options(process: Process): OpenStateOptions {
    return {
      folder: "/state",
      pair: "main",
      mode: "write",
      owner: `window ${process.id}`,
      now: () => Date.UTC(2026, 0, 1) + this.time.now() + process.skewMs,
      files: this.disk,
      leaseMs: LEASE_MS,
      leaseWorld: this.#world(process),
    };
  }

  #world(process: Process): LeaseWorld {
    return {
      host: process.host,
      processId: process.id,
      isAlive: (id) => this.processes.find((other) => other.id === id)?.alive ?? false,
      monotonic: () => this.time.now(),
      sleep: async (ms, { signal, keepAlive = false } = {}) => {
        if (keepAlive) return this.time.advance(ms);
        do await this.time.sleep(ms, signal);
        while (process.asleep || !process.alive);
      },
    };
  }
}

const refusedAs =
  (code: string, message = /./) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ContactSyncError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };

const write = (state: State, number: number): Promise<void> =>
  state.commit((writer) => writer.putLink(link(number)));

/** What happened to the first writer, and whether a second process may write then. */
const CASES: {
  name: string;
  secondHost?: string;
  between: (machines: Machines, first: Process, second: Process) => void | Promise<void>;
  second: "takes over" | "is refused";
  /** How long the second one watches before it decides. */
  waitedMs: number;
}[] = [
  { name: "the owner is alive", between: () => undefined, second: "is refused", waitedMs: 0 },
  {
    name: "the owner has beaten for an hour",
    between: ({ time }) => time.advance(3_600_000),
    second: "is refused",
    waitedMs: 0,
  },
  {
    name: "the owner's process on this machine is gone",
    between: (_, first) => void (first.alive = false),
    second: "takes over",
    waitedMs: 0,
  },
  {
    name: "the owner on another machine died just now",
    secondHost: "two",
    between: (_, first) => void (first.alive = false),
    second: "is refused",
    waitedMs: 0,
  },
  {
    name: "the owner on another machine died a lease ago",
    secondHost: "two",
    between: async ({ time }, first) => {
      first.alive = false;
      await time.advance(LEASE_MS);
    },
    second: "takes over",
    waitedMs: LEASE_MS,
  },
  {
    name: "the owner on another machine was asleep for a lease",
    secondHost: "two",
    between: async ({ time }, first) => {
      first.asleep = true;
      await time.advance(LEASE_MS);
    },
    second: "takes over",
    waitedMs: LEASE_MS,
  },
  {
    name: "the second one's clock jumped a day ahead",
    between: (_, __, second) => void (second.skewMs = 86_400_000),
    second: "is refused",
    waitedMs: LEASE_MS / 3 + LEASE_MS / 10,
  },
  {
    name: "the second one's clock jumped a day back",
    secondHost: "two",
    between: (_, __, second) => void (second.skewMs = -86_400_000),
    second: "is refused",
    waitedMs: LEASE_MS / 3 + LEASE_MS / 10,
  },
  {
    name: "the owner's clock was a day ahead when it died",
    secondHost: "two",
    between: async ({ time }, first) => {
      first.skewMs = 86_400_000;
      await time.advance(LEASE_MS);
      first.alive = false;
    },
    second: "takes over",
    waitedMs: LEASE_MS,
  },
];

for (const { name, secondHost, between, second: expected, waitedMs } of CASES) {
  test(`a second writer ${expected} when ${name}`, async () => {
    const machines = new Machines();
    const [first, second] = [machines.start(), machines.start(secondHost)];
    const owner = await machines.open(first);
    await write(owner, 1);
    await between(machines, first, second);
    const start = machines.time.now();
    if (expected === "is refused") {
      await assert.rejects(
        machines.open(second),
        refusedAs("CS-STATE-IN-USE", /in use by window 1 \(process 1 on one/),
      );
      await write(owner, 2);
      await owner.close();
    } else {
      const successor = await machines.open(second);
      assert.deepEqual([successor.lease()?.fence, successor.lease()?.owner], [2, "window 2"]);
      await write(successor, 2);
      await assert.rejects(write(owner, 3), refusedAs("CS-STATE-FENCED"));
      assert.deepEqual([...successor.linksByPersonId([1, 2, 3]).keys()], [1, 2]);
      await successor.close();
    }
    const waited = machines.time.now() - start;
    assert.ok(Math.abs(waited - waitedMs) <= LEASE_MS / 10, `waited ${waited} ms`);
  });
}

test("a lease that was given back is free at once, with a higher number", async () => {
  const machines = new Machines();
  const fences: (number | undefined)[] = [];
  for (let round = 0; round < 3; round += 1) {
    const state = await machines.open(machines.start(`machine ${round}`));
    fences.push(state.lease()?.fence);
    await state.close();
    await state.close();
  }
  assert.deepEqual(fences, [1, 2, 3]);
  assert.deepEqual(
    machines.disk.paths().filter((path) => path.includes("lease")),
    ["/state/pair-main/lease-3"],
  );
});

test("of writers that start together exactly one gets the lease", async () => {
  const machines = new Machines();
  const opened = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) => machines.open(machines.start(`machine ${at}`))),
  );
  const refused = opened.filter(({ status }) => status === "rejected");
  assert.equal(opened.length - refused.length, 1);
  for (const each of refused)
    if (each.status === "rejected") assert.ok(refusedAs("CS-STATE-IN-USE")(each.reason));
});

/** Where the first writer is stopped within its commit, and whether the second one still finds that commit. */
const STOPS = [
  { before: "append", found: false },
  { before: "sync", found: true },
] as const;

for (const { before, found } of STOPS) {
  test(`a writer that is replaced just before its ${before} neither confirms nor disturbs`, async () => {
    const machines = new Machines();
    const [first, second] = [machines.start(), machines.start()];
    const owner = await machines.open(first);
    await write(owner, 1);
    let successor: State | undefined;
    machines.disk.beforeChange = async ({ kind, path }) => {
      if (!first.alive || kind !== before || !path.includes("journal")) return;
      first.alive = false;
      successor = await machines.open(second);
      await write(successor, 3);
    };
    await assert.rejects(write(owner, 2), refusedAs("CS-STATE-FENCED"));
    const onlooker = await machines.open(second, "read");
    assert.ok(successor);
    await write(successor, 4);
    await successor.close();
    const again = await machines.open(second);
    await onlooker.refresh();
    for (const state of [onlooker, again])
      assert.deepEqual(
        [...state.linksByPersonId([1, 2, 3, 4]).keys()],
        found ? [1, 2, 3, 4] : [1, 3, 4],
      );
    await Promise.all([again.close(), onlooker.close()]);
  });
}

test("a writer whose folder is removed stops", async () => {
  const machines = new Machines();
  const state = await machines.open(machines.start());
  await write(state, 1);
  for (const path of machines.disk.paths()) machines.disk.delete(path);
  await assert.rejects(write(state, 2), refusedAs("CS-STATE-FENCED"));
});

test("an idle writer that was replaced notices with its next heartbeat", async () => {
  const machines = new Machines();
  const [first, second] = [machines.start(), machines.start()];
  const owner = await machines.open(first);
  first.alive = false;
  const successor = await machines.open(second);
  first.alive = true;
  await machines.time.advance(LEASE_MS);
  assert.throws(() => owner.lastCycle(), refusedAs("CS-STATE-FENCED"));
  await successor.close();
});

test("a writer that cannot beat for a lease gives up", async () => {
  const machines = new Machines();
  const state = await machines.open(machines.start());
  machines.disk.beforeChange = () => {
    throw Object.assign(new Error("disk"), { code: "ENOSPC" });
  };
  await machines.time.advance(LEASE_MS / 2);
  assert.equal(state.lastCycle(), 0);
  await machines.time.advance(LEASE_MS);
  assert.throws(() => state.lastCycle(), refusedAs("CS-STATE-FAILED", /ENOSPC/));
});

test("a file system without second names still has one writer", async () => {
  const machines = new Machines();
  machines.disk.link = () => Promise.reject(Object.assign(new Error("link"), { code: "EPERM" }));
  const state = await machines.open(machines.start());
  await assert.rejects(machines.open(machines.start()), refusedAs("CS-STATE-IN-USE"));
  await state.close();
});

test("pairs have folders and leases of their own", async (context) => {
  const folder = await temporaryFolder(context);
  const open = (pair: string): Promise<State> =>
    openState({ folder, pair, mode: "write", owner: "test", now: Date.now });
  const states = await Promise.all(["main", "Main", "a/b: ü"].map(open));
  await Promise.all(states.map((state, at) => write(state, at + 1)));
  assert.deepEqual(
    states.map((state) => [...state.linksByPersonId([1, 2, 3]).keys()]),
    [[1], [2], [3]],
  );
  await Promise.all(states.map((state) => state.close()));
});

test("a killed writer is replaced at once, and nothing it confirmed is lost", async (context) => {
  const folder = await temporaryFolder(context);
  const script = join(__dirname, "endlessWriter.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let confirmed = 0;
  for await (const line of createInterface(child.stdout)) {
    confirmed = Number(line);
    if (confirmed === 20) child.kill("SIGKILL");
  }
  assert.deepEqual(await exited, [null, "SIGKILL"]);
  const start = performance.now();
  const state = await openState({
    folder,
    pair: "main",
    mode: "write",
    owner: "test",
    now: Date.now,
  });
  assert.ok(performance.now() - start < 5000, "well below the lease of 15 s");
  const found = state.countLinks("contact");
  assert.ok(found === confirmed || found === confirmed + 1, `${found} of ${confirmed}`);
  const open = state.openIntents();
  assert.deepEqual(
    open,
    [found, found + 1].slice(0, open.length).map((id) => ({ id, ...intent(id) })),
  );
  assert.equal(state.lease()?.fence, 2);
  await state.close();
  assert.equal(realLeaseWorld.isAlive(child.pid ?? 0), false);
});
