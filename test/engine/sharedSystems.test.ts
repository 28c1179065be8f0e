import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "jsonc-parser";
import { parsePairFile } from "../../src/config/parse";
import { EnginePairs } from "../../src/engine/enginePairs";
import { tokensOf } from "../../src/engine/tokens";
import { realTiming } from "../../src/http/timing";
import { createTransport } from "../../src/http/transport";
import { secretVariable, type PairConfig } from "../../src/config/pairFile";
import type { CycleEvent } from "../../src/protocol/engine";
import { pairFileText } from "../../src/sandbox/pairFile";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox";
import { cli, buildCli, openGround } from "./cli/support";

/** The pair of the sandbox once by its number and once by its name: two addresses of one organization. */
function twoPairs({ ready, recordTypes }: Sandbox): [PairConfig, PairConfig] {
  const parsed = parsePairFile(pairFileText(ready, recordTypes));
  assert(parsed.ok);
  const one = parsed.file.pairs[0]!;
  const url = one.dynamics.url.replace("127.0.0.1", "localhost");
  const marketo = { ...one.marketo, url: one.marketo.url!.replace("127.0.0.1", "localhost") };
  return [one, { ...one, id: "twin", dynamics: { ...one.dynamics, url }, marketo }];
}

test("CS-SHARED-ORG: one organization behind two addresses is told once it has named its id", async () => {
  const sandbox = await startSandbox({ contacts: 0, leads: 0, persons: 0, limits: "off" });
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-shared-"));
  const transport = createTransport();
  const [one, twin] = twoPairs(sandbox);
  const tokens = tokensOf(one, {
    transport,
    timing: realTiming,
    secret: async (side) => sandbox.ready.env[secretVariable(one.id, side)] ?? "",
    store: { get: async () => undefined, set: async () => {}, delete: async () => {} },
    certificate: () => Promise.reject(new Error("No certificate is used here.")),
    onDeviceCode: () => undefined,
    openBrowser: () => Promise.reject(new Error("No browser is used here.")),
  });
  const events: CycleEvent[] = [];
  const pairs = new EnginePairs({
    transport,
    token: (_pair, side) => tokens[side].token(),
    onEvent: (event) => events.push(event),
  });
  const told = () =>
    events.flatMap((event) =>
      event.type === "warning" && event.code === "CS-SHARED-ORG" ? [event.pair] : [],
    );
  try {
    await pairs.open(one, join(folder, "one"), "test");
    await pairs.open(twin, join(folder, "twin"), "test");
    await pairs.run(one.id, null);
    assert.deepEqual(told(), [], "the addresses differ and the second has not answered yet");
    await pairs.run("twin", null);
    assert.deepEqual(told(), ["twin"]);
    await pairs.run(one.id, null);
    assert.deepEqual(told(), ["twin", one.id]);
    await pairs.run(one.id, null);
    assert.deepEqual(told(), ["twin", one.id], "told once, not in every cycle");
  } finally {
    await pairs.closeAll();
    transport.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("CS-SHARED-ORG: the command line tells it for a pair that runs alone, from the file", async () => {
  buildCli();
  const ground = await openGround({ contacts: 0, leads: 0, persons: 0 });
  try {
    const config = ground.file((text) => {
      const { pairs } = parse(text) as { pairs: { id: string }[] };
      return JSON.stringify({ pairs: [...pairs, { ...pairs[0], id: "twin" }] });
    });
    const words = ["run", "--config", config, "--state", ground.state(), "--pair", "sandbox"];
    const { code, err } = await cli([...words, "--once"], ground.env);
    assert.equal(code, 0);
    assert.match(
      err,
      /CS-SHARED-ORG: The pairs "sandbox" and "twin" share one Dynamics organization/,
    );
    assert.match(err, /CS-SHARED-ORG: The pairs "sandbox" and "twin" share one Marketo instance/);
  } finally {
    await ground.close();
  }
});
