import assert from "node:assert/strict";
import { test } from "node:test";
import { realLeaseWorld } from "../../src/state/leaseFile";
import { openState } from "../../src/state/openState";
import type { OpenStateOptions } from "../../src/state/openState";
import type { State } from "../../src/state/state";
import { contentsOf } from "./contents";
import { MemoryDisk } from "./memoryDisk";
import { activity, intent, link } from "./samples";

/** Counts what an onlooker reads. */
class CountingDisk extends MemoryDisk {
  bytesRead = 0;

  override async read(path: string, offset?: number): Promise<Uint8Array> {
    const bytes = await super.read(path, offset);
    this.bytesRead += bytes.length;
    return bytes;
  }
}

function options(files: MemoryDisk, change: Partial<OpenStateOptions>): OpenStateOptions {
  return {
    folder: "/state",
    pair: "main",
    mode: "write",
    owner: "window 1",
    now: () => Date.UTC(2026, 0, 2),
    files,
    leaseWorld: { ...realLeaseWorld, isAlive: () => false },
    ...change,
  };
}

const write = (state: State, number: number): Promise<number> =>
  state.commit((writer) => {
    writer.putLink(link(number));
    writer.setCheckpoint("map", "m".repeat(number % 3 === 0 ? 400 : 4));
    return writer.addActivity(activity(number));
  });

test("an onlooker follows commits, snapshots and new writers, and writes nothing", async () => {
  const disk = new CountingDisk();
  let writer = await openState(options(disk, { journalLimit: () => 1200 }));
  const onlooker = await openState(options(disk, { mode: "read" }));
  assert.equal(await onlooker.refresh(), false);
  for (let number = 1; number <= 30; number += 1) {
    await write(writer, number);
    if (number % 7 === 0) {
      await writer.close();
      writer = await openState(
        options(disk, { journalLimit: () => 1200, owner: `window ${number}` }),
      );
    }
    // Now and then it stays behind so long that the files which it reads are cleaned up.
    if (number > 12 && number < 24) continue;
    const changes = disk.changes.length;
    assert.equal(await onlooker.refresh(), true, `commit ${number}`);
    assert.equal(disk.changes.length, changes);
    assert.deepEqual(contentsOf(onlooker), contentsOf(writer), `commit ${number}`);
    assert.equal(onlooker.stats().sequence, number);
  }
  assert.equal(onlooker.lease()?.owner, "window 28");
  assert.equal(onlooker.lease()?.released, false);
  await writer.close();
  assert.equal(await onlooker.refresh(), false);
  assert.equal(onlooker.lease()?.released, true);
  await onlooker.close();
});

test("a refresh reads what is new, not what it knows", async () => {
  const disk = new CountingDisk();
  const writer = await openState(options(disk, {}));
  for (let number = 1; number <= 50; number += 1) await write(writer, number);
  const onlooker = await openState(options(disk, { mode: "read" }));
  await write(writer, 51);
  disk.bytesRead = 0;
  assert.equal(await onlooker.refresh(), true);
  assert.ok(disk.bytesRead < 1500, `${disk.bytesRead} bytes`);
  await onlooker.close();
  await writer.close();
});

test("an onlooker cannot change anything", async () => {
  const disk = new MemoryDisk();
  const writer = await openState(options(disk, {}));
  const onlooker = await openState(options(disk, { mode: "read" }));
  const refused = { code: "CS-STATE-FAILED", message: /opened for reading only/ };
  await assert.rejects(
    onlooker.commit((change) => change.putLink(link(1))),
    refused,
  );
  await assert.rejects(onlooker.announce([intent(1)]), refused);
  await onlooker.close();
  assert.throws(() => onlooker.lastCycle(), { message: /was closed/ });
  await writer.close();
  await assert.rejects(writer.announce([intent(1)]), { message: /was closed/ });
});
