// Measures inside the extension host and answers the benchmark over a port of this machine.
import { createServer } from "node:http";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import * as vscode from "vscode";

const MS = 1e6;

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

/** How late the host's event loop was, beyond the resolution of the measurement. */
async function delaysDuring(work) {
  const resolution = 5;
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  const started = performance.now();
  await work();
  delays.disable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / MS - resolution);
  return {
    ms: performance.now() - started,
    maxMs: late(delays.max),
    p99Ms: late(delays.percentile(99)),
  };
}
