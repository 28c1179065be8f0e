import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { ConnectorSet } from "../../../src/engine/connect";
import type { RecordType, Side } from "../../../src/model/record";
import { openMemoryPair, type MemoryPair, type TestPairOptions } from "../../support/enginePair";
import { watched } from "../../support/watched";

/** A pair of in-memory orgs. */
export async function open(t: TestContext, options: TestPairOptions = {}): Promise<MemoryPair> {
  const pair = await openMemoryPair(options);
  t.after(() => pair.close());
  return pair;
}

/** A pair with one linked record, at rest. */
export async function openLinked(t: TestContext, type: RecordType, wrap?: TestPairOptions["wrap"]) {
  const pair = await open(t, wrap && { wrap });
  const rows = pair.dynamics.store;
  const persons = pair.marketo.store;
  const id = rows.create(type, { lastname: "Ortiz", jobtitle: "first" });
  await run(pair);
  const person = [...persons.persons.keys()][0]!;
  return { pair, rows, persons, id, person, titles: () => titles(pair, { type, id, person }) };
}

export function titles(
  { dynamics, marketo }: MemoryPair,
  { type, id, person }: { type: RecordType; id: string; person: number },
) {
  return [dynamics.store.value(type, id, "jobtitle"), marketo.store.value(person, "title")];
}

/** One cycle, a second (or so many milliseconds) after what was before it. */
export async function run(pair: MemoryPair, ms = 1000) {
  pair.clock.advance(ms);
  const { error, halted, counts } = await pair.run();
  assert.deepEqual({ error, halted }, { error: null, halted: null });
  return counts;
}

/** Something that happens once, before or after the next write (or another call) to a side. */
export function meanwhile() {
  let next: { when: string; side: Side; act: () => void; method: string } | undefined;
  const wrap = (connectors: ConnectorSet) =>
    watched(connectors, ({ when, side, method }) => {
      if (method !== next?.method || when !== next.when || side !== next.side) return;
      const { act } = next;
      next = undefined;
      act();
    });
  const arm = (when: "before" | "after", side: Side, act: () => void, method = "write") => {
    next = { when, side, act, method };
  };
  return { wrap, arm };
}

/** Every value that the log has as lost. */
export function lostIn(pair: MemoryPair) {
  const lost = pair.activities().flatMap(({ changes }) => changes.map((change) => change.lost));
  return [...new Set(lost)].filter((value) => value !== undefined);
}
