import { after } from "node:test";
import { createClock, type SandboxClock } from "../../../src/sandbox/kernel/clock";
import { Faults } from "../../../src/sandbox/kernel/faults";
import { serve, type Kernel } from "../../../src/sandbox/kernel/http";
import { RequestLog } from "../../../src/sandbox/kernel/requestLog";
import {
  createMarketo,
  type MarketoOptions,
  type MarketoSandbox,
} from "../../../src/sandbox/marketo/marketo";

export const START = Date.parse("2026-03-10T15:00:00Z");

export type Json = Record<string, unknown>;

export interface Envelope {
  requestId: string;
  success: boolean;
  result?: Json[];
  errors?: { code: string; message: string }[];
  nextPageToken?: string;
  moreResult?: boolean;
}

export interface Bench {
  marketo: MarketoSandbox;
  clock: SandboxClock;
  kernel: Kernel;
  url: string;
  /** A signed-in call as it goes over the wire. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  get(path: string, query?: Record<string, string | number>): Promise<Envelope>;
  post(path: string, body?: unknown): Promise<Envelope>;
  del(path: string, body?: unknown): Promise<Envelope>;
  /** A date token for the clock's present moment. */
  tokenNow(): Promise<string>;
  /** Signs in anew; calls use the last token. */
  signIn(clientId?: string, clientSecret?: string): Promise<string>;
}

const clients: MarketoOptions["clients"] = [
  { clientId: "one", clientSecret: "s1", user: "one@example.com" },
  { clientId: "two", clientSecret: "s2", user: "two@example.com" },
];

/** A sandbox on a frozen clock behind a real socket, closed after the test file. */
export async function bench(options: Partial<MarketoOptions> = {}): Promise<Bench> {
  const clock = createClock();
  clock.freeze(START);
  const kernel: Kernel = { clock, faults: new Faults(), log: new RequestLog() };
  const marketo = createMarketo({ kernel, limits: "off", seed: 1, clients, ...options });
  const server = await serve(kernel, "marketo", 0, marketo.handle);
  after(() => server.close());
  let token = "";
  const signIn = async (clientId = "one", clientSecret = "s1") => {
    const query = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
    });
    const reply = await fetch(`${server.url}/identity/oauth/token?${query}`);
    token = ((await reply.json()) as { access_token: string }).access_token;
    return token;
  };
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
    });
  const read = async (reply: Promise<Response>) => (await (await reply).json()) as Envelope;
  const send = (method: string) => (path: string, body?: unknown) =>
    read(
      call(path, {
        method,
        ...(body === undefined
          ? {}
          : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
      }),
    );
  const get = (path: string, query: Record<string, string | number> = {}) => {
    const text = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return read(call(text ? `${path}?${text}` : path));
  };
  await signIn();
  return {
    marketo,
    clock,
    kernel,
    url: server.url,
    fetch: call,
    get,
    post: send("POST"),
    del: send("DELETE"),
    signIn,
    tokenNow: async () => {
      const sinceDatetime = new Date(clock.now()).toISOString();
      const reply = await get("/rest/v1/activities/pagingtoken.json", { sinceDatetime });
      return reply.nextPageToken!;
    },
  };
}

/** An envelope without its request id, whose form is checked on the way. */
export function body(envelope: Envelope): Omit<Envelope, "requestId"> {
  const { requestId, ...rest } = envelope;
  if (!/^[0-9a-f]+#[0-9a-f]+$/.test(requestId)) throw new Error(`Bad requestId ${requestId}`);
  return rest;
}

/** `success` or the request-level error as `code message`. */
export function outcome(envelope: Envelope): string {
  const error = envelope.errors?.[0];
  return error ? `${error.code} ${error.message}` : "success";
}

/** The records' outcomes, e.g. `created` or `skipped 1005`. */
export function statuses(envelope: Envelope): string[] {
  return (envelope.result ?? []).map((row) => {
    const reasons = (row["reasons"] ?? row["errors"] ?? []) as { code: string }[];
    return [row["status"], ...reasons.map((reason) => reason.code)].join(" ");
  });
}
