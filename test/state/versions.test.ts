import assert from "node:assert/strict";
import { test } from "node:test";
import { ContactSyncError } from "../../src/model/failure";
import { realLeaseWorld } from "../../src/state/leaseFile";
import { openState } from "../../src/state/openState";
import type { OpenStateOptions } from "../../src/state/openState";
import { StateMemory } from "../../src/state/memory";
import { openIntents } from "../../src/state/records";
import { MIGRATIONS } from "../../src/state/schema";
import { contentsOf } from "./contents";
import { MemoryDisk } from "./memoryDisk";
import { activity, echo, intent, link } from "./samples";

const LATER = [
  ...MIGRATIONS,
  `ALTER TABLE link ADD COLUMN note TEXT;
   UPDATE checkpoint SET value = 'migrated ' || value;`,
];

function options(files: MemoryDisk, change: Partial<OpenStateOptions> = {}): OpenStateOptions {
  return {
    folder: "/state",
    pair: "main",
    mode: "write",
    owner: "test",
    now: () => Date.UTC(2026, 0, 2),
    files,
    leaseWorld: { ...realLeaseWorld, isAlive: () => false },
    ...change,
  };
}

/** A folder as today's version leaves it: a snapshot, and a journal after it. */
async function folderOfThisVersion(end: "closed" | "killed"): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const first = await openState(options(disk, { journalLimit: () => 0 }));
  await first.commit((writer) => writer.setCheckpoint("delta", "one"));
  await first.close();
  const second = await openState(options(disk));
  await second.commit((writer) => {
    writer.putLink(link(1));
    writer.addActivity(activity(1));
  });
  if (end === "closed") await second.close();
  return disk;
}

const isNewer = (error: unknown): boolean => {
  assert.ok(error instanceof ContactSyncError);
  assert.equal(error.code, "CS-STATE-NEWER");
  const schemas = `schema ${LATER.length}, this version knows ${MIGRATIONS.length}`;
  assert.match(error.message, new RegExp(`${schemas}.*Update Contact Sync`));
  return true;
};

for (const end of ["closed", "killed"] as const) {
  test(`a ${end} state of an older version is migrated, and refused by the older version afterwards`, async () => {
    const disk = await folderOfThisVersion(end);
    const before = await openState(options(disk, { mode: "read" }));
    const old = contentsOf(before);
    const onlooker = await openState(options(disk, { mode: "read", migrations: LATER }));
    const expected = { ...old, checkpoints: ["migrated one", null, null] };
    assert.deepEqual(contentsOf(onlooker), expected, "an onlooker migrates in memory only");

    const migrated = await openState(options(disk, { migrations: LATER }));
    assert.deepEqual(contentsOf(migrated), expected);
    await migrated.commit((writer) => writer.putLink(link(2)));
    await migrated.close();
    await assert.rejects(openState(options(disk)), isNewer);
    await assert.rejects(openState(options(disk, { mode: "read" })), isNewer);
    await assert.rejects(before.refresh(), isNewer);
    const again = await openState(options(disk, { migrations: LATER }));
    assert.deepEqual(contentsOf(again).links, [link(1), link(2)]);
    assert.deepEqual(contentsOf(again).checkpoints, expected.checkpoints, "migrated once");
    for (const state of [again, onlooker, before]) await state.close();
  });
}

for (const journalLimit of [() => 0, () => 1e9]) {
  const kept = journalLimit() ? "journal" : "snapshot";
  test(`a second write to a field is kept beside the first one of the older version's ${kept}`, async () => {
    const disk = new MemoryDisk();
    const older = { migrations: MIGRATIONS.slice(0, 1), journalLimit };
    const first = await openState(options(disk, older));
    await first.commit((writer) => writer.putEcho(echo(1, 1, { activityId: 1 })));
    if (kept === "snapshot") await first.close();
    const migrated = await openState(options(disk));
    assert.deepEqual(migrated.echoes([1]), [echo(1, 1, { activityId: 1 })]);
    await migrated.commit((writer) => writer.putEcho(echo(1, 1, { activityId: 2 })));
    assert.equal(migrated.echoes([1]).length, 2);
    await migrated.close();
  });
}

test("an intent of an older version's journal has no clashes", async () => {
  const memory = await StateMemory.create(undefined, MIGRATIONS);
  const { cycle, side, recordType, kind, dynamicsId, personId, reason } = intent(1);
  const values = [1, cycle, side, recordType, kind, dynamicsId, personId, reason];
  memory.apply([{ kind: "addIntent", values }]);
  assert.deepEqual(openIntents(memory.database), [{ id: 1, ...intent(1) }]);
  memory.database.close();
});

test("a newer version's damaged snapshot is no reason to fall back to an older version's", async () => {
  const disk = await folderOfThisVersion("closed");
  const migrated = await openState(options(disk, { migrations: LATER }));
  await migrated.commit((writer) => writer.putLink(link(2)));
  await migrated.close();
  disk.put(disk.pathOf("snapshot"), Buffer.alloc(0));
  await assert.rejects(openState(options(disk)), isNewer);
});

const REFUSED: { name: string; change: Partial<OpenStateOptions>; message: RegExp }[] = [
  {
    name: "reading a state that never was",
    change: { mode: "read", pair: "other" },
    message: /There is no state in .*pair-other yet/,
  },
];

for (const { name, change, message } of REFUSED) {
  test(`${name} is refused`, async () => {
    const disk = await folderOfThisVersion("closed");
    const before = disk.paths();
    await assert.rejects(openState(options(disk, change)), { code: "CS-ARGUMENT", message });
    assert.deepEqual(disk.paths(), before);
  });
}

test("a folder that was copied to another pair's place is refused", async () => {
  const disk = await folderOfThisVersion("closed");
  for (const path of disk.paths())
    disk.put(path.replace("pair-main", "pair-other"), disk.content(path));
  await assert.rejects(openState(options(disk, { pair: "other" })), {
    code: "CS-ARGUMENT",
    message: /holds the state of pair "main", not of "other"/,
  });
});
