// Measures inside the extension host and answers the benchmark over a port of this machine.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { clearInterval, setInterval } from "node:timers";
import * as vscode from "vscode";

const MS = 1e6;
const RESOLUTION_MS = 5;

export async function activate(context) {
  const subject = vscode.extensions.getExtension("contact-sync.contact-sync");
  const wasActive = subject.isActive;
  const started = performance.now();
  const api = await subject.activate();
  const activation = { ms: performance.now() - started, wasActive };
  const answers = {
    "/activation": async () => activation,
    "/pairs": async () => api.pairs(),
    "/idle": () => delaysDuring(() => new Promise((done) => setTimeout(done, 5000))),
    "/cycle": () => delaysDuring(() => vscode.commands.executeCommand("contactSync.runCycle")),
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("benchProbe.emptyPanel", openEmptyPanel),
  );
  const server = createServer((request, response) => {
    const answer = answers[request.url]?.() ?? Promise.reject(new Error(`No ${request.url}`));
    answer.then(
      (value) => response.end(JSON.stringify(value)),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(Number(process.env.CONTACT_SYNC_BENCH_PORT), "127.0.0.1");
  context.subscriptions.push({ dispose: () => server.close() });
}

/** A panel with one word and no script: what VS Code itself needs to show any webview. */
function openEmptyPanel() {
  const panel = vscode.window.createWebviewPanel("empty", "Empty Panel", vscode.ViewColumn.Active);
  panel.webview.html = '<!doctype html><html><body><p id="there">There</p></body></html>';
}

/**
 * How late the host's event loop was, beyond the resolution of the measurement, and the most processor time that its
 * thread used between two looks: the one counts what else the machine does, the other only what holds the loop up.
 */
async function delaysDuring(work) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const busy = watchProcessor();
  delays.enable();
  const started = performance.now();
  await work();
  delays.disable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / MS - RESOLUTION_MS);
  return {
    ms: performance.now() - started,
    maxMs: late(delays.max),
    p99Ms: late(delays.percentile(99)),
    busyMs: busy.stop(),
  };
}

function watchProcessor() {
  let most = 0;
  let last = processorMs();
  const timer = setInterval(() => {
    const now = processorMs();
    most = Math.max(most, now - last);
    last = now;
  }, RESOLUTION_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return last === null ? null : most;
    },
  };
}

/** Milliseconds of this very thread; null where the system does not tell. */
function processorMs() {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(
      " ",
    );
    return Number(nanoseconds) / MS;
  } catch {
    return null;
  }
}
