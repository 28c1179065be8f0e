import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnRows, scrollTopFor, visibleRows } from "../../../media/rowWindow";

const visible: readonly [string, [number, number], number, [number, number]][] = [
  ["from the top", [0, 220], 1000, [0, 9]],
  ["a row that is cut counts", [11, 220], 1000, [0, 10]],
  ["at the end", [22_000 - 220, 220], 1000, [990, 999]],
  ["fewer rows than there is room for", [0, 220], 3, [0, 2]],
  ["scrolled beyond rows that are gone", [5000, 220], 3, [2, 2]],
  ["no rows", [0, 220], 0, [0, 0]],
];

for (const [title, [scrollTop, height], rows, [first, last]] of visible) {
  test(`visible rows: ${title}`, () => {
    assert.deepEqual(visibleRows({ scrollTop, height }, rows), { first, last });
  });
}

const drawn: readonly [string, [number, number], number, number, string][] = [
  ["around the visible ones", [100, 102], 1000, 101, "92-110"],
  ["nothing before the first and after the last", [0, 3], 5, 0, "0-4"],
  ["the active row above, in its order", [100, 100], 1000, 3, "3,92-108"],
  ["the active row below, in its order", [100, 100], 1000, 999, "92-108,999"],
  ["the header is no row", [0, 0], 3, -1, "0-2"],
  ["no rows", [0, 0], 0, 0, ""],
];

for (const [title, [first, last], rows, active, expected] of drawn) {
  test(`drawn rows: ${title}`, () => {
    assert.equal(ranges(drawnRows({ first, last }, rows, active)), expected);
  });
}

test("a row is scrolled to only as far as needed", () => {
  const window = { scrollTop: 220, height: 220 };
  const targets = [5, 9, 10, 19, 20].map((row) => scrollTopFor(row, window));
  assert.deepEqual(targets, [110, 198, null, null, 242]);
});

/** "3,92-108" for 3 and the numbers from 92 to 108. */
function ranges(rows: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const row of rows) {
    const part = parts.at(-1);
    if (part && part[1] === row - 1) part[1] = row;
    else parts.push([row, row]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join();
}
