// Measures the extension in a real VS Code: activation, size of the VSIX, how late the extension host's event loop
// gets during a large cycle, and how soon the log opens. Prints a table, asserts nothing.
// Usage: node --import tsx test/bench/editor.ts [--changes N] [--rows N]
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { PairConfig } from "../../src/config/pairFile";
import { parsePairFile } from "../../src/config/parse";
import { fingerprint } from "../../src/host/pairs/identity";
import type { NewActivity } from "../../src/model/activity";
import { pairFileText } from "../../src/sandbox/pairFile";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox";
import { openState } from "../../src/state/openState";
import { ROOT } from "../host/support/paths";
import { frameOf } from "../host/support/focus";
import { freePort, runToEnd } from "../host/support/processes";
import { startSession, type Session } from "../host/support/session";
import * as ui from "../host/support/ui";
import { packageVsix } from "../host/support/vsix";

const PROBE = join(ROOT, "test/bench/editor/probe");
const OPENINGS = 7;

const { values: options } = parseArgs({
  options: {
    changes: { type: "string", default: "20000" },
    rows: { type: "string", default: "100000" },
  },
});

interface Delays {
  ms: number;
  maxMs: number;
  p99Ms: number;
  /** The most processor time of the host's thread between two looks; null where the system does not tell. */
  busyMs: number | null;
}

type Line = Record<"what" | "measured" | "target", string>;

/** Asks the probe, which is an extension in the same host. */
async function ask<T>(port: number, path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as T;
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10 * 60_000;
  while (!(await isTrue().catch(() => false))) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The sandbox's pair without brakes and without a timer that would get in the way. */
function benchFile({ ready, recordTypes }: Sandbox): { text: string; config: PairConfig } {
  const free = { absolute: 10_000_000, percent: 100 };
  const brakes = { maxCreates: free, maxUpdates: free, maxEmpties: free };
  const extra = `"intervalSeconds": 86400, "policies": ${JSON.stringify({ brakes })}`;
  const text = pairFileText(ready, recordTypes)
    .replace('"id": "sandbox"', '"id": "bench"')
    .replace('"name": "Sandbox"', `"name": "Bench", ${extra}`);
  const parsed = parsePairFile(text);
  const config = parsed.ok ? parsed.file.pairs[0] : undefined;
  if (!config) throw new Error(JSON.stringify(parsed));
  return { text, config };
}

/** A log of many rows, written the way the engine writes it. */
async function fillLog(session: Session, config: PairConfig, rows: number): Promise<void> {
  const storage = join(session.server.home, "data/User/globalStorage/contact-sync.contact-sync");
  const folder = join(storage, "state", fingerprint(config));
  mkdirSync(folder, { recursive: true });
  const owner = "the benchmark";
  const state = await openState({ folder, pair: config.id, mode: "write", owner, now: Date.now });
  for (let first = 0; first < rows; first += 5000) {
    await state.commit((writer) => {
      for (let number = first; number < Math.min(rows, first + 5000); number++) {
        writer.addActivity(activity(config.id, number));
      }
    });
  }
  await state.close();
}

function activity(pair: string, number: number): NewActivity {
  const hex = number.toString(16).padStart(12, "0");
  const isClash = number % 50 === 0;
  return {
    time: new Date(Date.now() - 1000 * (200_000 - number)).toISOString(),
    cycle: 1 + Math.floor(number / 1000),
    pair,
    recordType: number % 4 === 0 ? "lead" : "contact",
    dynamicsId: `00000000-0000-4000-8000-${hex}`,
    personId: 1_000_000 + number,
    outcome: "applied",
    reason: isClash ? "clash-dynamics-wins" : "changed-in-dynamics",
    changes: [
      {
        field: "jobtitle",
        to: "marketo",
        before: `Title ${number}`,
        after: `Title ${number + 1}`,
        ...(isClash && { lost: `Title ${number}` }),
      },
    ],
    changedAt: { dynamics: null, marketo: null },
    requestId: null,
    error: null,
  };
}

interface Opening {
  /** The button in the title of the Cycles view. */
  button: string;
  tab: string;
  /** What is in the panel when it can be read. */
  content: string;
  /** The panel's own note of when that was drawn, in its performance timeline. */
  mark: string;
}

const LOG: Opening = {
  button: "Open Activity and Conflict Log",
  tab: "Contact Sync Log",
  content: ".grid-body .row .cell.record .text",
  mark: "contact-sync-rows",
};
/** The same click and no content: VS Code's own part. */
const EMPTY: Opening = {
  button: "Open Empty Panel",
  tab: "Empty Panel",
  content: "#there",
  mark: "first-contentful-paint",
};

/** Milliseconds since 1970, by the page's own clock. */
const NOW = "performance.timeOrigin + performance.now()";
const NOTE_CLICK = `document.addEventListener("click", () => (globalThis.clickedAt = ${NOW}), {
  capture: true,
  once: true,
})`;

/** Milliseconds from the click to the content, both by the browser's clock: this program's own waiting is left out. */
async function open({ page }: Session, opening: Opening): Promise<number> {
  const header = ui.view(page, "Cycles").locator(".pane-header");
  await header.hover();
  const action = header.locator(`a[aria-label="${opening.button}"]`);
  await action.waitFor();
  await page.evaluate(NOTE_CLICK);
  await action.click();
  await ui.webview(page).locator(opening.content).first().waitFor();
  const frame = await frameOf(page);
  const note = JSON.stringify(opening.mark);
  const drawn = `performance.timeOrigin + performance.getEntriesByName(${note})[0]?.startTime`;
  let drawnAt = Number.NaN;
  await until(opening.mark, async () => {
    drawnAt = Number(await frame.evaluate(drawn));
    return !Number.isNaN(drawnAt);
  });
  const clickedAt = Number(await page.evaluate("clickedAt"));
  const label = page.locator(".tabs-container .tab", { hasText: opening.tab });
  await label.click({ button: "middle" });
  await label.waitFor({ state: "detached" });
  return drawnAt - clickedAt;
}

/** Both panels in turns, so that what else the machine does meets both. */
async function openingLines(session: Session): Promise<Line[]> {
  const times: Record<"log" | "empty", number[]> = { log: [], empty: [] };
  for (let i = 0; i < OPENINGS; i++) {
    times.empty.push(await open(session, EMPTY));
    times.log.push(await open(session, LOG));
  }
  const middle = (ms: readonly number[]) => [...ms].sort((a, b) => a - b)[ms.length >> 1] ?? 0;
  const text = (ms: readonly number[]) =>
    `${middle(ms).toFixed(0)} ms in the middle of ${ms.length} (the first ${ms[0]?.toFixed(0)} ms, best ${Math.min(...ms).toFixed(0)} ms)`;
  const [log, empty] = [middle(times.log), middle(times.empty)];
  return [
    { what: "An empty panel, click to content", measured: text(times.empty), target: "" },
    { what: `Log with ${options.rows} rows, click to rows`, measured: text(times.log), target: "" },
    {
      what: "The log's own part",
      measured: `${(log - empty).toFixed(0)} ms; the log takes ${(log / empty).toFixed(1)} times as long as the empty panel`,
      target: "< 300 ms",
    },
  ];
}

function delayLines(title: string, delays: Delays, target: string): Line[] {
  const { ms, maxMs, p99Ms, busyMs } = delays;
  const busy = busyMs === null ? "" : `, at most ${busyMs.toFixed(1)} ms of processor time at once`;
  const measured = `${maxMs.toFixed(1)} ms (p99 ${p99Ms.toFixed(1)} ms, over ${(ms / 1000).toFixed(1)} s${busy})`;
  return [{ what: title, measured, target }];
}

async function measure(session: Session, sandbox: Sandbox, port: number): Promise<Line[]> {
  const lines: Line[] = [];
  await until("the extension host", async () => Boolean(await ask(port, "/pairs")));
  const { ms, wasActive } = await ask<{ ms: number; wasActive: boolean }>(port, "/activation");
  if (wasActive) throw new Error("The extension was active before it could be measured.");
  lines.push({
    what: "Activation with no pair",
    measured: `${ms.toFixed(1)} ms`,
    target: "< 50 ms",
  });
  lines.push(...delayLines("Latest event loop, idle", await ask<Delays>(port, "/idle"), ""));

  const { text, config } = benchFile(sandbox);
  await fillLog(session, config, Number(options.rows));
  await ui.openContainer(session.page, "Contact Sync");
  writeFileSync(join(session.workspace, "contact-sync.jsonc"), text);
  await until("the pair", async () => {
    const [pair] = await ask<{ phase: { kind: string } }[]>(port, "/pairs");
    return pair?.phase.kind === "waiting";
  });
  lines.push(...(await openingLines(session)));
  const cycle = await ask<Delays>(port, "/cycle");
  const [pair] = await ask<{ lastCycle: { counts: unknown } | null }[]>(port, "/pairs");
  console.log(`The cycle: ${JSON.stringify(pair?.lastCycle?.counts)}`);
  lines.push(...delayLines(`Latest event loop, ${options.changes} changes`, cycle, "< 50 ms"));
  return lines;
}

/** A build for release in a folder of its own, because somebody may be working with the one in the checkout. */
async function buildForRelease(folder: string): Promise<string> {
  const copy = join(folder, "checkout");
  const own = readdirSync(ROOT).filter(
    (name) => !/^(\.git|\.vscode-host|dist|node_modules|test)$/.test(name),
  );
  for (const name of own) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  await runToEnd(process.execPath, ["esbuild.mjs", "--production"], { cwd: copy });
  return copy;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-bench-"));
  const vsix = join(folder, "contact-sync.vsix");
  await packageVsix(await buildForRelease(folder), vsix);
  const contacts = Number(options.changes);
  const sandbox = await startSandbox({ contacts, leads: 0, persons: 0, limits: "off" });
  const port = await freePort();
  const environment = {
    CONTACT_SYNC_BENCH_PORT: String(port),
    ...Object.fromEntries(
      Object.entries(sandbox.ready.env).map(([name, value]) => [
        name.replace("SANDBOX", "BENCH"),
        value,
      ]),
    ),
  };
  const settings = { "contactSync.automaticCycles": false };
  const session = await startSession({ vsix, development: PROBE, settings, environment });
  try {
    const size = `${(statSync(vsix).size / 1e6).toFixed(2)} MB`;
    console.table([
      { what: "VSIX", measured: size, target: "< 1.5 MB" },
      ...(await measure(session, sandbox, port)),
    ]);
    console.log(
      `Load of the machine: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(", ")}`,
    );
  } finally {
    await session.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
