import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PersonStore } from "../../../src/sandbox/marketo/persons";
import { ReadLag } from "../../../src/sandbox/marketo/readLag";

type Step =
  | { op: "insert"; id: number }
  | { op: "remove"; id: number }
  | { op: "set"; id: number; value: string | null }
  | { op: "advance"; ms: number };

const id = fc.integer({ min: 1, max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constant("insert" as const), id }),
  fc.record({ op: fc.constant("remove" as const), id }),
  fc.record({ op: fc.constant("set" as const), id, value: fc.constantFrom("a", "A", "b", null) }),
  fc.record({ op: fc.constant("advance" as const), ms: fc.integer({ min: 1, max: 8 }) }),
);

const LAG = 5;

/** The plain model: the whole state after each step, with its time. */
type State = Map<number, string | null>;

function idsWith(state: State, wanted: string): number[] {
  return [...state]
    .filter(([, value]) => value?.toLowerCase() === wanted)
    .map(([key]) => key)
    .sort((a, b) => a - b);
}

test("look-ups by index, now and behind a read lag, find what a search of everything finds", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let now = 100;
      const store = new PersonStore();
      const lag = new ReadLag(store, () => now);
      let state: State = new Map();
      const history = [{ at: 0, state }];
      for (const next of steps) {
        if (next.op === "advance") now += next.ms;
        else if (next.op === "insert" ? state.has(next.id) : !state.has(next.id)) continue;
        else {
          lag.note(next.id, LAG);
          state = new Map(state);
          if (next.op === "insert") {
            store.insert(next.id);
            state.set(next.id, null);
          } else if (next.op === "remove") {
            store.remove(next.id);
            state.delete(next.id);
          } else {
            store.set(next.id, "email", next.value);
            state.set(next.id, next.value);
          }
          history.push({ at: now, state });
        }
        const shown = history.filter(({ at }) => at <= now - LAG).at(-1)!.state;
        for (const wanted of ["a", "b"]) {
          assert.deepEqual(store.find("email", wanted), idsWith(state, wanted));
          assert.deepEqual(lag.find("email", wanted), idsWith(shown, wanted));
        }
        assert.deepEqual([...store.ids()].sort(), [...state.keys()].sort());
      }
    }),
    { numRuns: 300 },
  );
});
