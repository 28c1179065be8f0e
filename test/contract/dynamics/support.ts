import { createDynamicsSignIn } from "../../../src/auth/dynamicsSignIn";
import type { SecretStore } from "../../../src/auth/secretStore";
import {
  createDynamicsConnector,
  type DynamicsConnector,
  type DynamicsConnectorOptions,
} from "../../../src/connectors/dynamics/connector";
import type { Timing } from "../../../src/http/timing";
import { createTransport, type HttpTransport } from "../../../src/http/transport";
import type { RecordType } from "../../../src/model/record";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../src/sandbox/sandbox";
import type { DynamicsRow } from "../../../src/sync/ports";

/** Waits take no time, but are written down and move the clock. */
export interface QuickTiming extends Timing {
  readonly waits: number[];
}

export function quickTiming(): QuickTiming {
  const waits: number[] = [];
  let skipped = 0;
  return {
    waits,
    now: () => Date.now() + skipped,
    sleep: async (ms) => {
      waits.push(Math.round(ms));
      skipped += ms;
    },
  };
}

export function memoryStore(): SecretStore & { values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  };
}

export interface Rig {
  sandbox: Sandbox;
  transport: HttpTransport;
  timing: QuickTiming;
  connector: DynamicsConnector;
  /** Another connector to the same organization, signed in the same way. */
  connect(options?: Partial<DynamicsConnectorOptions>): DynamicsConnector;
  close(): Promise<void>;
}

/** A sandbox and a connector that has signed in to it as the application user. */
export async function startRig(options: SandboxOptions = {}): Promise<Rig> {
  const sandbox = await startSandbox({
    contacts: 20,
    leads: 5,
    persons: 1,
    limits: "off",
    ...options,
  });
  const transport = createTransport();
  const timing = quickTiming();
  const { dynamics } = sandbox.ready;
  const tokens = createDynamicsSignIn({
    orgUrl: dynamics.url,
    tenantId: dynamics.tenantId,
    clientId: dynamics.clientId,
    credential: { kind: "clientSecret", secret: dynamics.clientSecret },
    authority: { url: dynamics.authority, metadata: dynamics.authorityMetadata },
    store: memoryStore(),
    cacheKey: "test",
    transport,
    timing,
  });
  const connect = (more: Partial<DynamicsConnectorOptions> = {}) =>
    createDynamicsConnector({
      url: dynamics.url,
      transport,
      tokens,
      timing,
      random: () => 0,
      ...more,
    });
  return {
    sandbox,
    transport,
    timing,
    connector: connect(),
    connect,
    async close() {
      transport.close();
      await sandbox.close();
    },
  };
}

/** Everything of a tracked read: rows, tombstones, the checkpoint and the sizes of the pages. */
export async function pull(
  connector: DynamicsConnector,
  recordType: RecordType,
  columns: readonly string[],
  checkpoint: string | null = null,
): Promise<{ rows: DynamicsRow[]; deletedIds: string[]; checkpoint: string; pages: number[] }> {
  const all = {
    rows: [] as DynamicsRow[],
    deletedIds: [] as string[],
    checkpoint: "",
    pages: [] as number[],
  };
  for await (const page of connector.changes(recordType, { columns, checkpoint })) {
    all.rows.push(...page.rows);
    all.deletedIds.push(...page.deletedIds);
    all.pages.push(page.rows.length + page.deletedIds.length);
    if (page.checkpoint) all.checkpoint = page.checkpoint;
  }
  return all;
}
