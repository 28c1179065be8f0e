import type { CallError } from "../../../src/model/failure";
import type { MarketoEvent, MarketoPort, MarketoWrite, WriteResult } from "../../../src/sync/ports";
import type { LoggedRequest } from "../../../src/sandbox/kernel/requestLog";
import { KEY } from "../marketoContract";
import { openSandboxWorld, type SandboxWorld } from "./sandboxWorld";

export const keyed = { keyField: KEY };

/** Runs a test on a fresh instance and closes it, whatever comes. */
export function withWorld(
  run: (world: SandboxWorld) => Promise<void>,
  options: Parameters<typeof openSandboxWorld>[0] = {},
): () => Promise<void> {
  return async () => {
    const world = await openSandboxWorld(options);
    try {
      await run(world);
    } finally {
      await world.close();
    }
  };
}

export function newPerson(n: number, values: Record<string, unknown> = {}): MarketoWrite {
  return { kind: "create", values: { [KEY]: `key-${n}`, firstName: `P${n}`, ...values } };
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** How many records ended how. */
export function tally(results: readonly WriteResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const kind =
      result.kind === "failed" ? `${result.failure.class} ${result.failure.code}` : result.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** The API calls so far; those of the identity service are left out. */
export function calls(world: SandboxWorld): LoggedRequest[] {
  return world.kernel.log.entries().filter(({ target }) => !target.startsWith("/identity"));
}

/** The records of every Sync Leads call, in the order of the calls. */
export function inputs(world: SandboxWorld): Record<string, unknown>[][] {
  return calls(world)
    .filter(({ method, target }) => method === "POST" && target === "/rest/v1/leads.json")
    .map(({ body }) => (JSON.parse(body) as { input: Record<string, unknown>[] }).input);
}

export async function drain(
  port: MarketoPort,
  request: Parameters<MarketoPort["changes"]>[0],
): Promise<{ events: MarketoEvent[]; checkpoint: string; pages: number }> {
  const events: MarketoEvent[] = [];
  let checkpoint = "";
  let pages = 0;
  for await (const page of port.changes(request)) {
    pages++;
    events.push(...page.events);
    checkpoint = page.checkpoint ?? checkpoint;
  }
  return { events, checkpoint, pages };
}

export function failureOf(error: unknown): string {
  const { failure } = error as CallError;
  return `${failure.class} ${failure.code}`;
}
