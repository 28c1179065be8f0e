import { readFileSync } from "node:fs";
import { createTransport, type HttpTransport } from "../../../src/http/transport";
import type { RecordedCall } from "./engineRole";
import { allowance } from "./allowance";
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
  const allowed = allowance(options);
  const send = (call: RecordedCall) => {
    const carryOut = () => sendAgain(transport, options, tokens, call);
    return call.server === "marketo" ? allowed(carryOut) : carryOut();
  };
  return {
    async carryOut(command) {
      if (command.kind !== "cycle") return null;
      const mine = calls.filter(({ phase }) => phase === command.phase);
      const of = (server: RecordedCall["server"]) => mine.filter((call) => call.server === server);
      return measured(async () => {
        const [dynamics, marketo] = [of("dynamics"), of("marketo")];
        await Promise.all([inTurn(dynamics, send), inLanes(marketo, send)]);
        const counts = { dynamics: dynamics.length, marketo: marketo.length };
        return { calls: counts, bytesWritten: 0, note: "the same calls again" };
      });
    },
    close: () => Promise.resolve(transport.close()),
  };
}

/** Batches overlap; the pages of a read follow each other's links, one by one. */
async function inTurn(
  calls: readonly RecordedCall[],
  send: (call: RecordedCall) => Promise<void>,
): Promise<void> {
  const stretches: RecordedCall[][] = [];
  for (const [at, call] of calls.entries()) {
    if (at === 0 || call.method === "GET" || calls[at - 1]?.method === "GET") stretches.push([]);
    stretches.at(-1)?.push(call);
  }
  for (const stretch of stretches) await inLanes(stretch, send);
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
