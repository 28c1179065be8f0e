import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretVariable, type PairConfig } from "../../src/config/pairFile";
import { parsePairFile } from "../../src/config/parse";
import { EnginePairs } from "../../src/engine/enginePairs";
import { tokensOf } from "../../src/engine/tokens";
import { signInFailure } from "../../src/engine/signInFailures";
import { realTiming } from "../../src/http/timing";
import type { TokenSource } from "../../src/http/tokenSource";
import { createTransport } from "../../src/http/transport";
import { SIDES, type Pair } from "../../src/model/record";
import { RpcError } from "../../src/protocol/rpc";
import type { CycleEvent } from "../../src/protocol/engine";
import { pairFileText } from "../../src/sandbox/pairFile";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox";

/** The engine as the worker thread holds it, beside a sandbox in the same process; every pair uses the sandbox's tokens. */
export interface SandboxEngine {
  sandbox: Sandbox;
  pairs: EnginePairs;
  /** The sandbox's own pair, as its pair file says. */
  config: PairConfig;
  /** Where states may be kept. */
  folder: string;
  events: CycleEvent[];
  /** What the next sign-in uses. */
  secrets: Pair<string>;
  /** Closes all pairs, and begins with fresh orgs and fresh sign-ins. */
  reset(): Promise<void>;
  warnings(code: string): Extract<CycleEvent, { type: "warning" }>[];
  close(): Promise<void>;
}

export async function openSandboxEngine(options: SandboxOptions = {}): Promise<SandboxEngine> {
  const sandbox = await startSandbox({
    ...{ contacts: 0, leads: 0, persons: 0, limits: "off" },
    ...options,
  });
  const parsed = parsePairFile(pairFileText(sandbox.ready, sandbox.recordTypes));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const config = parsed.file.pairs[0]!;
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-engine-"));
  const transport = createTransport();
  const secrets: Pair<string> = { dynamics: "", marketo: "" };
  const signIn = (): Pair<TokenSource> => {
    const kept = new Map<string, string>();
    return tokensOf(config, {
      transport,
      timing: realTiming,
      secret: async (side) => secrets[side],
      store: {
        get: async (key) => kept.get(key),
        set: async (key, value) => void kept.set(key, value),
        delete: async (key) => void kept.delete(key),
      },
      certificate: () => Promise.reject(new Error("No certificate is used here.")),
      onDeviceCode: () => undefined,
      openBrowser: () => Promise.reject(new Error("No browser is used here.")),
    });
  };
  let tokens = signIn();
  const renew = () => {
    for (const side of SIDES) secrets[side] = sandbox.ready.env[secretVariable(config.id, side)]!;
    tokens = signIn();
  };
  renew();
  const events: CycleEvent[] = [];
  const pairs = new EnginePairs({
    transport,
    token: (_pair, side, forceRefresh) =>
      tokens[side].token({ forceRefresh }).catch((error: unknown) => {
        // As over the thread's border, where an error is a code and a sentence.
        throw new RpcError(signInFailure(error));
      }),
    onEvent: (event) => events.push(event),
  });
  return {
    sandbox,
    pairs,
    config,
    secrets,
    reset: async () => {
      await pairs.closeAll();
      sandbox.reset();
      renew();
      events.length = 0;
    },
    folder,
    events,
    warnings: (code) =>
      events.flatMap((event) => (event.type === "warning" && event.code === code ? [event] : [])),
    close: async () => {
      await pairs.closeAll();
      transport.close();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
