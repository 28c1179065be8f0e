import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { SandboxClock } from "./clock";
import { faultResponse, type Faults, type ServerName } from "./faults";
import type { RequestLog } from "./requestLog";

/** One request as a sandbox server sees it: the body is read to its end. */
export interface SandboxRequest {
  method: string;
  /** Path and query exactly as sent. */
  target: string;
  url: URL;
  headers: Record<string, string>;
  body: Buffer;
}

export interface SandboxResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** Answers one request. `operation` names the endpoint for the counters, e.g. `GET /contacts`. */
export interface Handled {
  operation: string;
  response: SandboxResponse;
}

export type Handler = (request: SandboxRequest) => Handled | Promise<Handled>;

export interface Kernel {
  clock: SandboxClock;
  faults: Faults;
  log: RequestLog;
}

export interface RunningServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Thrown when the wished port is taken; the caller says which one it was. */
export class PortInUseError extends Error {
  constructor(readonly port: number) {
    super(`Port ${port} on 127.0.0.1 is already in use.`);
  }
}

/** The name under which faults and the log know a call; a port that two servers share decides by the target. */
export type ServerNaming = ServerName | "control" | ((target: string) => ServerName);

/** Serves `handler` on 127.0.0.1; port 0 takes a free one. Faults and the request log wrap every call. */
export async function serve(
  kernel: Kernel,
  naming: ServerNaming,
  port: number,
  handler: Handler,
): Promise<RunningServer> {
  // Both real services take URLs of 32 KB; Node's own limit is 16 KB for all headers.
  const server = createServer({ maxHeaderSize: 65_536 }, (message, reply) => {
    const name = typeof naming === "string" ? naming : naming(message.url ?? "/");
    answer(kernel, name, handler, message, reply).catch((error: unknown) => {
      reply.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new PortInUseError(port) : error),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  kernel: Kernel,
  name: ServerName | "control",
  handler: Handler,
  message: IncomingMessage,
  reply: ServerResponse,
): Promise<void> {
  const request = await read(message);
  if (name === "control") return send(request, reply, (await handler(request)).response);
  const started = performance.now();
  const action = kernel.faults.take(name, request);
  const record = (operation: string, status: number) =>
    kernel.log.add({
      server: name,
      operation,
      status,
      request,
      fault: action?.kind,
      ms: performance.now() - started,
    });

  if (action?.kind === "resetBefore") {
    record("fault", 0);
    reply.destroy();
    return;
  }
  if (action?.kind === "respond") {
    record("fault", action.status);
    return send(request, reply, faultResponse(action));
  }
  const handled = await handler(request);
  if (action?.kind === "resetAfterCommit") {
    record(handled.operation, 0);
    reply.destroy();
    return;
  }
  // A closed server does not keep its process for an answer that is still to come.
  if (action?.kind === "delay") await new Promise((r) => setTimeout(r, action.delayMs).unref());
  const response = action?.kind === "respondAfterCommit" ? faultResponse(action) : handled.response;
  record(handled.operation, response.status);
  send(request, reply, response);
}

async function read(message: IncomingMessage): Promise<SandboxRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[key] = Array.isArray(value) ? value.join(", ") : value;
  }
  const target = message.url ?? "/";
  return {
    method: message.method ?? "GET",
    target,
    url: new URL(target, `http://${headers["host"] ?? "127.0.0.1"}`),
    headers,
    body: Buffer.concat(chunks),
  };
}

function send(request: SandboxRequest, reply: ServerResponse, response: SandboxResponse): void {
  let body = typeof response.body === "string" ? Buffer.from(response.body) : response.body;
  const headers: Record<string, string | number> = { ...response.headers };
  if (
    body.length > 1024 &&
    /\bgzip\b/.test(request.headers["accept-encoding"] ?? "") &&
    !headers["Content-Encoding"] &&
    headers["X-Sandbox-Plain"] === undefined
  ) {
    body = gzipSync(body, { level: 1 });
    headers["Content-Encoding"] = "gzip";
  }
  delete headers["X-Sandbox-Plain"];
  const bodyless = response.status === 204 || response.status === 304;
  if (!bodyless) headers["Content-Length"] = body.length;
  reply.writeHead(response.status, headers);
  reply.end(bodyless || request.method === "HEAD" ? undefined : body);
}
