import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { realLeaseWorld } from "../../src/state/leaseFile";
import { openState } from "../../src/state/openState";
import type { State } from "../../src/state/state";
import { MemoryDisk } from "./memoryDisk";
import { activity, change, echo, guid, intent, link } from "./samples";

const LINKS = 100_000;
const FIELDS = 25;

/** Hashes cannot be made smaller, so the test's are as random as real ones. */
function base(number: number): Uint8Array {
  const hash = (part: number): Buffer => createHash("sha512").update(`${number} ${part}`).digest();
  return new Uint8Array(Buffer.concat([0, 1, 2, 3].map(hash)).subarray(0, FIELDS * 8));
}

async function fill(state: State): Promise<void> {
  for (let first = 1; first <= LINKS; first += 1000)
    await state.commit((writer) => {
      for (let number = first; number < first + 1000; number += 1)
        writer.putLink(link(number, { base: base(number), version: `W/"${3_405_012 + number}"` }));
    });
}

/** What a cycle does for ten changed records: announce, then record. */
async function changeTen(state: State): Promise<void> {
  const numbers = Array.from({ length: 10 }, (_, at) => 1 + at * 9973);
  const ids = await state.announce(numbers.map((number) => intent(number)));
  await state.commit((writer) => {
    for (const number of numbers) {
      writer.putLink(link(number, { base: base(-number) }));
      const changes = [change(), change({ field: "lastname", before: "Miller", after: "Meier" })];
      const activityId = writer.addActivity(activity(number, { changes }));
      writer.putEcho(echo(number, 3, { activityId }));
    }
    writer.finishIntents(ids);
    writer.setCheckpoint("delta", `https://org.example/api/data/v9.2/${guid(1)}`);
    writer.putCycle("{}", 1);
  });
}

test("ten changes among 100,000 links write little, and the links take little memory", async (context) => {
  const disk = new MemoryDisk();
  const options = {
    folder: "/state",
    pair: "main",
    mode: "write",
    owner: "test",
    now: Date.now,
    files: disk,
    leaseWorld: realLeaseWorld,
  } as const;
  let state = await openState(options);
  await fill(state);
  const filled = disk.bytesWritten;
  const snapshots = (): string[] => disk.paths().filter((path) => path.includes("snapshot"));
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  context.diagnostic(
    `filling wrote ${megabytes(filled)}, the database has ${megabytes(state.stats().databaseBytes)}`,
  );
  assert.ok(state.stats().databaseBytes < 60e6);
  assert.ok(filled < 5 * LINKS * FIELDS * 8, "all snapshots together are of the order of the data");

  const before = { bytes: disk.bytesWritten, snapshots: snapshots(), changes: disk.changes.length };
  await changeTen(state);
  const written = disk.bytesWritten - before.bytes;
  context.diagnostic(`ten changes wrote ${written} bytes`);
  assert.ok(written < 10_000, `${written} bytes`);
  assert.deepEqual(snapshots(), before.snapshots, "no full export");
  const kinds = disk.changes.slice(before.changes).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["append", "sync", "append", "sync"]);
  await state.close();

  state = await openState(options);
  const reopened = { bytes: disk.bytesWritten, snapshots: snapshots() };
  await changeTen(state);
  await state.close();
  assert.ok(disk.bytesWritten - reopened.bytes < 20_000, "also right after a start, with the end");
  assert.deepEqual(snapshots(), reopened.snapshots);
});
