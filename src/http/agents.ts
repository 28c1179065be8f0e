import * as http from "node:http";
import * as https from "node:https";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";

export interface AgentOptions {
  /** Connections to one host at once. */
  maxSockets: number;
  /** Further trusted root certificates (PEM). */
  ca?: readonly string[];
  /** The proxy for a URL, "" for none; default: HTTP_PROXY, HTTPS_PROXY, NO_PROXY of the environment. */
  proxyFor?: (url: string) => string;
}

export interface Agents {
  for(url: URL): http.Agent;
  close(): void;
}

/** Keep-alive agents, one for each kind of connection, made when first needed. */
export function createAgents(options: AgentOptions): Agents {
  const agents = new Map<string, http.Agent>();
  const proxyFor = options.proxyFor ?? getProxyForUrl;
  return {
    for(url) {
      const proxy = isLoopback(url.hostname) ? "" : proxyFor(url.href);
      const key = `${url.protocol} ${proxy}`;
      let agent = agents.get(key);
      if (!agent) agents.set(key, (agent = createAgent(url.protocol, proxy, options)));
      return agent;
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

function createAgent(protocol: string, proxy: string, options: AgentOptions): http.Agent {
  const common = { keepAlive: true, maxSockets: options.maxSockets };
  const secure = options.ca ? { ...common, ca: [...options.ca] } : common;
  if (protocol === "https:") {
    return proxy ? new HttpsProxyAgent(proxy, secure) : new https.Agent(secure);
  }
  return proxy ? new HttpProxyAgent(proxy, common) : new http.Agent(common);
}

/** This machine is never reached through a proxy: the sandbox must work behind any. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
