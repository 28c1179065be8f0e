import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { NetworkSettings } from "../../../src/model/network";
import { EngineClient } from "../../../src/host/engine/client";

/** Needs more than it may have while there is a limit; tells the limit otherwise. */
const HUNGRY = `
const { parentPort, resourceLimits } = require("node:worker_threads");
parentPort.on("message", (message) => {
  const kept = [];
  const limit = resourceLimits.maxOldGenerationSizeMb;
  while (limit <= 32) kept.push(new Array(10_000).fill({}).map((_, at) => ({ at })));
  parentPort.postMessage({ kind: "result", id: message.id, result: limit });
});
`;

const NETWORK: NetworkSettings = {
  proxy: "",
  noProxy: [],
  proxyAuthorization: null,
  useProxy: false,
  certificates: [],
};

test("an engine that runs out of memory is told of, and started again without a limit", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-engine-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, "engine.cjs");
  writeFileSync(script, HUNGRY);
  const client = new EngineClient({
    script,
    heapMegabytes: 32,
    network: () => Promise.resolve(NETWORK),
    token: () => Promise.reject(new Error("No token is used here.")),
    log: () => undefined,
  });
  context.after(() => client.stop());
  const crashes: string[] = [];
  client.crashed.listen((reason) => crashes.push(reason));
  await assert.rejects(client.request("close", { pair: "main" }));
  assert.match(crashes[0] ?? "", /memory/);
  const limit: unknown = await client.request("close", { pair: "main" });
  assert.ok(Number(limit) > 32);
});
