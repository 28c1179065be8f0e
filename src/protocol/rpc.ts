/** Where messages go and come from: a webview's `postMessage`, a worker, or a pair made for tests. */
export interface MessagePortLike {
  post(message: unknown): void;
  /** Calls `receive` for each message until the returned function is called. */
  listen(receive: (message: unknown) => void): () => void;
}

/** What one end answers (`requests`) and is told (`notifications`). */
export interface Contract {
  requests: Record<string, { params: unknown; result: unknown }>;
  notifications: Record<string, unknown>;
}

/** One handler for each message of a contract; a missing one does not compile. */
export interface Handlers<C extends Contract> {
  requests: {
    [K in keyof C["requests"]]: (
      params: C["requests"][K]["params"],
    ) => Promise<C["requests"][K]["result"]> | C["requests"][K]["result"];
  };
  notifications: { [K in keyof C["notifications"]]: (params: C["notifications"][K]) => void };
}

/** What remains of an error on its way to the other end. */
export interface RpcFailure {
  code: string;
  message: string;
}

/** A request was answered with a failure, took too long, or its connection was closed. */
export class RpcError extends Error {
  readonly code: string;

  constructor(failure: RpcFailure) {
    super(failure.message);
    this.name = "RpcError";
    this.code = failure.code;
  }
}

export interface RpcOptions {
  /** Milliseconds until an unanswered request is rejected. */
  timeoutMs?: number;
  /** Requests that wait for a human on the other side, and so for as long as it takes. */
  patient?: readonly string[];
  /** Turns what a handler threw into what the other end may see. */
  describe?: (error: unknown) => RpcFailure;
  /** Told about errors of notification handlers, which nobody waits for. */
  onError?: (error: unknown) => void;
}

/** The other end, as seen from here. */
export interface Rpc<Remote extends Contract> {
  request<K extends keyof Remote["requests"] & string>(
    type: K,
    params: Remote["requests"][K]["params"],
  ): Promise<Remote["requests"][K]["result"]>;
  notify<K extends keyof Remote["notifications"] & string>(
    type: K,
    params: Remote["notifications"][K],
  ): void;
  /** Stops listening and rejects all that is not answered yet. */
  dispose(): void;
}

const DEFAULT_TIMEOUT_MS = 30_000;

type Message =
  | { kind: "request"; id: number; type: string; params: unknown }
  | { kind: "result"; id: number; result: unknown }
  | { kind: "failure"; id: number; failure: RpcFailure }
  | { kind: "notification"; type: string; params: unknown };

interface Waiting {
  settle(message: Extract<Message, { kind: "result" | "failure" }>): void;
}

/** Connects two ends over messages: `Local` is answered here, `Remote` over there. */
export function connect<Local extends Contract, Remote extends Contract>(
  port: MessagePortLike,
  handlers: Handlers<Local>,
  options: RpcOptions = {},
): Rpc<Remote> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, describe = describeError, onError } = options;
  const patient = new Set(options.patient);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let disposed = false;

  const stopListening = port.listen((message) => {
    if (!isMessage(message)) return;
    if (message.kind === "request") void answer(message);
    else if (message.kind === "notification") receive(message);
    else waiting.get(message.id)?.settle(message);
  });

  async function answer(message: Extract<Message, { kind: "request" }>): Promise<void> {
    const { id, type, params } = message;
    let reply: Message;
    try {
      reply = { kind: "result", id, result: await find(handlers.requests, type)(params) };
    } catch (error) {
      reply = { kind: "failure", id, failure: describe(error) };
    }
    if (!disposed) port.post(reply);
  }

  function receive(message: Extract<Message, { kind: "notification" }>): void {
    try {
      find(handlers.notifications, message.type)(message.params);
    } catch (error) {
      onError?.(error);
    }
  }

  function request(type: string, params: unknown): Promise<unknown> {
    if (disposed) return Promise.reject(new RpcError(closed(type)));
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        waiting.delete(id);
        reject(new RpcError(late(type, timeoutMs)));
      };
      const timer = patient.has(type) ? undefined : setTimeout(giveUp, timeoutMs);
      const settle: Waiting["settle"] = (message) => {
        clearTimeout(timer);
        waiting.delete(id);
        if (message.kind === "result") resolve(message.result);
        else reject(new RpcError(message.failure));
      };
      waiting.set(id, { settle });
      port.post({ kind: "request", id, type, params } satisfies Message);
    });
  }

  return {
    request: request as Rpc<Remote>["request"],
    notify: (type, params) => {
      if (!disposed) port.post({ kind: "notification", type, params } satisfies Message);
    },
    dispose: () => {
      disposed = true;
      stopListening();
      for (const [id, { settle }] of [...waiting]) {
        settle({ kind: "failure", id, failure: closed("the request") });
      }
    },
  };
}

/** Only own properties: a message named "constructor" must not find one. */
function find(table: object, type: string): (params: unknown) => unknown {
  const handler: unknown = Object.hasOwn(table, type)
    ? (table as Record<string, unknown>)[type]
    : undefined;
  if (typeof handler === "function") return handler as (params: unknown) => unknown;
  throw new RpcError({ code: "RPC-UNKNOWN", message: `No handler for "${type}".` });
}

function isMessage(value: unknown): value is Message {
  const kinds: unknown[] = ["request", "result", "failure", "notification"];
  return (
    typeof value === "object" && value !== null && "kind" in value && kinds.includes(value.kind)
  );
}

function describeError(error: unknown): RpcFailure {
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string"
      ? error.code
      : "RPC-FAILED";
  return { code, message: error instanceof Error ? error.message : String(error) };
}

function closed(what: string): RpcFailure {
  return { code: "RPC-CLOSED", message: `The connection was closed before ${what} was answered.` };
}

function late(type: string, timeoutMs: number): RpcFailure {
  return { code: "RPC-TIMEOUT", message: `"${type}" was not answered within ${timeoutMs} ms.` };
}
