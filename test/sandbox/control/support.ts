import assert from "node:assert/strict";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../src/sandbox/sandbox";

export interface Answer {
  status: number;
  body: unknown;
}

/** A started sandbox with short ways to its three doors. */
export interface Stage {
  sandbox: Sandbox;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A control call that must succeed. */
  done<T>(method: string, path: string, body?: unknown): Promise<T>;
  dynamics(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  marketo(method: string, path: string, body?: unknown): Promise<Answer>;
}

export async function startStage(options: SandboxOptions = {}): Promise<Stage> {
  const size = { contacts: 12, leads: 6, persons: 10, limits: "off" } as const;
  const sandbox = await startSandbox({ ...size, ...options });
  const { ready } = sandbox;
  const control: Stage["control"] = (method, path, body) =>
    send(ready.control.url + path, method, body);
  return {
    sandbox,
    control,
    done: async <T>(method: string, path: string, body?: unknown) => {
      const answer = await control(method, path, body);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      return answer.body as T;
    },
    dynamics: async (method, path, body, headers) =>
      send(`${ready.dynamics.url}/api/data/v9.2/${path}`, method, body, {
        ...(await dynamicsBearer(sandbox)),
        ...headers,
      }),
    marketo: async (method, path, body) =>
      send(ready.marketo.url + path, method, body, await marketoBearer(sandbox)),
  };
}

async function send(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") && text;
  return { status: answer.status, body: isJson ? JSON.parse(text) : text };
}

export async function dynamicsToken({ ready }: Sandbox): Promise<Answer> {
  const { dynamics } = ready;
  const { token_endpoint } = JSON.parse(dynamics.authorityMetadata) as { token_endpoint: string };
  const form = {
    grant_type: "client_credentials",
    client_id: dynamics.clientId,
    client_secret: dynamics.clientSecret,
    scope: `${dynamics.url}/.default`,
  };
  return send(token_endpoint, "POST", new URLSearchParams(form).toString(), {
    "Content-Type": "application/x-www-form-urlencoded",
  });
}

async function dynamicsBearer(sandbox: Sandbox): Promise<Record<string, string>> {
  const { body } = await dynamicsToken(sandbox);
  return { Authorization: `Bearer ${(body as { access_token: string }).access_token}` };
}

async function marketoBearer({ ready }: Sandbox): Promise<Record<string, string>> {
  const { url, clientId, clientSecret } = ready.marketo;
  const query = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`;
  const { body } = await send(`${url}/identity/oauth/token?${query}`, "GET");
  return { Authorization: `Bearer ${(body as { access_token: string }).access_token}` };
}
