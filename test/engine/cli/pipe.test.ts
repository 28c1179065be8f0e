import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { buildCli, cli, ended, openGround, spawnCli, type Ground } from "./support";

// `contact-sync … | head`: the reader ends before we do.

let ground: Ground;
before(async () => {
  buildCli();
  ground = await openGround({ contacts: 400 });
});
after(() => ground.close());

test("a log that nobody reads to its end is no error", async () => {
  const state = ground.state();
  const first = await cli(
    ["run", "--config", ground.config, "--state", state, "--once"],
    ground.env,
  );
  assert.equal(first.code, 0, first.err);
  const child = spawnCli(["log", "--state", state, "--limit", "5000"]);
  const end = ended(child);
  child.stdout!.destroy();
  const { code, err } = await end;
  assert.deepEqual([code, err], [0, ""]);
});

test("cycles whose reader has gone end as by Ctrl-C, and give the state back", async () => {
  const state = ground.state();
  const words = ["--config", ground.config, "--state", state];
  const child = spawnCli(["run", ...words], ground.env);
  const end = ended(child);
  await once(child.stdout!, "data");
  child.stdout!.destroy();
  const { code, err } = await end;
  assert.deepEqual([code, err], [0, "Stopped; nothing is lost.\n"]);
  const next = await cli(["run", ...words, "--once"], ground.env);
  assert.equal(next.code, 0, next.err);
});
