import {
  createMarketoConnector,
  type MarketoConnector,
} from "../../../src/connectors/marketo/connector";
import { createMarketoLimiter, DEFAULT_BUDGET } from "../../../src/connectors/marketo/budget";
import { createMarketoTokens } from "../../../src/auth/marketoToken";
import type { Timing } from "../../../src/http/timing";
import type { TokenSource } from "../../../src/http/tokenSource";
import { createTransport, type HttpTransport } from "../../../src/http/transport";
import { createClock, type SandboxClock } from "../../../src/sandbox/kernel/clock";
import { Faults } from "../../../src/sandbox/kernel/faults";
import { serve, type Kernel } from "../../../src/sandbox/kernel/http";
import { RequestLog } from "../../../src/sandbox/kernel/requestLog";
import { createMarketo, type MarketoSandbox } from "../../../src/sandbox/marketo/marketo";
import type { MarketoWorld, Trouble } from "../marketoContract";

const START = Date.parse("2026-03-10T12:00:00Z");
export const CLIENT = { clientId: "client", clientSecret: "secret", user: "api@example.com" };

export interface SandboxWorld extends MarketoWorld {
  port: MarketoConnector;
  kernel: Kernel;
  sandbox: MarketoSandbox;
  url: string;
  transport: HttpTransport;
  timing: Timing;
  tokens: TokenSource;
}

/** The real connector over real sockets; waiting moves the sandbox's clock instead of taking time. */
export async function openSandboxWorld(
  options: { limits?: "real" | "off" } = {},
): Promise<SandboxWorld> {
  const clock = createClock();
  clock.freeze(START);
  const kernel: Kernel = { clock, faults: new Faults(), log: new RequestLog() };
  const limits = options.limits ?? "real";
  const sandbox = createMarketo({ kernel, limits, seed: 1, clients: [CLIENT] });
  const server = await serve(kernel, "marketo", 0, sandbox.handle);
  const transport = createTransport();
  const timing = clockTiming(clock);
  const tokens = createMarketoTokens({ url: server.url, ...CLIENT, transport, timing });
  const limiter = createMarketoLimiter(DEFAULT_BUDGET, { timing });
  const { url } = server;
  const random = () => 0.5;
  const port = createMarketoConnector({ url, transport, tokens, limiter, timing, random });
  return {
    ...{ port, kernel, sandbox, url, transport, timing, tokens },
    ...worldOf(sandbox, kernel),
    close: async () => {
      transport.close();
      await server.close();
    },
  };
}

function worldOf(
  sandbox: MarketoSandbox,
  { clock, faults }: Kernel,
): Omit<MarketoWorld, "port" | "close"> {
  return {
    now: () => clock.now(),
    advance: (ms) => clock.advance(ms),
    hands: sandbox,
    value: (id, field) => {
      const person = sandbox.person(id);
      return person && (person[field] ?? null);
    },
    count: () => sandbox.count(),
    loseAnswer: (when) => {
      const kind = when === "after" ? "resetAfterCommit" : "resetBefore";
      faults.add({
        server: "marketo",
        method: "POST",
        path: "^/rest/v1/leads(\\.json|/\\d+/merge\\.json)",
        action: { kind },
      });
    },
    trouble: (kind) => {
      faults.add({ server: "marketo", path: "^/rest", times: Infinity, action: answerOf(kind) });
    },
    heal: () => faults.clear(),
    expireAccessToken: () => sandbox.expireTokens(),
    loseCursors: () => {
      sandbox.quirks.pagingTokenLifeMs = 1000;
    },
    delayRows: (ms) => {
      sandbox.quirks.activityDelayMs = ms;
    },
  };
}

function answerOf(kind: Trouble) {
  if (kind === "502") return { kind: "respond", status: 502, body: "<html>" } as const;
  const errors = [{ code: kind, message: "Injected." }];
  return {
    kind: "respond",
    status: 200,
    body: JSON.stringify({ requestId: "1#2", success: false, errors }),
  } as const;
}

/** Sleeping moves the clock on, so that no test waits. */
export function clockTiming(clock: SandboxClock): Timing {
  return {
    now: () => clock.now(),
    sleep: async (ms) => {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(ms);
    },
  };
}
