import type * as Msal from "@azure/msal-node";
import type {
  AuthenticationResult,
  ConfidentialClientApplication,
  Configuration,
  PublicClientApplication,
} from "@azure/msal-node";
import type { Timing } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import type { HttpTransport } from "../http/transport";
import { canceled } from "../http/transportError";
import { readCertificate, type CertificateOptions } from "./certificate";
import { authorityFor, type AuthorityOverride, type CloudName } from "./clouds";
import { cancelInBrowser, showDeviceCode, type DeviceCode } from "./interaction";
import { createMsalNetwork } from "./msalNetwork";
import type { SecretStore } from "./secretStore";
import { notSignedIn, signInError } from "./signInError";
import { createTokenCache } from "./tokenCache";
import { abortable, createTokenKeeper, type FreshToken } from "./tokenKeeper";

/** How the extension signs in. User name and password are left out: they fail with every further check. */
export type DynamicsCredential =
  /** An application user; works unattended. */
  | { kind: "clientSecret"; secret: string }
  | ({ kind: "certificate" } & CertificateOptions)
  /** A person, by a code typed into any browser. */
  | { kind: "deviceCode"; onCode: (code: DeviceCode) => void }
  /** A person, in the browser of this machine, with PKCE. */
  | { kind: "interactive"; openBrowser: (url: string) => Promise<void> };

export interface DynamicsSignInOptions {
  orgUrl: string;
  tenantId: string;
  clientId: string;
  /** Counts only where the host name of the organization tells no cloud. */
  cloud?: CloudName;
  credential: DynamicsCredential;
  authority?: AuthorityOverride;
  store: SecretStore;
  /** Key of the token cache in the store, one for each pair. */
  cacheKey: string;
  transport: HttpTransport;
  timing: Timing;
}

export interface SignedIn {
  /** The person's user name, or the client id of an application user. */
  name: string;
  tenantId: string;
}

export interface DynamicsSignIn extends TokenSource {
  /** Signs in for real: asks the person, or proves the application's credentials once. */
  signIn(options?: { signal?: AbortSignal }): Promise<SignedIn>;
  /** Forgets the tokens of this pair. */
  signOut(): Promise<void>;
  /** Who is signed in according to the cache; null for nobody. Makes no call. */
  account(): Promise<SignedIn | null>;
}

/** The sign-in to one organization. `token()` never asks a person: without a session it throws `signIn`. */
export function createDynamicsSignIn(options: DynamicsSignInOptions): DynamicsSignIn {
  const { credential, store, cacheKey, timing } = options;
  const strategy = isApplication(credential)
    ? applicationStrategy(options, credential)
    : personStrategy(options, credential);
  const keeper = createTokenKeeper(timing, (forceRefresh) => strategy.silent(forceRefresh));
  return {
    token: (tokenOptions) => keeper.token(tokenOptions),
    async signIn({ signal } = {}) {
      const { token, who } = await strategy.signIn(signal);
      keeper.keep(token);
      return who;
    },
    async signOut() {
      keeper.forget();
      await store.delete(cacheKey);
    },
    account: () => strategy.account(),
  };
}

interface Strategy {
  silent(forceRefresh: boolean): Promise<FreshToken>;
  signIn(signal: AbortSignal | undefined): Promise<{ token: FreshToken; who: SignedIn }>;
  account(): Promise<SignedIn | null>;
}

type ApplicationCredential = Extract<DynamicsCredential, { kind: "clientSecret" | "certificate" }>;
type PersonCredential = Exclude<DynamicsCredential, ApplicationCredential>;

function isApplication(credential: DynamicsCredential): credential is ApplicationCredential {
  return credential.kind === "clientSecret" || credential.kind === "certificate";
}

function applicationStrategy(
  options: DynamicsSignInOptions,
  credential: ApplicationCredential,
): Strategy {
  const { clientId, tenantId } = options;
  const acquire = (skipCache: boolean) =>
    attempt(options, async (configuration, msal) => {
      const auth = { ...configuration.auth, ...secretOf(credential, options.timing.now()) };
      const app: ConfidentialClientApplication = new msal.ConfidentialClientApplication({
        ...configuration,
        auth,
      });
      const scopes = [`${new URL(options.orgUrl).origin}/.default`];
      return freshToken(await app.acquireTokenByClientCredential({ scopes, skipCache }));
    });
  const who = { name: clientId, tenantId };
  return {
    silent: acquire,
    signIn: async (signal) => ({ token: await abortable(acquire(true), signal), who }),
    account: async () => who,
  };
}

function secretOf(
  credential: ApplicationCredential,
  now: number,
): Pick<Configuration["auth"], "clientSecret" | "clientCertificate"> {
  return credential.kind === "clientSecret"
    ? { clientSecret: credential.secret.trim() }
    : { clientCertificate: readCertificate(credential, now) };
}

function personStrategy(options: DynamicsSignInOptions, credential: PersonCredential): Strategy {
  const scopes = [`${new URL(options.orgUrl).origin}/user_impersonation`];
  const withApp = <T>(use: (app: PublicClientApplication) => Promise<T>) =>
    attempt(options, (configuration, msal) => use(new msal.PublicClientApplication(configuration)));
  return {
    silent: (forceRefresh) =>
      withApp(async (app) => {
        const [account] = await app.getTokenCache().getAllAccounts();
        if (!account) throw notSignedIn();
        return freshToken(await app.acquireTokenSilent({ account, scopes, forceRefresh }));
      }),
    signIn: (signal) =>
      withApp(async (app) => {
        const result = await askPerson(app, { ...options, credential }, scopes, signal);
        await forgetOthers(app, result);
        return { token: freshToken(result), who: accountOf(result.account) };
      }),
    account: () =>
      withApp(async (app) => {
        const [account] = await app.getTokenCache().getAllAccounts();
        return account ? accountOf(account) : null;
      }),
  };
}

async function askPerson(
  app: PublicClientApplication,
  { credential, transport }: { credential: PersonCredential; transport: HttpTransport },
  scopes: string[],
  signal: AbortSignal | undefined,
): Promise<AuthenticationResult> {
  if (signal?.aborted) throw canceled();
  const result =
    credential.kind === "deviceCode"
      ? await abortable(showDeviceCode(app, scopes, credential.onCode, signal), signal)
      : await cancelInBrowser({ app, scopes, transport, signal }, credential.openBrowser);
  if (!result) throw notSignedIn();
  return result;
}

/** One pair has one account: a second sign-in replaces the first. */
async function forgetOthers(
  app: PublicClientApplication,
  { account }: AuthenticationResult,
): Promise<void> {
  const cache = app.getTokenCache();
  for (const other of await cache.getAllAccounts()) {
    if (other.homeAccountId !== account?.homeAccountId) await cache.removeAccount(other);
  }
}

function accountOf(account: { username: string; tenantId: string } | null): SignedIn {
  return { name: account?.username ?? "", tenantId: account?.tenantId ?? "" };
}

function freshToken(result: AuthenticationResult | null): FreshToken {
  if (!result) throw notSignedIn();
  return { value: result.accessToken, expiresAt: result.expiresOn?.getTime() ?? 0 };
}

/** Runs one flow on a new app object: MSAL keeps a throttle inside the object, and would go on refusing by itself. */
async function attempt<T>(
  options: DynamicsSignInOptions,
  flow: (configuration: Configuration, msal: typeof Msal) => Promise<T>,
): Promise<T> {
  // The library costs 66 ms to load, so it is loaded with the first sign-in.
  const msal = await import("@azure/msal-node");
  const { orgUrl, tenantId, clientId, cloud, authority, store, cacheKey } = options;
  const { transport, timing } = options;
  const network = createMsalNetwork(transport, () => timing.now());
  const location = authorityFor({
    orgUrl,
    tenantId,
    ...(cloud ? { cloud } : {}),
    ...(authority ? { override: authority } : {}),
  });
  const configuration: Configuration = {
    auth: { clientId, ...location },
    cache: { cachePlugin: createTokenCache(store, cacheKey) },
    system: { networkClient: network, disableInternalRetries: true },
  };
  try {
    return await flow(configuration, msal);
  } catch (error) {
    throw signInError(error, {
      refusal: network.lastRefusal,
      networkFailure: network.lastFailure,
      secretLooksLikeId: looksLikeId(options.credential),
    });
  }
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function looksLikeId(credential: DynamicsCredential): boolean {
  return credential.kind === "clientSecret" && GUID.test(credential.secret.trim());
}
