import assert from "node:assert/strict";
import { test } from "node:test";
import { ContactSyncError } from "../../src/model/failure";
import { realLeaseWorld } from "../../src/state/leaseFile";
import { openState } from "../../src/state/openState";
import type { OpenStateOptions } from "../../src/state/openState";
import type { State } from "../../src/state/state";
import { contentsOf } from "./contents";
import type { Contents } from "./contents";
import { LOSSES, MemoryDisk } from "./memoryDisk";
import type { DiskChange, Loss } from "./memoryDisk";
import { activity, change, echo, failure, intent, link } from "./samples";

const FIELDS = ["firstname", "lastname"];

/** A writer on a memory disk; every process before it is dead. A snapshot is taken every few commits. */
function options(files: MemoryDisk): OpenStateOptions {
  return {
    folder: "/state",
    pair: "main",
    mode: "write",
    owner: "test",
    now: () => Date.UTC(2026, 0, 2),
    files,
    journalLimit: () => 700,
    leaseWorld: { ...realLeaseWorld, isAlive: () => false },
  };
}

/** Steps of a cycle, each durable when its promise resolves. */
const STEPS: ((state: State) => Promise<unknown>)[] = [
  (state) => {
    state.fieldPositions("contact", FIELDS);
    return state.commit((writer) => writer.putLink(link(1)));
  },
  (state) => state.announce([intent(1), intent(2)]),
  (state) =>
    state.commit((writer) => {
      writer.putLink(link(2));
      const id = writer.addActivity(activity(1, { changes: [change({ before: undefined })] }));
      writer.putEcho(echo(2, 0, { activityId: id }));
      writer.finishIntents([1]);
    }),
  (state) =>
    state.commit((writer) => {
      writer.amendActivity(1, [change({ lost: "Anna" })]);
      writer.putFailed(failure(3));
      writer.addCalls("marketo", "2026-01-01", 2);
      writer.setCheckpoint("map", "m".repeat(400));
    }),
  (state) =>
    state.commit((writer) => {
      writer.addSeen([{ guid: "event-1", at: 5 }]);
      writer.putCycle("one", 1);
      writer.removeLink("contact", link(1).dynamicsId);
      writer.setCheckpoint("delta", "d".repeat(400));
    }),
  (state) => state.announce([intent(3)]),
  (state) => state.commit((writer) => writer.setCheckpoint("token", "t".repeat(900))),
  (state) => state.commit((writer) => writer.putLink(link(1, { personId: 9 }))),
];

class PowerCut extends Error {}

/** What can be read after 0, 1, 2, … steps when nothing goes wrong, and the changes that the disk saw. */
async function undisturbed(): Promise<{
  contents: Contents[];
  changes: readonly DiskChange[];
}> {
  const disk = new MemoryDisk();
  const state = await openState(options(disk));
  const contents = [contentsOf(state)];
  for (const step of STEPS) {
    await step(state);
    contents.push(contentsOf(state));
  }
  await state.close();
  return { contents, changes: disk.changes };
}

/** Runs the steps until the power is cut at change `at`. Returns the number of steps that were confirmed. */
async function runUntil(disk: MemoryDisk, at: number, torn: boolean): Promise<number> {
  disk.beforeChange = (_, tear) => {
    if (disk.changes.length < at) return;
    if (torn && disk.changes.length === at) tear();
    throw new PowerCut();
  };
  let confirmed = 0;
  try {
    const state = await openState(options(disk));
    for (const step of STEPS) {
      await step(state);
      confirmed += 1;
    }
    await state.close();
  } catch (error) {
    assert.equal(error instanceof ContactSyncError && error.code, "CS-STATE-FAILED");
  }
  return confirmed;
}

/** Opens what is left: it must be the last confirmed commit or the one after it, and work on. */
async function assertSurvived(left: MemoryDisk, steps: readonly Contents[]): Promise<void> {
  const state = await openState(options(left));
  const found = contentsOf(state);
  const place = steps.findIndex((step) => JSON.stringify(step) === JSON.stringify(found));
  assert.deepEqual(found, steps[Math.max(0, place)]);
  state.fieldPositions("contact", ["other"]);
  const positions = state.fieldPositions("contact", FIELDS);
  if (found.links.length > 0) assert.deepEqual([...positions.values()], [0, 1]);
  await state.commit((writer) => writer.setCheckpoint("token", "later"));
  const before = contentsOf(state);
  await state.close();
  const again = await openState(options(left));
  assert.deepEqual(contentsOf(again), before);
  await again.close();
}

for (const loss of LOSSES) {
  test(`the power may be cut at every change of the disk, losing ${loss}`, async () => {
    const { contents, changes } = await undisturbed();
    for (const [place, { kind }] of changes.entries()) {
      for (const torn of kind === "append" ? [false, true] : [false]) {
        const disk = new MemoryDisk();
        const confirmed = await runUntil(disk, place + 1, torn);
        const allowed = contents.slice(confirmed, confirmed + 2);
        await assertSurvived(disk.afterPowerCut(loss), allowed).catch((cause: unknown) => {
          throw new Error(`Cut at change ${place + 1} (${kind}, torn: ${torn}).`, { cause });
        });
      }
    }
  });
}

/** A disk as a killed process leaves it after all steps (the lease is not given back). */
async function killedDisk(
  journalLimit: number,
): Promise<{ disk: MemoryDisk; contents: Contents[] }> {
  const disk = new MemoryDisk();
  const state = await openState({ ...options(disk), journalLimit: () => journalLimit });
  const contents = [contentsOf(state)];
  for (const step of STEPS) {
    await step(state);
    contents.push(contentsOf(state));
  }
  return { disk: disk.afterPowerCut("nothing"), contents };
}

async function readContents(disk: MemoryDisk): Promise<Contents> {
  const state = await openState({ ...options(disk), mode: "read" });
  try {
    return contentsOf(state);
  } finally {
    await state.close();
  }
}

test("a journal may be torn at every byte", async () => {
  const { disk, contents } = await killedDisk(1e6);
  const path = disk.pathOf("journal");
  const whole = disk.content(path);
  let longest = 0;
  for (let length = whole.length; length >= 0; length -= 1) {
    disk.put(path, whole.subarray(0, length));
    const found = JSON.stringify(await readContents(disk));
    const steps = contents.findIndex((step) => JSON.stringify(step) === found);
    assert.notEqual(steps, -1, `cut to ${length} bytes: a state that never was`);
    if (length === whole.length) longest = steps;
    assert.ok(steps <= longest, "a shorter journal cannot know more");
    longest = steps;
  }
  assert.equal(longest, 0);
});

const refusedAs =
  (code: string, message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ContactSyncError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };

test("a changed byte before the last commit is damage, not a torn tail", async () => {
  const { disk, contents } = await killedDisk(1e6);
  const path = disk.pathOf("journal");
  const whole = disk.content(path);
  const lastCommit = whole.lastIndexOf("CSJ1");
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x40;
    disk.put(path, changed);
    if (at < lastCommit)
      await assert.rejects(readContents(disk), refusedAs("CS-STATE-DAMAGED", /Restore the folder/));
    else assert.deepEqual(await readContents(disk), contents[contents.length - 2]);
  }
});

/** Ways to damage a folder that has two snapshots with journals, after all steps or after a clean end. */
const DAMAGES: {
  name: string;
  damage: (disk: MemoryDisk, paths: { snapshots: string[]; journals: string[] }) => void;
  expected: "whole" | RegExp;
}[] = [
  {
    name: "the newest snapshot is gone",
    damage: (disk, { snapshots }) => disk.delete(snapshots.at(-1) ?? ""),
    expected: "whole",
  },
  {
    name: "the newest snapshot is empty",
    damage: (disk, { snapshots }) => disk.put(snapshots.at(-1) ?? "", Buffer.alloc(0)),
    expected: "whole",
  },
  {
    name: "the newest snapshot has a changed byte",
    damage: (disk, { snapshots }) => {
      const bytes = disk.content(snapshots.at(-1) ?? "");
      bytes[bytes.length - 100] = 1 ^ (bytes[bytes.length - 100] ?? 0);
      disk.put(snapshots.at(-1) ?? "", bytes);
    },
    expected: "whole",
  },
  {
    name: "the newest snapshot is cut in half",
    damage: (disk, { snapshots }) => {
      const bytes = disk.content(snapshots.at(-1) ?? "");
      disk.put(snapshots.at(-1) ?? "", bytes.subarray(0, bytes.length / 2));
    },
    expected: "whole",
  },
  {
    name: "both snapshots are damaged",
    damage: (disk, { snapshots }) =>
      snapshots.forEach((path) => disk.put(path, Buffer.from("{}\n"))),
    expected: /no snapshot with a whole journal/,
  },
  {
    name: "both snapshots are gone",
    damage: (disk, { snapshots }) => snapshots.forEach((path) => disk.delete(path)),
    expected: /no snapshot with a whole journal/,
  },
  {
    name: "the newest snapshot and the journal before it are gone",
    damage: (disk, { snapshots, journals }) => {
      disk.delete(snapshots.at(-1) ?? "");
      disk.delete(journals.at(-2) ?? "");
    },
    expected: /no snapshot with a whole journal/,
  },
  {
    name: "everything but the lease is gone",
    damage: (disk, { snapshots, journals }) =>
      [...snapshots, ...journals].forEach((path) => disk.delete(path)),
    expected: /its files are gone/,
  },
  {
    name: "everything but an empty lease is gone",
    damage: (disk, { snapshots, journals }) => {
      [...snapshots, ...journals].forEach((path) => disk.delete(path));
      disk.put(disk.pathOf("lease"), Buffer.alloc(0));
    },
    expected: /its files are gone/,
  },
  {
    name: "every file is empty",
    damage: (disk) => disk.paths().forEach((path) => disk.put(path, Buffer.alloc(0))),
    expected: /no snapshot with a whole journal/,
  },
  {
    name: "unfinished files were left behind",
    damage: (disk) => {
      for (const name of ["snapshot-9-9.tmp", "lease-1.x-1.tmp", "snapshot-1-2.tmp"])
        disk.put(`/state/pair-main/${name}`, Buffer.from("half"));
    },
    expected: "whole",
  },
];

for (const { name, damage, expected } of DAMAGES) {
  test(`a folder is opened or refused when ${name}`, async () => {
    const { disk, contents } = await killedDisk(700);
    const named = (start: string): string[] => disk.paths().filter((path) => path.includes(start));
    const paths = { snapshots: named("/snapshot-"), journals: named("/journal-") };
    assert.deepEqual([paths.snapshots.length, paths.journals.length], [2, 2]);
    damage(disk, paths);
    const world = { ...realLeaseWorld, isAlive: () => false, ...virtualTime() };
    if (expected === "whole") {
      const state = await openState({ ...options(disk), leaseWorld: world });
      assert.deepEqual(contentsOf(state), contents.at(-1));
      await state.close();
    } else {
      const before = disk.paths();
      const refused = refusedAs("CS-STATE-DAMAGED", expected);
      await assert.rejects(openState({ ...options(disk), leaseWorld: world }), refused);
      await assert.rejects(openState({ ...options(disk), leaseWorld: world }), refused, "again");
      const data = (path: string): boolean => /(snapshot|journal)-/.test(path);
      assert.deepEqual(disk.paths().filter(data), before.filter(data), "nothing was added");
    }
  });
}

/** A clock that moves when somebody waits for another process; heartbeats do not happen. */
function virtualTime() {
  let time = 0;
  return {
    monotonic: () => time,
    sleep: async (ms: number, how?: { signal?: AbortSignal; keepAlive?: boolean }) => {
      if (how?.keepAlive) time += ms;
      else await new Promise((_, reject) => how?.signal?.addEventListener("abort", reject));
    },
  };
}

test("after a clean end, commits that went missing are noticed", async () => {
  const disk = new MemoryDisk();
  const state = await openState({ ...options(disk), journalLimit: () => 1e6 });
  for (const step of STEPS) await step(state);
  await state.close();
  const path = disk.pathOf("journal");
  disk.put(path, disk.content(path).subarray(0, -1));
  await assert.rejects(
    openState(options(disk)),
    refusedAs("CS-STATE-DAMAGED", /commits 8 to 8 are missing/),
  );
  disk.delete(path);
  await assert.rejects(
    openState(options(disk)),
    refusedAs("CS-STATE-DAMAGED", /commits 1 to 8 are missing/),
  );
});

const FAULTS: { name: string; code: string; kind: string; loss: Loss }[] = [
  { name: "the disk is full", code: "ENOSPC", kind: "append", loss: "nothing" },
  { name: "a file cannot be made durable", code: "EIO", kind: "sync", loss: "nothing" },
  {
    name: "a file cannot be made durable and its bytes are lost",
    code: "EIO",
    kind: "sync",
    loss: "everything",
  },
];

for (const { name, code, kind, loss } of FAULTS) {
  test(`the store is unusable after ${name}`, async () => {
    const disk = new MemoryDisk();
    const state = await openState(options(disk));
    await state.commit((writer) => writer.putLink(link(1)));
    const before = contentsOf(state);
    disk.beforeChange = (change, tear) => {
      if (change.kind !== kind) return;
      tear();
      throw Object.assign(new Error("disk"), { code });
    };
    const failing = refusedAs("CS-STATE-FAILED", new RegExp(`\\(${code}\\)`));
    await assert.rejects(
      state.commit((writer) => writer.putLink(link(2))),
      failing,
    );
    disk.beforeChange = () => undefined;
    await assert.rejects(
      state.commit((writer) => writer.putLink(link(3))),
      failing,
    );
    await assert.rejects(state.announce([intent(1)]), failing);
    assert.throws(() => state.linksByPersonId([1]), failing);
    await state.close();
    const again = await openState(options(disk.afterPowerCut(loss)));
    const { links } = contentsOf(again);
    if (code === "EIO" && loss === "nothing") assert.deepEqual(links, [link(1), link(2)]);
    else assert.deepEqual(contentsOf(again), before);
    await again.close();
  });
}
