import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  advance,
  firstCheckpoint,
  formatCheckpoint,
  parseCheckpoint,
  startOf,
  type Position,
} from "../../../../src/connectors/marketo/checkpoint";

const MINUTE = 60_000;
/** Cursors by the minute at which they stood at the end. */
const at = (...minutes: number[]): Position[] =>
  minutes.map((minute) => ({ token: `t${minute}=`, at: minute * MINUTE }));
const minutes = (positions: readonly Position[]) => positions.map((p) => p.at / MINUTE);

describe("startOf", () => {
  for (const [name, positions, readAt, start] of [
    ["the only one", at(0), 0, 0],
    ["the oldest while none is old enough", at(0, 5), 5, 0],
    ["exactly ten minutes before the last read", at(0, 5, 10), 10, 0],
    ["the newest that is old enough", at(0, 5, 10, 15), 15, 5],
    ["after a night the last but one read is old enough", at(0, 5, 700), 700, 5],
  ] as const) {
    it(name, () => {
      assert.equal(startOf(positions, readAt * MINUTE)?.at, start * MINUTE);
    });
  }
});

describe("advance", () => {
  for (const [name, every, reads, kept] of [
    ["every five minutes", 5, 8, [30, 35, 40]],
    ["every minute", 1, 30, [18, 21, 24, 27, 30]],
    ["every hour", 60, 4, [180, 240]],
  ] as const) {
    it(`keeps a short history: ${name}`, () => {
      let positions: readonly Position[] = at(0);
      for (let n = 1; n <= reads; n++) {
        positions = advance(positions, n * every * MINUTE, at(n * every)[0]!);
      }
      assert.deepEqual(minutes(positions), kept);
    });
  }

  it("always leaves a cursor ten minutes older than the last read, whatever the rhythm", () => {
    let positions: readonly Position[] = at(0);
    let now = 0;
    for (const step of [1, 1, 4, 11, 0.1, 0.1, 3, 9, 2, 30, 1, 1, 1, 1, 8, 5, 5, 5]) {
      now += step;
      positions = advance(positions, now * MINUTE, at(now)[0]!);
      const start = startOf(positions, now * MINUTE)!;
      assert.ok(start.at === 0 || start.at <= (now - 10) * MINUTE, `after ${now} minutes`);
      assert.ok(positions.length <= 7);
    }
  });
});

describe("checkpoint text", () => {
  it("comes back as it was", () => {
    const checkpoint = {
      readAt: 5,
      positions: { changes: at(0, 5), activities: at(1), deletions: at(2, 3, 4) },
    };
    assert.deepEqual(parseCheckpoint(formatCheckpoint(checkpoint)), checkpoint);
    const first = firstCheckpoint({ token: "A=", at: 7 });
    assert.deepEqual(parseCheckpoint(formatCheckpoint(first)), first);
  });

  for (const text of [
    "",
    "?",
    "[]",
    "null",
    '{"version":2}',
    '{"version":1,"readAt":1,"changes":[],"activities":[["a",1]],"deletions":[["a",1]]}',
    '{"version":1,"readAt":1,"changes":[["a","1"]],"activities":[["a",1]],"deletions":[["a",1]]}',
    '{"version":1,"readAt":1,"changes":[["a",1]],"activities":[["a",1]]}',
    '{"version":1,"readAt":"1","changes":[["a",1]],"activities":[["a",1]],"deletions":[["a",1]]}',
  ]) {
    it(`is refused: ${text || "(empty)"}`, () => {
      assert.equal(parseCheckpoint(text), undefined);
    });
  }
});
