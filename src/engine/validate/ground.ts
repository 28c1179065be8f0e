import type { PairConfig } from "../../config/pairFile";
import type { TokenSource } from "../../http/tokenSource";
import type { HttpTransport } from "../../http/transport";
import type { Pair } from "../../model/record";
import type { State } from "../../state/state";
import type { ConnectorSet, StateLedger } from "../connect";
import type { UsedSystems } from "../usedSystems";

/** What the checks look at; nothing of it is changed. */
export interface CheckGround {
  config: PairConfig;
  connectors: ConnectorSet;
  transport: HttpTransport;
  tokens: Pair<TokenSource>;
  state: State;
  ledger: StateLedger;
  /** The systems of all pairs of this process. */
  systems: UsedSystems;
  now: number;
}
