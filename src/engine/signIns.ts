import { checkOrgUrl, discoverTenant, type OrgSignIn } from "../auth/tenant";
import { createMarketoTokens } from "../auth/marketoToken";
import type { DynamicsSignIn } from "../auth/dynamicsSignIn";
import type { PairConfig } from "../config/pairFile";
import { realTiming } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import { createTransport } from "../http/transport";
import type { Failure } from "../model/failure";
import { CallError } from "../model/failure";
import type { Pair } from "../model/record";
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

export function createSignIns(log: RequestLog): SignIns {
  const transport = createTransport({
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

/** An error of a sign-in as the other end of the engine's protocol may see it. */
export function signInFailure(error: unknown): { code: string; message: string } {
  if (error instanceof CallError) {
    const { code, message, class: kind } = error.failure;
    return { code: kind === "signIn" ? `${SIGN_IN}${code}` : code, message };
  }
  // By its code, not by its class: the host is another bundle with classes of its own.
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof Error && typeof code === "string" && code.startsWith("CS-")) {
    const isMissing = code === "CS-SECRET-MISSING";
    return { code: isMissing ? `${SIGN_IN}${code}` : code, message: error.message };
  }
  return { code: "CS-UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
}

/** The same failure again on the engine's side. */
export function failureOfSignIn(
  { code, message }: { code: string; message: string },
  side: Failure["side"],
): CallError {
  const isSignIn = code.startsWith(SIGN_IN);
  const isSetUp = code.startsWith("CS-CONFIG");
  return new CallError({
    class: isSignIn ? "signIn" : isSetUp ? "configuration" : "retry",
    code: isSignIn ? code.slice(SIGN_IN.length) : code,
    message,
    ...(side ? { side } : {}),
  });
}

const SIGN_IN = "SIGN-IN ";
