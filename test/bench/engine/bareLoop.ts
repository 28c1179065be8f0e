import { readFileSync } from "node:fs";
import { createTransport, type HttpTransport } from "../../../src/http/transport";
import type { RecordedCall } from "./engineRole";
import { measured, type Role } from "./measure";
import type { RoleOptions } from "./roles";
import { bearers, type Bearers } from "./signIn";

/** As many calls at once as the engine makes: Dynamics is read page by page, Marketo takes five. */
const LANES = { dynamics: 4, marketo: 5 };

/** The engine's HTTP calls again, out of a recording, with no engine around them: the physical limit here. */
export async function startBareLoop(options: RoleOptions): Promise<Role> {
  const transport = createTransport();
  const tokens = await bearers(transport, options.ready);
  const calls = readFileSync(options.recording ?? "", "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RecordedCall);
  const send = (call: RecordedCall) => sendAgain(transport, options, tokens, call);
  return {
    async carryOut(command) {
      if (command.kind !== "cycle") return null;
      const mine = calls.filter(({ phase }) => phase === command.phase);
      return measured(async () => {
        for (const stretch of stretches(mine)) await inLanes(stretch, send);
        const of = (server: string) => mine.filter((call) => call.server === server).length;
        const counts = { dynamics: of("dynamics"), marketo: of("marketo") };
        return { calls: counts, bytesWritten: 0, note: "the same calls again" };
      });
    },
    close: () => Promise.resolve(transport.close()),
  };
}

/** Calls that may overlap: those of one kind in a row. Reads of Dynamics follow each other's links, one by one. */
function stretches(calls: readonly RecordedCall[]): RecordedCall[][] {
  const parts: RecordedCall[][] = [];
  let last = "";
  for (const call of calls) {
    const isLink = call.server === "dynamics" && call.method === "GET";
    const kind = `${call.server} ${call.method} ${call.path.split("?")[0]}`;
    if (isLink || kind !== last) parts.push([]);
    parts.at(-1)?.push(call);
    last = kind;
  }
  return parts;
}

async function inLanes(
  calls: readonly RecordedCall[],
  send: (call: RecordedCall) => Promise<void>,
): Promise<void> {
  const queue = [...calls];
  const lane = async () => {
    for (let call = queue.shift(); call; call = queue.shift()) await send(call);
  };
  const lanes = LANES[calls[0]?.server ?? "marketo"];
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function sendAgain(
  transport: HttpTransport,
  { ready }: RoleOptions,
  tokens: Bearers,
  call: RecordedCall,
): Promise<void> {
  const { server, method, path, headers, body } = call;
  const { status, body: answer } = await transport.send({
    method: method as "GET",
    url: `${ready[server].url}${path}`,
    headers: { ...headers, Authorization: tokens[server] },
    ...(body !== null && { body }),
  });
  const refused = server === "marketo" && answer.includes('"success":false');
  if (status >= 400 || refused) throw new Error(`${path}: ${status} ${answer.slice(0, 300)}`);
}
