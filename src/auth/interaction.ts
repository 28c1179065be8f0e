import type { AuthenticationResult, PublicClientApplication } from "@azure/msal-node";
import type { HttpTransport } from "../http/transport";
import { canceled } from "../http/transportError";

/** What the person needs to confirm a device code. */
export interface DeviceCode {
  userCode: string;
  verificationUri: string;
  expiresInSeconds: number;
}

/** Starts the device code flow; the signal ends MSAL's polling. */
export async function showDeviceCode(
  app: PublicClientApplication,
  scopes: string[],
  onCode: (code: DeviceCode) => void,
  signal: AbortSignal | undefined,
): Promise<AuthenticationResult | null> {
  const request = {
    scopes,
    cancel: false,
    deviceCodeCallback: (response: {
      userCode: string;
      verificationUri: string;
      expiresIn: number;
    }) =>
      onCode({
        userCode: response.userCode,
        verificationUri: response.verificationUri,
        expiresInSeconds: response.expiresIn,
      }),
  };
  const stop = () => (request.cancel = true);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await app.acquireTokenByDeviceCode(request);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

interface BrowserFlow {
  app: PublicClientApplication;
  scopes: string[];
  transport: HttpTransport;
  signal: AbortSignal | undefined;
}

/**
 * The browser flow with PKCE. MSAL cannot be told to stop, and its local server would wait for ever; so a canceled
 * flow answers that server itself, in the way of a person who declines.
 */
export async function cancelInBrowser(
  { app, scopes, transport, signal }: BrowserFlow,
  openBrowser: (url: string) => Promise<void>,
): Promise<AuthenticationResult> {
  let decline = (): void => undefined;
  const stop = () => decline();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await app.acquireTokenInteractive({
      scopes,
      prompt: "select_account",
      openBrowser: async (url) => {
        decline = () => void declineAt(transport, url);
        if (signal?.aborted) decline();
        else await openBrowser(url);
      },
    });
  } catch (error) {
    throw signal?.aborted ? canceled() : error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function declineAt(transport: HttpTransport, authorizeUrl: string): Promise<void> {
  const { searchParams } = new URL(authorizeUrl);
  const form = new URLSearchParams({
    error: "access_denied",
    state: searchParams.get("state") ?? "",
  });
  // If the local server is gone already, there is nothing left to stop.
  await transport
    .send({
      method: "POST",
      url: (searchParams.get("redirect_uri") ?? "").replace("//localhost", "//127.0.0.1"),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: form.toString(),
    })
    .catch(() => undefined);
}
