import assert from "node:assert/strict";
import type { Sandbox } from "../../../src/sandbox/sandbox";

/** An action of the Web API by another client; the answer's rows, or null for an answer without content. */
export async function sendToDynamics(
  { ready: { dynamics } }: Sandbox,
  path: string,
  body: object,
): Promise<{ value: Record<string, unknown>[] } | null> {
  const token = await fetch(`${dynamics.url}/${dynamics.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: dynamics.clientId,
      client_secret: dynamics.clientSecret,
      scope: `${dynamics.url}/.default`,
    }),
  });
  const { access_token: accessToken } = (await token.json()) as { access_token: string };
  const answer = await fetch(`${dynamics.url}/api/data/v9.2/${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return text === "" ? null : (JSON.parse(text) as { value: Record<string, unknown>[] });
}
