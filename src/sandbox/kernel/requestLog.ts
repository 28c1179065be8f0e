import type { SandboxRequest } from "./http";
import type { ServerName } from "./faults";

export interface LoggedRequest {
  sequence: number;
  server: ServerName;
  /** The endpoint's name, the same for all its calls, e.g. `GET /rest/v1/leads.json`. */
  operation: string;
  method: string;
  target: string;
  headers: Record<string, string>;
  /** The body as text, cut at 64 KiB. */
  body: string;
  status: number;
  /** The kind of the fault that hit this call, if any. */
  fault?: string;
  ms: number;
}

const KEPT = 5_000;
const BODY_LIMIT = 65_536;

/** The last 5,000 requests and a counter per endpoint since the last reset. Secrets and tokens are masked. */
export class RequestLog {
  #entries: LoggedRequest[] = [];
  #sequence = 0;
  #counts = new Map<string, number>();

  add(entry: {
    server: ServerName;
    operation: string;
    status: number;
    request: SandboxRequest;
    fault?: string;
    ms: number;
  }): void {
    const { request } = entry;
    const key = `${entry.server} ${entry.operation}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#entries.push({
      sequence: ++this.#sequence,
      server: entry.server,
      operation: entry.operation,
      method: request.method,
      target: maskSecrets(request.target),
      headers: mask(request.headers),
      body: maskSecrets(request.body.subarray(0, BODY_LIMIT).toString("utf8")),
      status: entry.status,
      fault: entry.fault,
      ms: entry.ms,
    });
    if (this.#entries.length > KEPT * 2) this.#entries = this.#entries.slice(-KEPT);
  }

  /** Entries after the given sequence number, oldest first. */
  entries(after = 0): LoggedRequest[] {
    return this.#entries.slice(-KEPT).filter((entry) => entry.sequence > after);
  }

  /** Calls per `server operation` since the last reset. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort());
  }

  /** All calls to one server since the last reset. */
  total(server: ServerName): number {
    let total = 0;
    for (const [key, count] of this.#counts) if (key.startsWith(`${server} `)) total += count;
    return total;
  }

  reset(): void {
    this.#entries = [];
    this.#counts.clear();
  }
}

const SECRET_FIELDS =
  /(^|[?&])(client_secret|client_assertion|refresh_token|device_code|code|code_verifier|access_token|password)=[^&"\s]*/g;

/** Hides what sign-in calls carry in a form or a query; JSON and CSV bodies have no such pairs. */
function maskSecrets(text: string): string {
  return text.replace(SECRET_FIELDS, "$1$2=***");
}

function mask(headers: Record<string, string>): Record<string, string> {
  if (!headers["authorization"]) return headers;
  return { ...headers, authorization: `${headers["authorization"].split(" ")[0]} ***` };
}
