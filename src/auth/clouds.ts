/** The Microsoft clouds that Dynamics runs in; the org's host name tells which one it is. */
export type CloudName = "public" | "gcc" | "gccHigh" | "dod" | "china";

export interface Cloud {
  /** Host of the sign-in server. */
  loginHost: string;
  /** How the host names of organizations end. */
  orgSuffix: RegExp;
  /** Where a user's organizations are listed. */
  globalDiscovery: string;
}

/** In the order of the tests: GCC is one region (9) of the public names. */
export const CLOUDS: Record<CloudName, Cloud> = {
  gcc: {
    loginHost: "login.microsoftonline.com",
    orgSuffix: /\.crm9\.dynamics\.com$/,
    globalDiscovery: "https://globaldisco.crm9.dynamics.com",
  },
  public: {
    loginHost: "login.microsoftonline.com",
    orgSuffix: /\.crm\d{0,2}\.dynamics\.com$/,
    globalDiscovery: "https://globaldisco.crm.dynamics.com",
  },
  gccHigh: {
    loginHost: "login.microsoftonline.us",
    orgSuffix: /\.crm\.microsoftdynamics\.us$/,
    globalDiscovery: "https://globaldisco.crm.microsoftdynamics.us",
  },
  dod: {
    loginHost: "login.microsoftonline.us",
    orgSuffix: /\.crm\.appsplatform\.us$/,
    globalDiscovery: "https://globaldisco.crm.appsplatform.us",
  },
  china: {
    loginHost: "login.partner.microsoftonline.cn",
    orgSuffix: /\.crm\.dynamics\.cn$/,
    globalDiscovery: "https://globaldisco.crm.dynamics.cn",
  },
};

/** The cloud of an organization, undefined for a host of none of them. */
export function cloudOf(orgUrl: string): CloudName | undefined {
  const { hostname } = new URL(orgUrl);
  return (Object.keys(CLOUDS) as CloudName[]).find((name) => CLOUDS[name].orgSuffix.test(hostname));
}

/** A sign-in server that is not derived from the org's URL: the sandbox, or a private cloud. */
export interface AuthorityOverride {
  url: string;
  /** The OpenID metadata as JSON text, so that nothing is discovered over the network. */
  metadata?: string;
}

export interface Authority {
  authority: string;
  knownAuthorities: string[];
  authorityMetadata?: string;
}

/** What MSAL needs to find the token endpoint of a tenant. */
export function authorityFor(options: {
  orgUrl: string;
  tenantId: string;
  /** The cloud of an organization whose host name tells none, such as one behind a name of the company's own. */
  cloud?: CloudName;
  override?: AuthorityOverride;
}): Authority {
  const { orgUrl, tenantId, cloud = "public", override } = options;
  if (override) {
    return {
      authority: override.url,
      knownAuthorities: [new URL(override.url).host],
      ...(override.metadata ? { authorityMetadata: override.metadata } : {}),
    };
  }
  const { loginHost } = CLOUDS[cloudOf(orgUrl) ?? cloud];
  return { authority: `https://${loginHost}/${tenantId}`, knownAuthorities: [loginHost] };
}
