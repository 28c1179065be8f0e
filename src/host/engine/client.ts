import type { Worker } from "node:worker_threads";
import type { HostEvent } from "../../protocol/engine";
import type { EngineContract, EngineHostContract } from "../../protocol/engineContract";
import type { NetworkSettings } from "../../model/network";
import { connect, RpcError, type Rpc } from "../../protocol/rpc";
import { Signal, type Disposable } from "../signal";

/** Nobody gives up on a cycle but the user; a worker that ends rejects everything at once. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Megabytes of old and of young objects that the engine may keep. A thread with a limit clears up earlier, which keeps a
 * first sync of 100,000 records in half the memory. A pair that needs more gets a thread without a limit.
 */
const HEAP_MEGABYTES = 768;
const YOUNG_MEGABYTES = 24;

export interface EngineOptions {
  /** The worker's bundle. */
  script: string;
  /** Megabytes of old objects that the thread may keep at first. */
  heapMegabytes?: number;
  /** The editor's proxy and certificates. */
  network: () => Promise<NetworkSettings>;
  token: EngineTokens;
  log: (level: "debug" | "info" | "warn" | "error", message: string) => void;
}

type TokenRequest = EngineHostContract["requests"]["token"];
export type EngineTokens = (params: TokenRequest["params"]) => Promise<TokenRequest["result"]>;

/** What a feature may ask of the engine. */
export type EngineRequest = Rpc<EngineContract>["request"];

/** The engine in its worker thread: started with the first request, and started again after a crash. */
export class EngineClient implements Disposable {
  readonly events = new Signal<HostEvent>();
  /** The worker ended without having been asked to; what was open in it is closed. */
  readonly crashed = new Signal<string>();
  #running: Promise<{ worker: Worker; rpc: Rpc<EngineContract> }> | null = null;
  #disposed = false;
  #needsMore = false;

  constructor(private readonly options: EngineOptions) {}

  readonly request: EngineRequest = async (type, params) => {
    if (this.#disposed)
      throw new RpcError({ code: "RPC-CLOSED", message: "The engine is closed." });
    this.#running ??= this.#start();
    const { rpc } = await this.#running;
    return rpc.request(type, params);
  };

  async #start() {
    const { Worker } = await import("node:worker_threads");
    const { script, network, token, log, heapMegabytes = HEAP_MEGABYTES } = this.options;
    const worker = new Worker(script, {
      env: { ...process.env },
      ...(!this.#needsMore && {
        resourceLimits: {
          maxOldGenerationSizeMb: heapMegabytes,
          maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
        },
      }),
    });
    const rpc = connect<EngineHostContract, EngineContract>(
      {
        post: (message) => worker.postMessage(message),
        listen: (receive) => {
          worker.on("message", receive);
          return () => void worker.off("message", receive);
        },
      },
      {
        requests: { token },
        notifications: {
          event: (event) => this.events.tell(event),
          log: ({ level, message }) => log(level, message),
        },
      },
      {
        timeoutMs: NO_TIMEOUT_MS,
        describe: (error) => describeToken(error),
        onError: (error) => log("error", error instanceof Error ? error.message : String(error)),
      },
    );
    let reason = "";
    worker.on("error", (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
      const code = error instanceof Error && "code" in error ? error.code : null;
      this.#needsMore ||= code === "ERR_WORKER_OUT_OF_MEMORY";
    });
    worker.on("exit", (code) => {
      this.#running = null;
      rpc.dispose();
      if (!this.#disposed) this.crashed.tell(reason || `The engine ended with code ${code}.`);
    });
    await rpc.request("useNetwork", { network: await network() });
    return { worker, rpc };
  }

  /** The editor's settings have changed; an engine that does not run asks for them when it starts. */
  async renewNetwork(): Promise<void> {
    const running = await this.#running;
    if (!running) return;
    await running.rpc.request("useNetwork", { network: await this.options.network() });
  }

  /** Gives the state folders back before the thread ends. */
  async stop(): Promise<void> {
    const running = await this.#running;
    this.#disposed = true;
    if (!running) return;
    // A worker that has just crashed has nothing left to give back.
    await running.rpc.request("stop", null).catch(() => undefined);
    running.rpc.dispose();
    await running.worker.terminate();
  }

  dispose(): void {
    void this.stop();
  }
}

function describeToken(error: unknown): { code: string; message: string } {
  const code = error instanceof Error && "code" in error ? String(error.code) : "CS-UNEXPECTED";
  return { code, message: error instanceof Error ? error.message : String(error) };
}
