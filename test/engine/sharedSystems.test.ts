import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "jsonc-parser";
import type { PairConfig } from "../../src/config/pairFile";
import { openSandboxEngine } from "../support/sandboxEngine";
import { buildCli, cli, openGround } from "./cli/support";

/** The same pair by another address of the same two systems. */
function twinOf(one: PairConfig): PairConfig {
  const byName = (url: string) => url.replace("127.0.0.1", "localhost");
  return {
    ...one,
    id: "twin",
    dynamics: { ...one.dynamics, url: byName(one.dynamics.url) },
    marketo: { ...one.marketo, url: byName(one.marketo.url!) },
  };
}

test("CS-SHARED-ORG: one organization behind two addresses is told once it has named its id", async () => {
  const engine = await openSandboxEngine();
  const { pairs, config, folder } = engine;
  const told = () => engine.warnings("CS-SHARED-ORG").map(({ pair }) => pair);
  try {
    await pairs.open(config, join(folder, "one"), "test");
    await pairs.open(twinOf(config), join(folder, "twin"), "test");
    await pairs.run(config.id, null);
    assert.deepEqual(told(), [], "the addresses differ and the second has not answered yet");
    await pairs.run("twin", null);
    assert.deepEqual(told(), ["twin"]);
    await pairs.run(config.id, null);
    assert.deepEqual(told(), ["twin", config.id]);
    await pairs.run(config.id, null);
    assert.deepEqual(told(), ["twin", config.id], "told once, not in every cycle");
    await pairs.close("twin");
    assert.deepEqual(pairs.engine(config.id).systems.sharedBy(config.id), []);
  } finally {
    await engine.close();
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
    const twice = 'CS-SHARED-ORG: The pairs "sandbox" and "twin" share one';
    assert.ok(err.includes(`${twice} Dynamics organization`), err);
    assert.ok(err.includes(`${twice} Marketo instance`), err);
  } finally {
    await ground.close();
  }
});
