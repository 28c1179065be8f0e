/** The one JSON line that a started sandbox prints: all that a client needs. */
export interface ReadyLine {
  dynamics: {
    url: string;
    tenantId: string;
    clientId: string;
    clientSecret: string;
    /** An https address that is never called: the metadata names the endpoints. */
    authority: string;
    authorityMetadata: string;
  };
  marketo: { url: string; clientId: string; clientSecret: string };
  control: { url: string };
  /** The secrets under the names where the command line looks for them. */
  env: Record<string, string>;
}
