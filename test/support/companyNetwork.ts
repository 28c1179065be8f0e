import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { createAuthority } from "./authority";

/** A network as companies have it: everything goes through a proxy, and TLS is signed by the company's own authority. */
export interface CompanyNetwork {
  proxyUrl: string;
  /** The company's root certificate. */
  certificate: string;
  /** What the proxy was asked for, with the authorization that came along. */
  asked: { target: string; authorization: string | undefined }[];
  close(): Promise<void>;
}

/** `hosts` are names that exist nowhere else, each with the local plain HTTP port that stands behind it. */
export async function openCompanyNetwork(
  hosts: Readonly<Record<string, number>>,
): Promise<CompanyNetwork> {
  const authority = createAuthority();
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const start = async (server: Server): Promise<number> => {
    servers.push(server);
    server.on("connection", track);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const join = (one: Socket, port: number) => {
    const other = connect(port, "127.0.0.1");
    track(other);
    one.pipe(other).pipe(one);
    one.on("close", () => other.destroy());
    other.on("close", () => one.destroy());
  };
  const fronts = new Map<string, number>();
  for (const [host, port] of Object.entries(hosts)) {
    const secure = createTlsServer(authority.issue([host]), (socket) => {
      track(socket);
      join(socket, port);
    });
    fronts.set(`${host}:443`, await start(secure));
  }
  const asked: CompanyNetwork["asked"] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket: Socket) => {
    const target = request.url ?? "";
    asked.push({ target, authorization: request.headers["proxy-authorization"] });
    const port = fronts.get(target);
    if (port === undefined) return void socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    join(socket, port);
  });
  const proxyPort = await start(proxy);
  return {
    proxyUrl: `http://127.0.0.1:${proxyPort}`,
    certificate: authority.certificate,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}
