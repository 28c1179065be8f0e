import type { CertificateOptions } from "../auth/certificate";
import { createDynamicsSignIn, type DynamicsCredential } from "../auth/dynamicsSignIn";
import type { DeviceCode } from "../auth/interaction";
import { createMarketoTokens } from "../auth/marketoToken";
import { tokenCacheKey, type SecretStore } from "../auth/secretStore";
import { discoverTenant } from "../auth/tenant";
import { marketoUrl, type PairConfig } from "../config/pairFile";
import type { Timing } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import type { HttpTransport } from "../http/transport";
import { ContactSyncError } from "../model/failure";
import type { Pair, Side } from "../model/record";

/** Where secrets come from and how a person is asked; the command line and the editor each bring their own. */
export interface TokenOptions {
  transport: HttpTransport;
  timing: Timing;
  /** Throws CS-SECRET-MISSING with the remedy when there is none. */
  secret(side: Side): Promise<string>;
  /** Keeps the token cache. */
  store: SecretStore;
  certificate(file: string): Promise<CertificateOptions>;
  onDeviceCode(code: DeviceCode): void;
  openBrowser(url: string): Promise<void>;
}

/** Both sides' tokens of a pair; nobody is asked and nothing is called before the first use. */
export function tokensOf(config: PairConfig, options: TokenOptions): Pair<TokenSource> {
  return {
    dynamics: lazily(() => dynamicsTokens(config, options)),
    marketo: lazily(async () =>
      createMarketoTokens({
        url: marketoUrl(config),
        clientId: config.marketo.clientId,
        clientSecret: await options.secret("marketo"),
        transport: options.transport,
        timing: options.timing,
      }),
    ),
  };
}

/** Makes the source at the first call; a failure is not kept, so that the next call tries again. */
function lazily(make: () => Promise<TokenSource>): TokenSource {
  let source: Promise<TokenSource> | undefined;
  return {
    async token(tokenOptions) {
      source ??= make().catch((error: unknown) => {
        source = undefined;
        throw error;
      });
      return (await source).token(tokenOptions);
    },
  };
}

/** The sign-in to the pair's organization; the editor also uses it to ask a person. */
export async function dynamicsTokens(config: PairConfig, options: TokenOptions) {
  const { dynamics } = config;
  const { transport, timing, store } = options;
  const tenantId = dynamics.tenantId ?? (await discoverTenant(transport, dynamics.url)).tenantId;
  return createDynamicsSignIn({
    orgUrl: dynamics.url,
    tenantId,
    clientId: dynamics.clientId,
    cloud: dynamics.cloud,
    credential: await credentialOf(config, options),
    ...(dynamics.authority && { authority: dynamics.authority }),
    store,
    cacheKey: tokenCacheKey(config.id),
    transport,
    timing,
  });
}

async function readFile(file: string, options: TokenOptions): Promise<CertificateOptions> {
  try {
    return await options.certificate(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new ContactSyncError(
      "CS-CONFIG",
      `The certificate file ${file} cannot be read (${code}). Correct "certificateFile" in the pair file.`,
    );
  }
}

async function credentialOf(
  { dynamics }: PairConfig,
  options: TokenOptions,
): Promise<DynamicsCredential> {
  switch (dynamics.signIn) {
    case "clientSecret":
      return { kind: "clientSecret", secret: await options.secret("dynamics") };
    case "certificate": {
      if (!dynamics.certificateFile) {
        throw new ContactSyncError(
          "CS-CONFIG",
          'Sign-in by certificate needs "certificateFile": a PEM file with the certificate and its private key.',
        );
      }
      return { kind: "certificate", ...(await readFile(dynamics.certificateFile, options)) };
    }
    case "deviceCode":
      return { kind: "deviceCode", onCode: (code) => options.onDeviceCode(code) };
    case "interactive":
      return { kind: "interactive", openBrowser: (url) => options.openBrowser(url) };
  }
}
