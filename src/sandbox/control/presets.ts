import type { FaultAction, FaultRule, ServerName } from "../kernel/faults";

/** What the caller of a preset may turn. */
export interface PresetOptions {
  times?: number;
  skip?: number;
  /** Narrows the preset to calls whose path and query match this regular expression. */
  path?: string;
  retryAfterSeconds?: number;
  delayMs?: number;
}

interface Preset {
  what: string;
  server: ServerName;
  method?: string;
  path?: string;
  action(options: PresetOptions): FaultAction;
}

const JSON_TYPE = { "Content-Type": "application/json" };
const MARKETO_TYPE = { "Content-Type": "application/json;charset=UTF-8" };
const HTML_TYPE = { "Content-Type": "text/html" };
const GATEWAY_PAGE =
  "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>";

/** Dataverse writes are POST, PATCH and DELETE; `$batch` is a POST as well. */
const DYNAMICS_WRITES = { method: "POST|PATCH|PUT|DELETE", path: "^/api/data/" };
/** Marketo reads may come as POST with `_method=GET`. */
const MARKETO_WRITES = { method: "POST|DELETE", path: "^/rest/(?!.*[?&]_method=GET)" };
const MARKETO_CALLS = { path: "^/(rest|bulk)/" };

const marketoError = (code: string, message: string): FaultAction => ({
  kind: "respond",
  status: 200,
  headers: MARKETO_TYPE,
  body: marketoBody(code, message),
});

const marketoBody = (code: string, message: string): string =>
  JSON.stringify({ requestId: "fa17#1a2b3c4d5e6", success: false, errors: [{ code, message }] });

const fixed = (action: FaultAction) => () => action;

/** The usual accidents by name. */
export const PRESETS = {
  "dynamics-429": {
    what: "Service protection: 429 with Retry-After.",
    server: "dynamics",
    path: "^/api/data/",
    action: ({ retryAfterSeconds = 1 }) => ({
      kind: "respond",
      status: 429,
      headers: { ...JSON_TYPE, "Retry-After": String(retryAfterSeconds) },
      body: JSON.stringify({
        error: {
          code: "0x80072322",
          message: "Number of requests exceeded the limit of 6000 over time window of 300 seconds.",
        },
      }),
    }),
  },
  "dynamics-502": {
    what: "A gateway's HTML page instead of an answer; nothing was done.",
    server: "dynamics",
    path: "^/api/data/",
    action: fixed({ kind: "respond", status: 502, headers: HTML_TYPE, body: GATEWAY_PAGE }),
  },
  "dynamics-503": {
    what: "Service unavailable, without Retry-After.",
    server: "dynamics",
    path: "^/api/data/",
    action: fixed({
      kind: "respond",
      status: 503,
      headers: HTML_TYPE,
      body: "Service Unavailable",
    }),
  },
  "dynamics-502-after-commit": {
    what: "The write is done, the answer is a 502.",
    server: "dynamics",
    ...DYNAMICS_WRITES,
    action: fixed({
      kind: "respondAfterCommit",
      status: 502,
      headers: HTML_TYPE,
      body: GATEWAY_PAGE,
    }),
  },
  "dynamics-lost-answer": {
    what: "The write is done, the connection breaks before the answer.",
    server: "dynamics",
    ...DYNAMICS_WRITES,
    action: fixed({ kind: "resetAfterCommit" }),
  },
  "dynamics-reset": {
    what: "The connection breaks, nothing was done.",
    server: "dynamics",
    path: "^/api/data/",
    action: fixed({ kind: "resetBefore" }),
  },
  "dynamics-slow": {
    what: "The answer comes late.",
    server: "dynamics",
    path: "^/api/data/",
    action: ({ delayMs = 5_000 }) => ({ kind: "delay", delayMs }),
  },
  "dynamics-html": {
    what: "200 with an HTML page (a proxy's sign-in page).",
    server: "dynamics",
    path: "^/api/data/",
    action: fixed({
      kind: "respond",
      status: 200,
      headers: HTML_TYPE,
      body: "<html><body>Please sign in to the network.</body></html>",
    }),
  },
  "marketo-606": {
    what: "Too many calls in 20 seconds.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed(marketoError("606", "Max rate limit '100' exceeded with in '20' secs")),
  },
  "marketo-607": {
    what: "The daily quota is used up.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed(marketoError("607", "Daily quota '50000' reached")),
  },
  "marketo-615": {
    what: "Too many calls at once.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed(marketoError("615", "Concurrent access limit '10' reached")),
  },
  "marketo-611": {
    what: "A system error; nothing was done.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed(marketoError("611", "System error")),
  },
  "marketo-608": {
    what: "The API is away for a while; nothing was done.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed(marketoError("608", "API Temporarily Unavailable")),
  },
  "marketo-713": {
    what: "A transient error; nothing was done.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed(marketoError("713", "Transient error")),
  },
  "marketo-604": {
    what: "The call timed out; nothing was done.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed(marketoError("604", "Request timed out")),
  },
  "marketo-604-after-commit": {
    what: "The write is done, the answer says that the call timed out.",
    server: "marketo",
    ...MARKETO_WRITES,
    action: fixed({
      kind: "respondAfterCommit",
      status: 200,
      headers: MARKETO_TYPE,
      body: marketoBody("604", "Request timed out"),
    }),
  },
  "marketo-502": {
    what: "A gateway's HTML page instead of an answer; nothing was done.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed({ kind: "respond", status: 502, headers: HTML_TYPE, body: GATEWAY_PAGE }),
  },
  "marketo-502-after-commit": {
    what: "The write is done, the answer is a 502.",
    server: "marketo",
    ...MARKETO_WRITES,
    action: fixed({
      kind: "respondAfterCommit",
      status: 502,
      headers: HTML_TYPE,
      body: GATEWAY_PAGE,
    }),
  },
  "marketo-lost-answer": {
    what: "The write is done, the connection breaks before the answer.",
    server: "marketo",
    ...MARKETO_WRITES,
    action: fixed({ kind: "resetAfterCommit" }),
  },
  "marketo-slow": {
    what: "The answer comes late.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: ({ delayMs = 5_000 }) => ({ kind: "delay", delayMs }),
  },
  "marketo-html": {
    what: "200 with an HTML page.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed({
      kind: "respond",
      status: 200,
      headers: HTML_TYPE,
      body: "<html><body>Maintenance</body></html>",
    }),
  },
  "marketo-empty-body": {
    what: "200 without a body; nothing was done.",
    server: "marketo",
    ...MARKETO_CALLS,
    action: fixed({ kind: "respond", status: 200, headers: MARKETO_TYPE, body: "" }),
  },
  "identity-429": {
    what: "Sign-in is throttled: 429 with Retry-After.",
    server: "identity",
    path: "/oauth2/v2.0/token",
    action: ({ retryAfterSeconds = 1 }) => ({
      kind: "respond",
      status: 429,
      headers: { ...JSON_TYPE, "Retry-After": String(retryAfterSeconds) },
      body: JSON.stringify({
        error: "temporarily_unavailable",
        error_description: "AADSTS90055: Your request is throttled. Please try again later.",
        error_codes: [90055],
      }),
    }),
  },
  "identity-503": {
    what: "Sign-in answers 503 with an HTML page.",
    server: "identity",
    path: "/oauth2/v2.0/token",
    action: fixed({
      kind: "respond",
      status: 503,
      headers: HTML_TYPE,
      body: "<html><body>Service Unavailable</body></html>",
    }),
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/** The fault that a preset stands for. */
export function presetRule(name: PresetName, options: PresetOptions = {}): FaultRule {
  const preset: Preset = PRESETS[name];
  const path = options.path ?? preset.path;
  return {
    server: preset.server,
    ...(preset.method ? { method: preset.method } : {}),
    ...(path ? { path } : {}),
    ...(options.times === undefined ? {} : { times: options.times }),
    ...(options.skip === undefined ? {} : { skip: options.skip }),
    action: preset.action(options),
  };
}
