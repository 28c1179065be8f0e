import { getProxyForUrl } from "proxy-from-env";
import type { NetworkSettings } from "../model/network";

/** The proxy for a URL, empty for none: first the settings, then the environment. */
export function proxyFor(url: URL, { proxy, noProxy, useProxy }: NetworkSettings): string {
  // This machine is never reached through a proxy: the sandbox must work behind any.
  if (!useProxy || isLoopback(url.hostname)) return "";
  if (noProxy.some((rule) => isExcepted(url, rule))) return "";
  // The environment's exceptions hold for the proxy of the settings, too.
  const environment = getProxyForUrl(url.href);
  return proxy === "" ? environment : exceptedByEnvironment(url) ? "" : proxy;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

/** `*`, a host, a domain with or without its leading dot or star, each with or without a port. */
function isExcepted(url: URL, rule: string): boolean {
  const [host = "", port] = rule.trim().toLowerCase().split(":");
  if (host === "*") return true;
  const urlPort = url.port || (url.protocol === "https:" ? "443" : "80");
  if (host === "" || (port !== undefined && port !== urlPort)) return false;
  const domain = host.replace(/^\*?\./, "");
  const name = url.hostname.toLowerCase();
  return name === domain || name.endsWith(`.${domain}`);
}

function exceptedByEnvironment(url: URL): boolean {
  const rules = (process.env["NO_PROXY"] ?? process.env["no_proxy"] ?? "").split(/[\s,]+/);
  return rules.some((rule) => isExcepted(url, rule));
}
