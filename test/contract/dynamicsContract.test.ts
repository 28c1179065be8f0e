import type { DataverseSandbox } from "../../src/sandbox/dataverse/dataverse";
import { MemoryDynamics } from "../support/memory/memoryDynamics";
import {
  BATCH_SIZE,
  dynamicsContract,
  PAGE_SIZE,
  type DynamicsTrouble,
  type DynamicsWorld,
} from "./dynamicsContract";
import { startRig } from "./dynamics/support";

type Values = Parameters<DataverseSandbox["create"]>[1];

/** The in-memory connector on a clock that stands still. */
function openMemory(): Promise<DynamicsWorld> {
  const now = () => Date.parse("2026-03-10T12:00:00Z");
  const port = new MemoryDynamics({ now, pageSize: PAGE_SIZE, batchSize: BATCH_SIZE });
  const { store, faults } = port;
  const failed = (code: DynamicsTrouble) =>
    ({ class: "retry", code: `HTTP ${code}`, message: "Injected." }) as const;
  return Promise.resolve({
    port,
    hands: store,
    value: (recordType, id, column) => store.value(recordType, id, column),
    loseAnswer: (when) =>
      faults.add({ operation: "write", fault: { kind: "lost", applied: when === "after" } }),
    trouble: (status) =>
      faults.add({ times: Infinity, fault: { kind: "fail", failure: failed(status) } }),
    heal: () => faults.clear(),
    expireCheckpoints: () => port.expireCheckpoints(),
    close: () => Promise.resolve(),
  });
}

/** The real connector over the sandbox's sockets, signed in like a user's. */
async function openSandbox(): Promise<DynamicsWorld> {
  const rig = await startRig({ contacts: 1, leads: 1, persons: 1 });
  const { dynamics, faults, salesUserId } = rig.sandbox;
  return {
    port: rig.connect({ pageSize: PAGE_SIZE, batchSize: BATCH_SIZE }),
    hands: {
      create: (recordType, values) => dynamics.create(recordType, values as Values, salesUserId),
      edit: (recordType, id, values) =>
        dynamics.edit(recordType, id, values as Values, salesUserId),
      remove: (recordType, id) => dynamics.remove(recordType, id, salesUserId),
    },
    value: (recordType, id, column) => {
      const row = dynamics.row(recordType, id);
      return row && (row[column] ?? null);
    },
    loseAnswer: (when) => {
      const kind = when === "after" ? "resetAfterCommit" : "resetBefore";
      faults.add({ server: "dynamics", path: "\\$batch", action: { kind } });
    },
    trouble: (status) => {
      const action = { kind: "respond", status, body: "" } as const;
      faults.add({ server: "dynamics", path: "^/api/data", times: Infinity, action });
    },
    heal: () => faults.clear(),
    expireCheckpoints: () => dynamics.expireDelta(),
    close: () => rig.close(),
  };
}

dynamicsContract("in memory", openMemory);
dynamicsContract("connector over the sandbox", openSandbox);
