/** How the editor or the user wants this program to reach the network. */
export interface NetworkSettings {
  /** Address of the proxy; empty: that of the environment (HTTP_PROXY, HTTPS_PROXY), if any. */
  proxy: string;
  /** Hosts that are reached directly, e.g. `.contoso.com` or `*`. */
  noProxy: readonly string[];
  /** Value of the Proxy-Authorization header. */
  proxyAuthorization: string | null;
  /** False: no proxy at all, not even the environment's. */
  useProxy: boolean;
  /** Root certificates that are trusted besides those that come with Node.js (PEM). */
  certificates: readonly string[];
}

/** What holds where nobody says anything: the environment's proxy, and the certificates of Node.js. */
export const PLAIN_NETWORK: NetworkSettings = {
  proxy: "",
  noProxy: [],
  proxyAuthorization: null,
  useProxy: true,
  certificates: [],
};
