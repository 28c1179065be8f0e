import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Handlers, MessagePortLike, RpcOptions } from "../../../src/protocol/rpc";
import { connect, RpcError } from "../../../src/protocol/rpc";

interface HostContract {
  requests: {
    double: { params: number; result: number };
    fail: { params: null; result: null };
    never: { params: null; result: null };
  };
  notifications: { told: string };
}

interface NoContract {
  requests: Record<never, never>;
  notifications: Record<never, never>;
}

const nothing: Handlers<NoContract> = { requests: {}, notifications: {} };

/** Two ends whose messages are copied, as `postMessage` does. */
function portPair(): [MessagePortLike, MessagePortLike] {
  const listeners: [Set<(m: unknown) => void>, Set<(m: unknown) => void>] = [new Set(), new Set()];
  const end = (own: 0 | 1): MessagePortLike => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => listeners[own === 0 ? 1 : 0].forEach((receive) => receive(copy)));
    },
    listen: (receive) => {
      listeners[own].add(receive);
      return () => listeners[own].delete(receive);
    },
  });
  return [end(0), end(1)];
}

function setUp(options: { host?: RpcOptions; panel?: RpcOptions } = {}) {
  const [hostPort, panelPort] = portPair();
  const told: string[] = [];
  const handlers: Handlers<HostContract> = {
    requests: {
      double: (number) => number * 2,
      fail: () => {
        throw Object.assign(new Error("The disk is full."), { code: "ENOSPC" });
      },
      never: () => new Promise(() => undefined),
    },
    notifications: {
      told: (text) => {
        if (text === "bad") throw new Error("bad news");
        told.push(text);
      },
    },
  };
  const host = connect<HostContract, NoContract>(hostPort, handlers, options.host);
  const panel = connect<NoContract, HostContract>(panelPort, nothing, options.panel);
  return { host, panel, panelPort, hostPort, told };
}

async function failureOf(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof RpcError);
    return { code: error.code, message: error.message };
  }
  throw new assert.AssertionError({ message: "The request was not rejected." });
}

test("requests at the same time get their own results", async () => {
  const { panel } = setUp();
  const results = await Promise.all([1, 2, 3].map((number) => panel.request("double", number)));
  assert.deepEqual(results, [2, 4, 6]);
});

test("a handler's error rejects the request with its code", async () => {
  const { panel } = setUp();
  assert.deepEqual(await failureOf(panel.request("fail", null)), {
    code: "ENOSPC",
    message: "The disk is full.",
  });
});

test("what the other end may see of an error is the host's choice", async () => {
  const { panel } = setUp({ host: { describe: () => ({ code: "CS-X", message: "Sorry." }) } });
  assert.deepEqual(await failureOf(panel.request("fail", null)), {
    code: "CS-X",
    message: "Sorry.",
  });
});

for (const type of ["missing", "constructor", "toString"]) {
  test(`a request without a handler is rejected: ${type}`, async () => {
    const { panel } = setUp();
    const request = panel.request as (type: string, params: unknown) => Promise<unknown>;
    assert.deepEqual(await failureOf(request(type, null)), {
      code: "RPC-UNKNOWN",
      message: `No handler for "${type}".`,
    });
  });
}

test("a request that is not answered in time is rejected", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { panel } = setUp({ panel: { timeoutMs: 500 } });
    const failure = failureOf(panel.request("never", null));
    mock.timers.tick(500);
    assert.deepEqual(await failure, {
      code: "RPC-TIMEOUT",
      message: '"never" was not answered within 500 ms.',
    });
  } finally {
    mock.timers.reset();
  }
});

test("a request that waits for a human has no time limit", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { panel } = setUp({ panel: { timeoutMs: 500, patient: ["never"] } });
    let settled = false;
    const failure = failureOf(panel.request("never", null)).finally(() => (settled = true));
    mock.timers.tick(3_600_000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(settled, false);
    panel.dispose();
    assert.equal((await failure).code, "RPC-CLOSED");
  } finally {
    mock.timers.reset();
  }
});

test("disposal rejects what waits and what comes later", async () => {
  const { panel } = setUp();
  const waiting = failureOf(panel.request("never", null));
  panel.dispose();
  assert.equal((await waiting).code, "RPC-CLOSED");
  assert.equal((await failureOf(panel.request("double", 1))).code, "RPC-CLOSED");
});

test("a disposed end neither answers nor notifies nor listens", async () => {
  const { host, panel, panelPort, told } = setUp();
  const replies: unknown[] = [];
  panelPort.listen((message) => replies.push(message));
  host.dispose();
  panel.notify("told", "too late");
  panelPort.post({ kind: "request", id: 1, type: "double", params: 1 });
  await new Promise(setImmediate);
  assert.deepEqual({ replies, told }, { replies: [], told: [] });
});

test("notifications arrive in order, and a failing handler stops none of them", async () => {
  const errors: unknown[] = [];
  const { panel, told } = setUp({ host: { onError: (error) => errors.push(error) } });
  for (const text of ["one", "bad", "two"]) panel.notify("told", text);
  await new Promise(setImmediate);
  assert.deepEqual(told, ["one", "two"]);
  assert.deepEqual(errors, [new Error("bad news")]);
});

test("messages of others are ignored", async () => {
  const { panel, hostPort } = setUp();
  for (const stranger of [null, 7, "text", {}, { kind: "other" }, { kind: "result", id: 99 }]) {
    hostPort.post(stranger);
  }
  assert.equal(await panel.request("double", 4), 8);
});
