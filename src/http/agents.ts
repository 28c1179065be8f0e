import * as http from "node:http";
import * as https from "node:https";
import { createSecureContext, rootCertificates } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent, type HttpsProxyAgentOptions } from "https-proxy-agent";
import { PLAIN_NETWORK, type NetworkSettings } from "../model/network";
import { proxyFor } from "./proxyRules";

export interface AgentOptions {
  /** Connections to one host at once. */
  maxSockets: number;
  /** Proxy and certificates as they are wanted now; asked before each call. */
  network: () => NetworkSettings;
}

export interface Agents {
  for(url: URL): http.Agent;
  close(): void;
}

/** Keep-alive agents, one for each kind of connection, made when first needed, and anew when the settings changed. */
export function createAgents({ maxSockets, network }: AgentOptions): Agents {
  const agents = new Map<string, http.Agent>();
  let current = PLAIN_NETWORK;
  const close = () => {
    for (const agent of agents.values()) agent.destroy();
    agents.clear();
  };
  return {
    for(url) {
      const wanted = network();
      if (wanted !== current) close();
      current = wanted;
      const proxy = proxyFor(url, current);
      const key = `${url.protocol} ${proxy}`;
      let agent = agents.get(key);
      if (!agent) {
        agents.set(
          key,
          (agent = createAgent(url.protocol, proxy, { maxSockets, network: current })),
        );
      }
      return agent;
    },
    close,
  };
}

function createAgent(
  protocol: string,
  proxy: string,
  { maxSockets, network }: { maxSockets: number; network: NetworkSettings },
): http.Agent {
  const common = { keepAlive: true, maxSockets };
  const { proxyAuthorization, certificates } = network;
  const headers = proxyAuthorization ? { "Proxy-Authorization": proxyAuthorization } : {};
  if (protocol === "https:") {
    const trust = trusting(certificates);
    const through = { ...common, ...trust, headers };
    return proxy
      ? new TunnelAgent(proxy, through, trust)
      : new https.Agent({ ...common, ...trust });
  }
  return proxy ? new HttpProxyAgent(proxy, { ...common, headers }) : new http.Agent(common);
}

/** The library trusts the given certificates at the proxy only, not at the server behind it. */
class TunnelAgent extends HttpsProxyAgent<string> {
  constructor(
    proxy: string,
    options: HttpsProxyAgentOptions<string>,
    private readonly trust: Trust,
  ) {
    super(proxy, options);
  }

  override connect(...[request, options]: Parameters<HttpsProxyAgent<string>["connect"]>) {
    return super.connect(request, { ...options, ...this.trust });
  }
}

type Trust = Pick<https.AgentOptions, "secureContext">;

/** Those of Node.js and the given ones, in one context for all connections: reading them all takes a while. */
function trusting(certificates: readonly string[]): Trust {
  if (certificates.length === 0) return {};
  const ca = [...rootCertificates, ...certificates];
  return { secureContext: createSecureContext({ ca }) };
}
