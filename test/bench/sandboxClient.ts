import { Agent, request as httpRequest } from "node:http";
import type { ReadyLine } from "../../src/sandbox/ready";

export const agent = new Agent({ keepAlive: true, maxSockets: 64 });

interface Reply {
  status: number;
  body: string;
}

export interface CallOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

function call(url: string, { method = "GET", headers = {}, body }: CallOptions): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const message = httpRequest(url, { agent, method, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () =>
        resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    message.on("error", reject);
    message.end(body);
  });
}

export async function ok(url: string, options: CallOptions): Promise<Record<string, unknown>> {
  const reply = await call(url, options);
  if (reply.status >= 300) throw new Error(`${url}: ${reply.status} ${reply.body.slice(0, 200)}`);
  return reply.body ? (JSON.parse(reply.body) as Record<string, unknown>) : {};
}

export async function bearers({ dynamics, marketo }: Omit<ReadyLine, "control">) {
  const endpoints = JSON.parse(dynamics.authorityMetadata) as { token_endpoint: string };
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: dynamics.clientId,
    client_secret: dynamics.clientSecret,
    scope: `${dynamics.url}/.default`,
  });
  const entra = await ok(endpoints.token_endpoint, { method: "POST", body: form.toString() });
  const query = `grant_type=client_credentials&client_id=${marketo.clientId}&client_secret=${marketo.clientSecret}`;
  const service = await ok(`${marketo.url}/identity/oauth/token?${query}`, {});
  const bearer = (token: unknown) => ({ Authorization: `Bearer ${String(token)}` });
  return {
    form: form.toString(),
    tokenEndpoint: endpoints.token_endpoint,
    dynamics: bearer(entra["access_token"]),
    marketo: bearer(service["access_token"]),
  };
}
