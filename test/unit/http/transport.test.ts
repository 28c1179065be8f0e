import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { createTransport, type HttpLogEntry } from "../../../src/http/transport";
import { TransportError } from "../../../src/http/transportError";
import { PLAIN_NETWORK } from "../../../src/model/network";

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen(handler: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** What a failed call says, without the texts. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    if (error instanceof TransportError) {
      return [error.failure.class, error.failure.code, error.sent];
    }
    throw error;
  }
  return "no failure";
}

test("an answer is whole, whatever its status; the log shows no values", async () => {
  const log: HttpLogEntry[] = [];
  const transport = createTransport({ log: (entry) => log.push(entry) });
  const seen: unknown[] = [];
  const { url } = await listen((request, response) => {
    seen.push([request.method, request.url, request.headers["authorization"]]);
    request.resume();
    response.writeHead(412, { "X-MS-Service-Request-Id": "r-1", "Content-Encoding": "gzip" });
    response.end(gzipSync('{"error":{}}'));
  });
  const answer = await transport.send({
    method: "PATCH",
    url: `${url}/contacts?$filter=a`,
    headers: { Authorization: "Bearer secret" },
    body: "{}",
  });
  transport.close();
  assert.deepEqual(
    { status: answer.status, body: answer.body, id: answer.headers["x-ms-service-request-id"] },
    { status: 412, body: '{"error":{}}', id: "r-1" },
  );
  assert.deepEqual(seen, [["PATCH", "/contacts?$filter=a", "Bearer secret"]]);
  assert.deepEqual(
    log.map(({ ms: _ms, ...entry }) => entry),
    [
      {
        method: "PATCH",
        url: `${url}/contacts?$filter=…`,
        status: 412,
        bytes: 12,
        requestId: "r-1",
        code: null,
      },
    ],
  );
});

/** Bytes of an answer, and the text that they are. */
const TEXTS: readonly [string, Buffer, string][] = [
  ["letters of all planes", Buffer.from("Łódź 東京 😀"), "Łódź 東京 😀"],
  ["a byte order mark", Buffer.from("\ufeff{}"), "{}"],
  ["nothing", Buffer.alloc(0), ""],
  ["bytes that are no text", Buffer.from([0x61, 0xff]), "a\ufffd"],
];

for (const [name, bytes, expected] of TEXTS) {
  test(`an answer with ${name} is read`, async () => {
    const transport = createTransport();
    const { url } = await listen((_request, response) => response.end(bytes));
    assert.equal((await transport.send({ method: "GET", url })).body, expected);
    transport.close();
  });
}

test("what goes wrong on the way is told apart, with whether the request may have arrived", async () => {
  const transport = createTransport();
  const sockets = new Set<Socket>();
  const { url, server } = await listen((request, response) => {
    request.resume();
    if (request.url === "/cut") return request.socket.destroy();
    if (request.url === "/half") {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("half");
      return setImmediate(() => request.socket.destroy());
    }
    if (request.url === "/large") return response.end("x".repeat(2_000));
    if (request.url === "/moved") return response.writeHead(302, { Location: "/" }).end();
    return undefined;
  });
  server.on("connection", (socket) => sockets.add(socket));
  const free = await listen(() => undefined);
  free.server.close();
  await once(free.server, "close");
  const stop = new AbortController();
  const stopped = transport.send({ method: "GET", url: `${url}/never`, signal: stop.signal });
  const stoppedFailure = failureOf(stopped);
  await once(server, "request");
  stop.abort();
  const get = (path: string, more = {}) =>
    failureOf(transport.send({ method: "GET", url: `${url}${path}`, ...more }));
  assert.deepEqual(
    {
      refused: await failureOf(transport.send({ method: "POST", url: free.url, body: "x" })),
      cut: await get("/cut"),
      half: await get("/half"),
      large: await get("/large", { maxBytes: 1_000 }),
      moved: await get("/moved"),
      timeout: await get("/never", { timeoutMs: 30 }),
      stopped: await stoppedFailure,
      stoppedBefore: await get("/never", { signal: AbortSignal.abort() }),
    },
    {
      refused: ["retry", "CS-NETWORK", "no"],
      cut: ["retry", "CS-NETWORK", "maybe"],
      half: ["retry", "CS-NETWORK", "maybe"],
      large: ["refused", "CS-TOO-LARGE", "maybe"],
      moved: ["configuration", "CS-NETWORK", "maybe"],
      timeout: ["retry", "CS-TIMEOUT", "maybe"],
      stopped: ["canceled", "CS-CANCELED", "maybe"],
      stoppedBefore: ["canceled", "CS-CANCELED", "no"],
    },
  );
  transport.close();
});

test("connections are kept and capped", async () => {
  const transport = createTransport({ maxSockets: 2 });
  let connections = 0;
  const { url, server } = await listen((_request, response) => response.end("ok"));
  server.on("connection", () => connections++);
  const call = () => transport.send({ method: "GET", url });
  await Promise.all(Array.from({ length: 8 }, call));
  await call();
  transport.close();
  assert.equal(connections, 2);
});

test("a proxy is used for other hosts and never for this machine", async () => {
  const viaProxy: string[] = [];
  const proxy = await listen((request, response) => {
    viaProxy.push(`${request.method} ${request.url}`);
    response.end("by proxy");
  });
  proxy.server.on("connect", (request, socket: Socket) => {
    viaProxy.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  const direct = await listen((_request, response) => response.end("direct"));
  const network = { ...PLAIN_NETWORK, proxy: proxy.url };
  const transport = createTransport({ network: () => network });
  const body = async (url: string) => (await transport.send({ method: "GET", url })).body;
  const bodies = [await body("http://org.test/x"), await body(`${direct.url}/y`)];
  await failureOf(transport.send({ method: "GET", url: "https://org.test/z", timeoutMs: 2_000 }));
  transport.close();
  assert.deepEqual(
    { bodies, viaProxy },
    { bodies: ["by proxy", "direct"], viaProxy: ["GET http://org.test/x", "CONNECT org.test:443"] },
  );
});

test("a certificate that nobody vouches for is a matter of configuration", async () => {
  const { transportError } = await import("../../../src/http/transportError");
  const codes = ["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID"];
  assert.deepEqual(
    codes.map((code) => {
      const { failure, sent } = transportError({ type: "system", code }, "org.test");
      return [failure.class, failure.code, sent];
    }),
    codes.map(() => ["configuration", "CS-NETWORK", "no"]),
  );
});
