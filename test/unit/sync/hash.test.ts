import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  HASH_BYTES,
  baseHash,
  hashKey,
  sameHash,
  withHash,
  withKeys,
} from "../../../src/sync/hash";

const EMPTY = new Uint8Array();

test("a base gives back what was put at each position and leaves the others alone", () => {
  const base = withKeys(EMPTY, [
    { position: 2, key: "b" },
    { position: 0, key: "" },
  ]);
  const next = withHash(base, 4, hashKey("c"));
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((position) => baseHash(next, position)),
    [hashKey(""), null, hashKey("b"), null, hashKey("c"), null],
  );
  assert.equal(base.length, 3 * HASH_BYTES);
  assert.equal(baseHash(withHash(next, 2, null), 2), null);
});

test("the empty value has a base of its own, which is not the missing base", () => {
  assert.ok(hashKey("").some((byte) => byte !== 0));
  assert.equal(sameHash(null, null), false);
  assert.equal(sameHash(hashKey(""), null), false);
  assert.equal(sameHash(hashKey("a"), hashKey("a")), true);
});

test("near values never share a hash: 300,000 short keys, and keys that differ in one place", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 300_000; i++) seen.add(Buffer.from(hashKey(String(i))).toString("hex"));
  assert.equal(seen.size, 300_000);
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, two) => {
      assert.equal(sameHash(hashKey(one), hashKey(two)), one === two);
    }),
    { numRuns: 2_000 },
  );
});

test("both halves of a hash move by themselves", () => {
  const halves = [new Set<number>(), new Set<number>()];
  for (let i = 0; i < 20_000; i++) {
    const view = new DataView(hashKey(`value ${i}`).buffer);
    halves[0]?.add(view.getUint32(0));
    halves[1]?.add(view.getUint32(4));
  }
  // By chance about 0.05 pairs of 20,000 random 32-bit numbers meet.
  assert.ok(halves.every((half) => half.size >= 19_998));
});
