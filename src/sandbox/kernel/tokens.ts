/** Who a bearer token speaks for. `objectId` is the Entra object id of the user or of the application. */
export interface TokenIdentity {
  kind: "application" | "user";
  clientId: string;
  objectId: string;
}

/** Lets the Dataverse server check the tokens that the identity server gave out. */
export interface TokenVerifier {
  verify(token: string): TokenIdentity | "expired" | "unknown";
}
