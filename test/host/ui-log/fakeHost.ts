import type { Activity, ActivityChange, ReasonCode } from "../../../src/model/activity";
import type { Outcome } from "../../../src/model/record";
import { OUTCOMES } from "../../../src/model/record";
import type {
  LogFilter,
  LogHostContract,
  LogLook,
  LogOpening,
  LogPanelContract,
  LogQuery,
  LogSort,
} from "../../../src/protocol/log";
import type { Handlers } from "../../../src/protocol/rpc";
import { connect } from "../../../src/protocol/rpc";

/*
 * The extension host's end of the log panel, in the same page: `acquireVsCodeApi` as VS Code gives it, over rows made
 * from a seed. Bundled for the browser by the tests.
 */

/** What the tests see and steer. */
export interface FakeHost {
  requests: { type: string; params: unknown }[];
  /** Error messages for the next requests, by type. */
  failures: Record<string, string>;
  /** Milliseconds until each answer. */
  delayMs: number;
  /** Milliseconds from the start of the panel's script to its first rows. */
  openedMs: number | null;
  add(rows: number): void;
  show(filter: LogFilter, open?: number): void;
}

/** The little of the browser that is used here. */
interface PageGlobal {
  location: { search: string };
  sessionStorage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
  };
  postMessage(message: unknown, target: string): void;
  MutationObserver: new (changed: () => void) => {
    observe(target: unknown, options: { childList: boolean; subtree: boolean }): void;
    disconnect(): void;
  };
  document: { querySelector(selector: string): object | null };
  acquireVsCodeApi: () => unknown;
  fakeHost: FakeHost;
}

const page = globalThis as unknown as PageGlobal;
const FIELDS = ["firstname", "lastname", "emailaddress1", "telephone1", "jobtitle", "donotemail"];
const LABELS = [
  "First Name",
  "Last Name",
  "Email",
  "Business Phone",
  "Job Title",
  "Do not allow Emails",
];
const VALUES = [
  "Aurelia",
  "Brandt",
  "a.brandt@example.com",
  "+49 30 5550100",
  "Head of Sales",
  true,
];
const REASONS: Record<Outcome, readonly ReasonCode[]> = {
  applied: ["changed-in-dynamics", "changed-in-marketo", "created-from-dynamics"],
  skipped: ["no-difference", "already-in-dynamics"],
  conflicted: ["clash-dynamics-wins", "clash-marketo-wins", "ambiguous-match"],
  refused: ["refused-by-dynamics", "does-not-fit"],
  failed: ["failed-call"],
};
/** Values that would do harm if they were ever read as markup. */
const HOSTILE = `<img src=x onerror="fakeHost.hacked=1"><script>fakeHost.hacked=1</script>`;
const FIRST_TIME = Date.UTC(2026, 4, 4, 8, 0, 0);
const ROWS_PER_CYCLE = 2000;

const wishes = new URLSearchParams(page.location.search);
const total = Number(wishes.get("rows") ?? "100000");
/** "told": the first answer is told before it is given; "lost": it was told to a page that is gone. */
let early = wishes.get("early");
const rows = Array.from({ length: total }, (_, index) => makeRow(index + 1));

const host: FakeHost = {
  requests: [],
  failures: {},
  delayMs: 0,
  openedMs: null,
  add: (count) => {
    for (let i = 0; i < count; i++) rows.push(makeRow(rows.length + 1));
    rpc.notify("changed", { amended: false });
  },
  show: (filter, open) => rpc.notify("show", open === undefined ? { filter } : { filter, open }),
};
page.fakeHost = host;

const startedAt = performance.now();
const firstRows = new page.MutationObserver(() => {
  if (!page.document.querySelector(".grid-body .row .text")) return;
  firstRows.disconnect();
  host.openedMs = performance.now() - startedAt;
});
firstRows.observe(page.document, { childList: true, subtree: true });

const toPanel = (message: unknown) => page.postMessage(message, "*");
let fromPanel: (message: unknown) => void = () => undefined;

page.acquireVsCodeApi = () => ({
  postMessage: (message: unknown) => queueMicrotask(() => fromPanel(structuredClone(message))),
  getState: () => JSON.parse(page.sessionStorage.getItem("state") ?? "null") as unknown,
  setState: (state: unknown) => page.sessionStorage.setItem("state", JSON.stringify(state)),
});

const handlers: Handlers<LogHostContract> = {
  requests: {
    open: noted("open", (query) => {
      const isTold = early !== null;
      if (early === "told") rpc.notify("opened", openingOf(query));
      early = null;
      return isTold ? null : openingOf(query);
    }),
    look: noted("look", lookAt),
    count: noted("count", (filter) => ({ rows: find(filter).length, latest: rows.length })),
    query: noted("query", ({ filter, sort, offset, limit }) =>
      answerTo(filter, sort).slice(offset, offset + limit),
    ),
    activity: noted("activity", (id) => rows[id - 1] ?? null),
    openRecord: noted("openRecord", () => null),
    compare: noted("compare", () => null),
    copy: noted("copy", () => null),
    export: noted("export", ({ filter }) => ({ rows: find(filter).length })),
  },
  notifications: {},
};

const rpc = connect<LogHostContract, LogPanelContract>(
  {
    post: toPanel,
    listen: (receive) => {
      fromPanel = receive;
      return () => (fromPanel = () => undefined);
    },
  },
  handlers,
);

function openingOf(query: LogQuery): LogOpening {
  return {
    locale: "en",
    timeZone: "UTC",
    strings: {},
    choices: {
      cycles: Array.from({ length: Math.ceil(total / ROWS_PER_CYCLE) }, (_, index) => ({
        cycle: index + 1,
        startedAt: new Date(FIRST_TIME + index * 300_000).toISOString(),
      })).reverse(),
      fields: FIELDS.map((name, index) => ({ name, label: LABELS[index] ?? name })),
    },
    look: lookAt(query),
  };
}

function lookAt({ filter, sort, offset, limit }: LogQuery): LogLook {
  const found = answerTo(filter, sort);
  return { rows: found.length, latest: rows.length, page: found.slice(offset, offset + limit) };
}

/** Notes the request, then fails or answers as the test wants it. */
function noted<P, R>(type: string, answer: (params: P) => R): (params: P) => Promise<R> {
  return async (params) => {
    host.requests.push({ type, params });
    if (host.delayMs) await new Promise((done) => setTimeout(done, host.delayMs));
    const failure = host.failures[type];
    if (failure === undefined) return answer(params);
    delete host.failures[type];
    throw Object.assign(new Error(failure), { code: "CS-TEST" });
  };
}

/** The last answer is kept, as a database keeps its index: paging through it must be quick. */
let lastAnswer: { key: string; rows: readonly Activity[] } = { key: "", rows: [] };

function answerTo(filter: LogFilter, sort: LogSort): readonly Activity[] {
  const key = JSON.stringify([filter, sort, rows.length]);
  if (lastAnswer.key !== key) lastAnswer = { key, rows: sorted(find(filter), sort) };
  return lastAnswer.rows;
}

function find(filter: LogFilter): readonly Activity[] {
  const text = filter.text?.toLowerCase();
  return rows.filter(
    (row) =>
      (filter.upTo === undefined || row.id <= filter.upTo) &&
      (filter.cycle === undefined || row.cycle === filter.cycle) &&
      (filter.side === undefined || row.changes.some(({ to }) => to === filter.side)) &&
      (filter.outcomes === undefined || filter.outcomes.includes(row.outcome)) &&
      (filter.field === undefined || row.changes.some(({ field }) => field === filter.field)) &&
      (filter.record === undefined ||
        [row.dynamicsId, String(row.personId)].includes(filter.record)) &&
      (!filter.conflictsOnly || row.outcome === "conflicted") &&
      (text === undefined || JSON.stringify(row).toLowerCase().includes(text)),
  );
}

function sorted(found: readonly Activity[], { by, descending }: LogSort): readonly Activity[] {
  const keys: Record<LogSort["by"], (row: Activity) => string | number> = {
    time: (row) => row.id,
    cycle: (row) => row.cycle,
    outcome: (row) => row.outcome,
    record: (row) => row.dynamicsId ?? "",
  };
  const key = keys[by];
  // The rows are made in the order of time.
  if (by === "time") return descending ? [...found].reverse() : found;
  const order = (a: Activity, b: Activity) =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id - b.id;
  return [...found].sort((a, b) => (descending ? order(b, a) : order(a, b)));
}

/** A whole number below `limit`, always the same for the same row and purpose. */
function pick(id: number, purpose: number, limit: number): number {
  let hash = Math.imul(id, 2654435761) ^ Math.imul(purpose + 1, 40503);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
  return ((hash ^ (hash >>> 13)) >>> 0) % limit;
}

function makeRow(id: number): Activity {
  const chance = pick(id, 1, 100);
  const outcome =
    OUTCOMES[chance < 80 ? 0 : chance < 88 ? 1 : chance < 94 ? 2 : chance < 98 ? 3 : 4];
  const known = outcome ?? "applied";
  const reasons = REASONS[known];
  const guid = [2, 3, 4, 5]
    .map((n) =>
      pick(id, n, 2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    )
    .join("");
  const time = new Date(FIRST_TIME + id * 1300).toISOString();
  const error =
    known === "refused" || known === "failed"
      ? { code: "0x80044331", message: `A validation error occurred. ${id % 2 ? "" : HOSTILE}` }
      : null;
  return {
    id,
    time,
    cycle: Math.ceil(id / ROWS_PER_CYCLE),
    pair: "contoso-production",
    recordType: pick(id, 6, 4) === 0 ? "lead" : "contact",
    dynamicsId: guid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    personId: 1_000_000 + pick(id, 7, 900_000),
    outcome: known,
    reason: reasons[pick(id, 8, reasons.length)] ?? "no-difference",
    changes: known === "skipped" ? [] : makeChanges(id, known),
    error,
    changedAt: { dynamics: time, marketo: pick(id, 9, 3) === 0 ? null : time },
    requestId: pick(id, 10, 5) === 0 ? null : `${guid.slice(0, 4)}#${guid.slice(4, 14)}`,
  };
}

function makeChanges(id: number, outcome: Outcome): ActivityChange[] {
  const first = pick(id, 11, FIELDS.length);
  return Array.from({ length: 1 + pick(id, 12, 3) }, (_, index) => {
    const at = (first + index) % FIELDS.length;
    const change: ActivityChange = {
      field: FIELDS[at] ?? "lastname",
      to: pick(id, 13, 2) === 0 ? "dynamics" : "marketo",
      before: pick(id, 14, 5) === 0 ? undefined : pick(id, 15, 3) === 0 ? null : "Old value",
      after: id % 50 === 0 ? HOSTILE : (VALUES[at] ?? null),
    };
    return outcome === "conflicted" ? { ...change, lost: "Brandt-Meyer" } : change;
  });
}
