import { appendFileSync } from "node:fs";
import { parsePairFile } from "../../../src/config/parse";
import { secretVariable, type PairConfig } from "../../../src/config/pairFile";
import { PairEngine } from "../../../src/engine/pairEngine";
import { tokensOf } from "../../../src/engine/tokens";
import { realWorld } from "../../../src/engine/world";
import { realTiming } from "../../../src/http/timing";
import { createTransport, type HttpTransport } from "../../../src/http/transport";
import { pairFileText } from "../../../src/sandbox/pairFile";
import { diskFiles, type FileSystem } from "../../../src/state/files";
import { openState } from "../../../src/state/openState";
import { CALLS_PER_WINDOW } from "./allowance";
import { measured, type Role } from "./measure";
import type { RoleOptions } from "./roles";

/** The engine as the command line runs it, with its bytes counted and its calls written down if asked for. */
export async function startEngine(options: RoleOptions): Promise<Role> {
  const config = pairOf(options);
  const disk = countedFiles();
  let [phase, offset] = ["", 0];
  const throttled = { count: 0 };
  const counted = countThrottled(createTransport(), throttled);
  const transport = recorded(counted, options, () => phase);
  const timing = { ...realTiming, now: () => Date.now() + offset };
  const owner = "bench";
  const opened = { folder: options.folder, pair: config.id, owner, now: timing.now };
  const state = await openState({ ...opened, mode: "write", files: disk.files });
  const kept = new Map<string, string>();
  const engine = new PairEngine({
    config,
    state,
    transport,
    timing,
    world: realWorld(timing.now),
    onEvent: () => undefined,
    tokens: tokensOf(config, {
      transport,
      timing,
      secret: (side) => Promise.resolve(options.ready.env[secretVariable(config.id, side)] ?? ""),
      store: {
        get: (key) => Promise.resolve(kept.get(key)),
        set: (key, value) => Promise.resolve(void kept.set(key, value)),
        delete: (key) => Promise.resolve(void kept.delete(key)),
      },
      certificate: () => Promise.reject(new Error("No certificate is used here.")),
      onDeviceCode: () => undefined,
      openBrowser: () => Promise.reject(new Error("No browser is used here.")),
    }),
  });
  return {
    async carryOut(command) {
      if (command.kind === "advance") offset += command.ms;
      if (command.kind !== "cycle") return null;
      phase = command.phase;
      return measured(async () => {
        const before = disk.bytes();
        const { counts, calls, error, halted } = await engine.run();
        if (error) throw new Error(`${error.code}: ${error.message}`);
        if (halted) throw new Error(`Halted: ${halted.reason}, ${halted.planned} planned.`);
        const { created, updated, failed, refused } = counts;
        const note = `created ${created.dynamics}/${created.marketo}, updated ${updated.dynamics}/${updated.marketo}, refused ${refused}, failed ${failed}`;
        const bytesWritten = disk.bytes() - before;
        return { calls, throttled: throttled.count, bytesWritten, note };
      });
    },
    async close() {
      await state.close();
      transport.close();
    },
  };
}

function pairOf({ ready, limits }: RoleOptions): PairConfig {
  const parsed = parsePairFile(pairFileText(ready, ["contact"]));
  const pair = parsed.ok ? parsed.file.pairs[0] : undefined;
  if (!pair) throw new Error("The sandbox's pair file is not readable.");
  // Without limits the budget is out of the way too: what counts then is the engine's own time.
  pair.budget.marketoCallsPer20Seconds = limits === "real" ? CALLS_PER_WINDOW : 1_000_000;
  pair.budget.marketoDailyCalls = 1_000_000;
  return pair;
}

function countedFiles(): { files: FileSystem; bytes(): number } {
  let written = 0;
  const files: FileSystem = {
    ...diskFiles,
    async create(path) {
      const file = await diskFiles.create(path);
      return {
        append: (bytes) => {
          written += bytes.length;
          return file.append(bytes);
        },
        sync: () => file.sync(),
        close: () => file.close(),
      };
    },
  };
  return { files, bytes: () => written };
}

/** Counts answers that say that the caller is too fast: 429, or Marketo's 606 and 615 in the body of a 200. */
function countThrottled(transport: HttpTransport, throttled: { count: number }): HttpTransport {
  return {
    close: () => transport.close(),
    async send(request) {
      const response = await transport.send(request);
      const { status, body } = response;
      if (status === 429 || /"code":\s*"?(606|615)\b/.test(body.slice(0, 500))) throttled.count++;
      return response;
    },
  };
}

/** One call as it stands in a recording; tokens stay out. */
export interface RecordedCall {
  phase: string;
  server: "dynamics" | "marketo";
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

function recorded(
  transport: HttpTransport,
  { ready, recording }: RoleOptions,
  phase: () => string,
): HttpTransport {
  if (recording === null) return transport;
  return {
    close: () => transport.close(),
    send(request) {
      const server = request.url.startsWith(ready.dynamics.url) ? "dynamics" : "marketo";
      const path = request.url.slice(ready[server].url.length);
      const isSignIn = path.includes("oauth");
      const headers = Object.fromEntries(
        Object.entries(request.headers ?? {}).filter(([name]) => name !== "Authorization"),
      );
      const body = request.body === undefined ? null : String(request.body);
      const { method } = request;
      const call: RecordedCall = { phase: phase(), server, method, path, headers, body };
      if (!isSignIn) appendFileSync(recording, `${JSON.stringify(call)}\n`);
      return transport.send(request);
    },
  };
}
