/** The editor's proxy settings as the variables that the engine's thread reads; its own ones come first. */
export function proxyEnvironment(
  { proxy, noProxy }: { proxy: string; noProxy: readonly string[] },
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  if (!proxy) return {};
  const inherited = environment["NO_PROXY"] ?? environment["no_proxy"];
  const excepted = [...noProxy, ...(inherited ? [inherited] : [])].join(",");
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    ...(excepted && { NO_PROXY: excepted, no_proxy: excepted }),
  };
}
