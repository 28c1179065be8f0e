import type { PairConfig } from "../config/pairFile";
import { pairSchema } from "../config/pairFile";
import { realTiming } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import type { HttpTransport } from "../http/transport";
import { ContactSyncError } from "../model/failure";
import type { Side } from "../model/record";
import type { CycleEvent } from "../protocol/engine";
import type { OpenResult } from "../protocol/engineContract";
import { RpcError } from "../protocol/rpc";
import { openState } from "../state/openState";
import type { State } from "../state/state";
import { PairEngine } from "./pairEngine";
import { RequestPoll } from "./requestPoll";
import { failureOfSignIn } from "./signInFailures";
import { startAnew } from "./startAnew";
import { UsedSystems } from "./usedSystems";
import { realWorld } from "./world";

interface OpenPair {
  config: PairConfig;
  folder: string;
  owner: string;
  state: State;
  /** Null when another process runs the pair and this one only looks. */
  engine: PairEngine | null;
  stop: AbortController;
  /** Looks for requests of Marketo campaigns; null when the pair takes none, or another process runs it. */
  poll: RequestPoll | null;
}

export interface EnginePairsOptions {
  transport: HttpTransport;
  token(pair: string, side: Side, forceRefresh: boolean): Promise<string>;
  onEvent(event: CycleEvent): void;
}

/** The pairs that this process has open, each as its writer or as a reader. */
export class EnginePairs {
  readonly #pairs = new Map<string, OpenPair>();
  readonly #systems = new UsedSystems();

  constructor(private readonly options: EnginePairsOptions) {}

  async open(config: unknown, folder: string, owner: string): Promise<OpenResult> {
    const pair = pairSchema.parse(config);
    await this.close(pair.id);
    return this.#openAs(pair, folder, owner);
  }

  /** A reader becomes the writer if nobody writes any more. */
  async takeOver(id: string): Promise<OpenResult> {
    const pair = this.#pair(id);
    if (pair.engine) return { kind: "writer" };
    const { config, folder, owner } = pair;
    const state = await this.#tryWrite(config, folder, owner);
    if (!state) {
      await pair.state.refresh();
      return readerOf(pair.state);
    }
    await pair.state.close();
    this.#keep({ config, folder, owner, state });
    return { kind: "writer" };
  }

  /** Begins with an empty state; the old one is kept beside it. */
  async startAnew(id: string): Promise<{ aside: string; opened: OpenResult }> {
    const { config, folder, owner } = this.#pair(id);
    this.engine(id);
    await this.close(id);
    try {
      const aside = await startAnew({ folder, pair: config.id, owner, now: Date.now });
      return { aside, opened: await this.#openAs(config, folder, owner) };
    } catch (error) {
      // What it was before is better than nothing; the first error is the one to tell.
      await this.#openAs(config, folder, owner).catch(() => undefined);
      throw error;
    }
  }

  async #openAs(config: PairConfig, folder: string, owner: string): Promise<OpenResult> {
    const state = await this.#tryWrite(config, folder, owner);
    if (state) {
      this.#keep({ config, folder, owner, state });
      return { kind: "writer" };
    }
    const reader = await openState({ folder, pair: config.id, mode: "read", owner, now: Date.now });
    const stop = new AbortController();
    this.#systems.use(config);
    this.#pairs.set(config.id, {
      config,
      folder,
      owner,
      state: reader,
      engine: null,
      stop,
      poll: null,
    });
    return readerOf(reader);
  }

  /** Null when another process holds the folder. */
  async #tryWrite(config: PairConfig, folder: string, owner: string): Promise<State | null> {
    try {
      const { retention } = config;
      const mode = "write";
      return await openState({ folder, pair: config.id, mode, owner, now: Date.now, retention });
    } catch (error) {
      if (error instanceof ContactSyncError && error.code === "CS-STATE-IN-USE") return null;
      throw error;
    }
  }

  #keep(opened: Pick<OpenPair, "config" | "folder" | "owner" | "state">): void {
    const { config, state } = opened;
    const { transport, onEvent } = this.options;
    const engine = new PairEngine({
      config,
      state,
      transport,
      tokens: {
        dynamics: this.#tokens(config.id, "dynamics"),
        marketo: this.#tokens(config.id, "marketo"),
      },
      timing: realTiming,
      world: realWorld(),
      systems: this.#systems,
      onEvent,
    });
    const seconds = config.marketo.request?.pollSeconds;
    const stop = new AbortController();
    const poll = seconds ? new RequestPoll(seconds, () => engine.pollRequests()) : null;
    this.#pairs.set(config.id, { ...opened, engine, stop, poll });
  }

  #tokens(pair: string, side: Side): TokenSource {
    return {
      token: (options) =>
        this.options.token(pair, side, options?.forceRefresh ?? false).catch((error: unknown) => {
          // What the host says of a sign-in must stay one: the cycle then waits instead of failing.
          throw error instanceof RpcError ? failureOfSignIn(error, side) : error;
        }),
    };
  }

  /** Stops a running cycle after the chunk in hand, and gives the folder back. */
  async close(id: string): Promise<void> {
    const pair = this.#pairs.get(id);
    if (!pair) return;
    this.#pairs.delete(id);
    this.#systems.leave(id);
    pair.stop.abort();
    await pair.poll?.stop();
    await pair.engine?.idle();
    await pair.state.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#pairs.keys()].map((id) => this.close(id)));
  }

  run(id: string, approved: string | null) {
    const pair = this.#pair(id);
    const engine = this.#writer(pair);
    if (!engine.isRunning) pair.stop = new AbortController();
    return engine.run({ approved, signal: pair.stop.signal });
  }

  pause(id: string): void {
    this.#pair(id).poll?.pause();
  }

  resume(id: string): void {
    this.#pair(id).poll?.resume();
  }

  cancel(id: string): void {
    this.#pair(id).stop.abort();
  }

  engine(id: string): PairEngine {
    return this.#writer(this.#pair(id));
  }

  /** The state as it is now; a reader takes in what the writer did meanwhile. */
  async state(id: string): Promise<State> {
    const pair = this.#pair(id);
    if (!pair.engine) await pair.state.refresh();
    return pair.state;
  }

  isWriter(id: string): boolean {
    return this.#pair(id).engine !== null;
  }

  #pair(id: string): OpenPair {
    const pair = this.#pairs.get(id);
    if (pair) return pair;
    throw new ContactSyncError("CS-ARGUMENT", `The pair "${id}" is not open.`);
  }

  #writer({ config, engine, state }: OpenPair): PairEngine {
    if (engine) return engine;
    const owner = state.lease()?.owner ?? "another window";
    throw new ContactSyncError(
      "CS-STATE-IN-USE",
      `${config.id} is run by ${owner}; do this there, or close it and try again.`,
    );
  }
}

function readerOf(state: State): OpenResult {
  return { kind: "reader", owner: state.lease()?.owner ?? "", version: state.stats().sequence };
}
