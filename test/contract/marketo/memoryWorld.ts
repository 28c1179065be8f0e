import type { Failure } from "../../../src/model/failure";
import { MemoryMarketo } from "../../support/memory/memoryMarketo";
import type { MarketoWorld, Trouble } from "../marketoContract";

const START = Date.parse("2026-03-10T12:00:00Z");

/** The in-memory connector on a clock that only the test moves. */
export function openMemoryWorld(): Promise<MarketoWorld> {
  let now = START;
  const port = new MemoryMarketo({ now: () => now });
  const { store, faults } = port;
  return Promise.resolve({
    port,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    hands: store,
    value: (id, field) => store.value(id, field),
    count: () => store.persons.size,
    loseAnswer: (when) =>
      faults.add({ operation: "write", fault: { kind: "lost", applied: when === "after" } }),
    trouble: (kind) =>
      faults.add({ times: Infinity, fault: { kind: "fail", failure: failureOf(kind) } }),
    heal: () => faults.clear(),
    expireAccessToken: () => undefined,
    loseCursors: () => undefined,
    delayRows: (ms) => {
      store.delayOf = () => ms;
    },
    close: () => Promise.resolve(),
  });
}

function failureOf(kind: Trouble): Failure {
  return { class: kind === "607" ? "quota" : "retry", code: kind, message: "Injected." };
}
