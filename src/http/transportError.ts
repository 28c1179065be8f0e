import { CallError, type Failure } from "../model/failure";

/**
 * May the server have got the request, and carried it out?
 * - `no`: no connection came about (refused, unknown host, certificate), or the request was never started.
 * - `maybe`: the connection broke or the time ran out after the request could have been sent.
 */
export type Sent = "no" | "maybe";

/** A call without an answer. */
export class TransportError extends CallError {
  constructor(
    failure: Failure,
    readonly sent: Sent,
  ) {
    super(failure);
    this.name = "TransportError";
  }
}

export function canceled(sent: Sent = "no"): TransportError {
  return new TransportError(
    { class: "canceled", code: "CS-CANCELED", message: "The call was stopped before it ended." },
    sent,
  );
}

export function timedOut(host: string, timeoutMs: number): TransportError {
  return new TransportError(
    {
      class: "retry",
      code: "CS-TIMEOUT",
      message: `${host} did not answer within ${Math.round(timeoutMs / 1000)} seconds.`,
    },
    "maybe",
  );
}

/** What node-fetch and node:http throw: a type of node-fetch, a code and a system call of Node. */
interface SystemError {
  type?: string;
  code?: string;
  erroredSysCall?: string;
  syscall?: string;
}

/** System calls that come before the first byte of the request. */
const CONNECTING = new Set(["connect", "getaddrinfo"]);
const NOT_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
]);

/** Translates an error of node-fetch; branches on types and codes, never on texts. */
export function transportError(error: unknown, host: string): TransportError {
  const { type, code = "", erroredSysCall, syscall } = (error ?? {}) as SystemError;
  if (type === "max-size") {
    return own("refused", "CS-TOO-LARGE", "maybe", `The answer of ${host} is larger than allowed.`);
  }
  if (type === "no-redirect") {
    return own(
      "configuration",
      "CS-NETWORK",
      "maybe",
      `${host} answered with a redirect, which is not followed. Check the URL.`,
    );
  }
  if (isCertificateError(code)) {
    return own(
      "configuration",
      "CS-NETWORK",
      "no",
      `The certificate of ${host} is not trusted (${code}). If a proxy inspects the traffic, make its root certificate known to the system or to NODE_EXTRA_CA_CERTS.`,
    );
  }
  if (NOT_CONNECTED.has(code) || CONNECTING.has(erroredSysCall ?? syscall ?? "")) {
    return own(
      "retry",
      "CS-NETWORK",
      "no",
      `${host} cannot be reached (${code}). Check the URL, the network and the proxy.`,
    );
  }
  return own(
    "retry",
    "CS-NETWORK",
    "maybe",
    `The connection to ${host} broke before the answer was complete${code ? ` (${code})` : ""}.`,
  );
}

function isCertificateError(code: string): boolean {
  return (
    code.startsWith("CERT_") ||
    code.startsWith("ERR_TLS_CERT") ||
    code.startsWith("UNABLE_TO_") ||
    code === "SELF_SIGNED_CERT_IN_CHAIN" ||
    code === "DEPTH_ZERO_SELF_SIGNED_CERT"
  );
}

function own(
  failureClass: Failure["class"],
  code: "CS-NETWORK" | "CS-TOO-LARGE",
  sent: Sent,
  message: string,
): TransportError {
  return new TransportError({ class: failureClass, code, message }, sent);
}
