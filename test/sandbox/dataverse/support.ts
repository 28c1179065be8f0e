import {
  createDataverse,
  type DataverseOptions,
  type DataverseSandbox,
} from "../../../src/sandbox/dataverse/dataverse";
import { createClock, type SandboxClock } from "../../../src/sandbox/kernel/clock";
import { Faults } from "../../../src/sandbox/kernel/faults";
import { serve, type Kernel } from "../../../src/sandbox/kernel/http";
import { RequestLog } from "../../../src/sandbox/kernel/requestLog";
import type { TokenIdentity } from "../../../src/sandbox/kernel/tokens";

export const START = Date.parse("2026-11-24T08:00:00Z");
export const APP = "6a000000-0000-4000-8000-000000000001";
export const SELLER = "6a000000-0000-4000-8000-000000000002";
export const ADA = "0c9e0000-0000-4000-8000-000000000001";
export const BOB = "0c9e0000-0000-4000-8000-000000000002";
export const CYD = "0c9e0000-0000-4000-8000-000000000003";
export const NOBODY = "0c9e0000-0000-4000-8000-0000000000ff";
export const FABRIKAM = "7b1f0000-0000-4000-8000-000000000001";

/** Any JSON: tests look into it by index. */
export type Json = Record<string, never> & { [name: string]: Json } & Json[];

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined when there is none. */
  json: Json;
}

export interface Request {
  body?: unknown;
  headers?: Record<string, string>;
  prefer?: string;
  /** The token to send; null for none. Default `app`. */
  token?: string | null;
}

export interface Harness {
  org: DataverseSandbox;
  kernel: Kernel;
  clock: SandboxClock;
  url: string;
  api: string;
  /** `path` is relative to the API root, or a full URL. */
  send(method: string, path: string, request?: Request): Promise<Answer>;
  get(path: string, request?: Request): Promise<Answer>;
  close(): Promise<void>;
}

const IDENTITIES: Record<string, TokenIdentity | "expired"> = {
  app: {
    kind: "application",
    clientId: "11110000-0000-4000-8000-000000000001",
    objectId: "aaaa0000-0000-4000-8000-000000000001",
  },
  seller: {
    kind: "user",
    clientId: "11110000-0000-4000-8000-000000000009",
    objectId: "aaaa0000-0000-4000-8000-000000000002",
  },
  stranger: {
    kind: "user",
    clientId: "11110000-0000-4000-8000-000000000009",
    objectId: "aaaa0000-0000-4000-8000-0000000000ff",
  },
  old: "expired",
};

/** A running server with an application user, a seller and the clock stopped at START. */
export async function startDataverse(options: Partial<DataverseOptions> = {}): Promise<Harness> {
  const clock = createClock();
  clock.freeze(START);
  const kernel: Kernel = { clock, faults: new Faults(), log: new RequestLog() };
  let url = "";
  const org = createDataverse({
    kernel,
    tokens: { verify: (token) => IDENTITIES[token] ?? "unknown" },
    tenantId: "0000beef-0000-4000-8000-000000000001",
    authority: "https://login.emu.test/0000beef-0000-4000-8000-000000000001",
    baseUrl: () => url,
    limits: "off",
    seed: 1,
    ...options,
  });
  addPeople(org);
  const server = await serve(kernel, "dynamics", 0, org.handle);
  url = server.url;
  const api = `${url}/api/data/v9.2`;
  const send = (method: string, path: string, request: Request = {}) =>
    call(method, path.startsWith("http") ? path : `${api}/${path}`, request);
  return {
    org,
    kernel,
    clock,
    url,
    api,
    send,
    get: (path, request) => send("GET", path, request),
    close: () => server.close(),
  };
}

export function addPeople(org: DataverseSandbox): void {
  const app = IDENTITIES["app"] as TokenIdentity;
  const seller = IDENTITIES["seller"] as TokenIdentity;
  org.users.add({
    id: APP,
    name: "Contact Sync",
    kind: "application",
    clientId: app.clientId,
    objectId: app.objectId,
  });
  org.users.add({
    id: SELLER,
    name: "Sally Seller",
    objectId: seller.objectId,
    email: "sally@contoso.test",
  });
}

/** Three contacts and a company. */
export function loadSample(org: DataverseSandbox): void {
  org.load("account", [{ accountid: FABRIKAM, name: "Fabrikam" }]);
  org.load("contact", [
    {
      contactid: ADA,
      firstname: "Ada",
      lastname: "Lovelace",
      emailaddress1: "ada@fabrikam.test",
      jobtitle: "Analyst",
      gendercode: 2,
      parentcustomerid: FABRIKAM,
      birthdate: "1990-05-31",
      ownerid: SELLER,
    },
    {
      contactid: BOB,
      firstname: "Bob",
      lastname: "O'Hara",
      emailaddress1: "BOB@x.test",
      numberofchildren: 2,
      ownerid: APP,
    },
    {
      contactid: CYD,
      firstname: "Cyd",
      lastname: "Charisse",
      emailaddress1: null,
      jobtitle: "Dancer",
      annualincome: 1000.5,
      ownerid: SELLER,
    },
  ]);
}

async function call(method: string, url: string, request: Request): Promise<Answer> {
  const { body, token = "app" } = request;
  const headers: Record<string, string> = {
    Accept: "application/json",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "Content-Type": "application/json; charset=utf-8" }),
    ...(request.prefer === undefined ? {} : { Prefer: request.prefer }),
    ...request.headers,
  };
  const response = await fetch(url, {
    method,
    headers,
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson && text !== "" ? JSON.parse(text) : undefined) as Json,
  };
}

/** `code: message` of an error answer, with its status. */
export function refusal({ status, json }: Answer): [number, string, string] {
  const error = json["error"] as unknown as { code: string; message: string };
  return [status, error.code, error.message];
}

export function names(answer: Answer): unknown[] {
  return (answer.json["value"] as unknown as Record<string, unknown>[]).map(
    (row) => row["firstname"],
  );
}
