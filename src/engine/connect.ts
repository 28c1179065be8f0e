import type { PairConfig } from "../config/pairFile";
import { marketoUrl } from "../config/pairFile";
import { createDynamicsConnector, type DynamicsConnector } from "../connectors/dynamics/connector";
import { centralDay, createMarketoLimiter } from "../connectors/marketo/budget";
import { createMarketoConnector, type MarketoConnector } from "../connectors/marketo/connector";
import type { CallLedger } from "../http/limiter";
import type { Timing } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import type { HttpTransport } from "../http/transport";
import type { Pair, Side } from "../model/record";
import type { StatePort, StateWriter } from "../sync/statePort";

export interface ConnectorSet {
  dynamics: DynamicsConnector;
  marketo: MarketoConnector;
}

export interface ConnectOptions {
  transport: HttpTransport;
  timing: Timing;
  tokens: Pair<TokenSource>;
  ledger: CallLedger;
  /** Told when a server slows us down. */
  onWait: (side: Side, code: string, afterMs: number) => void;
}

/** Makes both connectors of a pair; nothing is called yet. */
export function connect(config: PairConfig, options: ConnectOptions): ConnectorSet {
  const { transport, timing, tokens, ledger, onWait } = options;
  const { budget } = config;
  const limiter = createMarketoLimiter(
    {
      callsPerWindow: budget.marketoCallsPer20Seconds,
      concurrent: budget.marketoConcurrent,
      dailyCap: budget.marketoDailyCalls,
    },
    { timing, ledger },
  );
  return {
    dynamics: createDynamicsConnector({
      url: config.dynamics.url,
      transport,
      timing,
      tokens: tokens.dynamics,
      parallel: budget.dynamicsConcurrent,
      onWait: (code, afterMs) => onWait("dynamics", code, afterMs),
    }),
    marketo: createMarketoConnector({
      url: marketoUrl(config),
      transport,
      timing,
      tokens: tokens.marketo,
      limiter,
      log: ({ code, afterMs }) => onWait("marketo", code, afterMs),
    }),
  };
}

/** The day's calls to Marketo: what the state remembers and what was made since the last commit. */
export class StateLedger implements CallLedger {
  readonly #pending = new Map<number, number>();

  constructor(private readonly state: StatePort) {}

  used(day: number): number {
    return this.state.callsOn("marketo", String(day)) + (this.#pending.get(day) ?? 0);
  }

  add(day: number, calls: number): void {
    this.#pending.set(day, (this.#pending.get(day) ?? 0) + calls);
  }

  usedToday(now: number): number {
    return this.used(centralDay(now));
  }

  /** Moves what is pending into a commit. */
  flush(writer: StateWriter): void {
    for (const [day, calls] of this.#pending) writer.addCalls("marketo", String(day), calls);
    this.#pending.clear();
  }
}
