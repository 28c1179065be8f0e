import type { SandboxRequest, SandboxResponse } from "./http";

export type ServerName = "identity" | "dynamics" | "marketo";

/**
 * What happens to a matching call.
 * - `respond`: the answer is this one and the call never reaches the server.
 * - `respondAfterCommit`: the server does the work, then the answer is this one (a 502 or a 604 after the write).
 * - `resetBefore`: the connection is cut and nothing was done.
 * - `resetAfterCommit`: the server does the work, then the connection is cut (a lost answer).
 * - `delay`: the answer comes `delayMs` of real time later.
 */
export type FaultAction =
  | { kind: "respond"; status: number; headers?: Record<string, string>; body?: string }
  | { kind: "respondAfterCommit"; status: number; headers?: Record<string, string>; body?: string }
  | { kind: "resetBefore" }
  | { kind: "resetAfterCommit" }
  | { kind: "delay"; delayMs: number };

/** Which calls a fault hits: every given member must match; `skip` calls pass first, then `times` are hit (default 1). */
export interface FaultRule {
  server: ServerName;
  /** One method, or several parted by `|`: `POST|PATCH|DELETE`. */
  method?: string;
  /** A regular expression over path and query, e.g. `^/rest/v1/leads\\.json`. */
  path?: string;
  /** A regular expression over the request body. */
  body?: string;
  skip?: number;
  times?: number;
  action: FaultAction;
}

export interface ArmedFault extends FaultRule {
  id: number;
  hits: number;
  skipped: number;
}

/** The armed faults of a sandbox, tried in the order in which they were added. */
export class Faults {
  #rules: ArmedFault[] = [];
  #nextId = 1;

  add(rule: FaultRule): ArmedFault {
    const armed = { ...rule, id: this.#nextId++, hits: 0, skipped: 0 };
    this.#rules.push(armed);
    return armed;
  }

  list(): readonly ArmedFault[] {
    return this.#rules;
  }

  remove(id: number): void {
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
  }

  clear(): void {
    this.#rules = [];
  }

  /** The action for this call, counting the hit; undefined when the call goes through untouched. */
  take(server: ServerName, request: SandboxRequest): FaultAction | undefined {
    for (const rule of this.#rules) {
      if (!matches(rule, server, request)) continue;
      if (rule.skipped < (rule.skip ?? 0)) {
        rule.skipped++;
        continue;
      }
      if (rule.hits >= (rule.times ?? 1)) continue;
      rule.hits++;
      return rule.action;
    }
    return undefined;
  }
}

function matches(rule: FaultRule, server: ServerName, request: SandboxRequest): boolean {
  if (rule.server !== server) return false;
  if (rule.method && !rule.method.split("|").includes(request.method)) return false;
  if (rule.path && !new RegExp(rule.path).test(request.target)) return false;
  return !rule.body || new RegExp(rule.body).test(request.body.toString("utf8"));
}

export function faultResponse(action: {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}): SandboxResponse {
  return { status: action.status, headers: action.headers ?? {}, body: action.body ?? "" };
}
