import type { HttpTransport } from "../../../src/http/transport";
import type { ReadyLine } from "../../../src/sandbox/ready";

export interface Bearers {
  dynamics: string;
  marketo: string;
}

/** Tokens of both sides for whoever calls without the engine. */
export async function bearers(
  transport: HttpTransport,
  { dynamics, marketo }: ReadyLine,
): Promise<Bearers> {
  const endpoints = JSON.parse(dynamics.authorityMetadata) as { token_endpoint: string };
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: dynamics.clientId,
    client_secret: dynamics.clientSecret,
    scope: `${dynamics.url}/.default`,
  });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const url = endpoints.token_endpoint;
  const entra = await transport.send({ method: "POST", url, headers, body: form.toString() });
  const query = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: marketo.clientId,
    client_secret: marketo.clientSecret,
  });
  const service = await transport.send({
    method: "GET",
    url: `${marketo.url}/identity/oauth/token?${query.toString()}`,
  });
  return { dynamics: bearer(entra.body), marketo: bearer(service.body) };
}

function bearer(body: string): string {
  const { access_token: token } = JSON.parse(body) as { access_token: string };
  return `Bearer ${token}`;
}
