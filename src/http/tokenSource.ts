/** Gives the access token of one connection; auth/ makes it, the connectors use it. */
export interface TokenSource {
  /** `forceRefresh` after the server refused the token; several callers at once share one refresh. */
  token(options?: { forceRefresh?: boolean; signal?: AbortSignal }): Promise<string>;
}
