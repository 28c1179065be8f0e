import { checkOrgUrl, discoverTenant, type OrgSignIn } from "../auth/tenant";
import { createMarketoTokens } from "../auth/marketoToken";
import type { DynamicsSignIn } from "../auth/dynamicsSignIn";
import type { PairConfig } from "../config/pairFile";
import { realTiming } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import { createTransport } from "../http/transport";
import type { NetworkSettings } from "../model/network";
import type { Pair } from "../model/record";
export { furtherCertificates } from "../http/certificates";
export { signInFailure } from "./signInFailures";
import { dynamicsTokens, tokensOf, type TokenOptions } from "./tokens";

/** What signing in needs of its surroundings; network and clock are the real ones. */
export type SignInSurroundings = Omit<TokenOptions, "transport" | "timing">;

/** Everything about signing in that runs beside the engine, where the secrets are. */
export interface SignIns {
  tokens(config: PairConfig, surroundings: SignInSurroundings): Pair<TokenSource>;
  dynamics(config: PairConfig, surroundings: SignInSurroundings): Promise<DynamicsSignIn>;
  /** Finds the tenant of an organization; a URL that is none gets one sentence. */
  discover(url: string): Promise<OrgSignIn>;
  /** Proves Marketo's client id and secret by getting a token. */
  proveMarketo(url: string, clientId: string, clientSecret: string): Promise<void>;
  close(): void;
}

export type RequestLog = (line: string) => void;

export function createSignIns(log: RequestLog, network: () => NetworkSettings): SignIns {
  const transport = createTransport({
    network,
    log: ({ method, url, status, ms }) => log(`${method} ${url} ${status} ${Math.round(ms)} ms`),
  });
  const timing = realTiming;
  return {
    tokens: (config, surroundings) => tokensOf(config, { ...surroundings, transport, timing }),
    dynamics: (config, surroundings) =>
      dynamicsTokens(config, { ...surroundings, transport, timing }),
    discover: (url) => discoverTenant(transport, checkOrgUrl(url).origin),
    proveMarketo: async (url, clientId, clientSecret) => {
      await createMarketoTokens({ url, clientId, clientSecret, transport, timing }).token();
    },
    close: () => transport.close(),
  };
}
