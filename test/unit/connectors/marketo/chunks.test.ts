import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  bytesOf,
  chunksBySize,
  slices,
  wavesByKey,
} from "../../../../src/connectors/marketo/chunks";

const bytesIn = (chunks: { bytes: number }[][]) => chunks.map((c) => c.map((e) => e.bytes));

describe("chunksBySize", () => {
  for (const [name, bytes, expected] of [
    ["none", [], []],
    ["by count", [1, 1, 1, 1], [[1, 1, 1], [1]]],
    ["by bytes", [6, 4, 1], [[6, 4], [1]]],
    ["one that is too large stands alone", [1, 11, 1], [[1], [11], [1]]],
  ] as const) {
    it(name, () => {
      const entries = bytes.map((size) => ({ bytes: size }));
      assert.deepEqual(bytesIn(chunksBySize(entries, { count: 3, bytes: 10 })), expected);
    });
  }
});

it("wavesByKey: no key twice in a wave, the order of one key is kept", () => {
  const entries = ["a1", "b1", "a2", "c1", "a3", "b2"];
  assert.deepEqual(
    wavesByKey(entries, (entry) => entry[0]!),
    [["a1", "b1", "c1"], ["a2", "b2"], ["a3"]],
  );
});

it("slices", () => {
  assert.deepEqual(slices([1, 2, 3], 2), [[1, 2], [3]]);
  assert.deepEqual(slices([], 2), []);
});

it("bytesOf counts bytes, not characters", () => {
  assert.equal(bytesOf({ a: "é" }), 11);
});
