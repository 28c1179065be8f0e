import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ContactSyncError } from "../../src/model/failure";
import { openSandboxEngine, type SandboxEngine } from "../support/sandboxEngine";
import { buildCli, cli, openGround } from "./cli/support";

const SENTENCE =
  /is another one than before .* Nothing was written\. If this is the organization that you mean, start anew .* nothing is written before you approve the plan\.$/;

/** Two synced rows, then the organization is restored and a row there is not what it was. */
async function restored(): Promise<SandboxEngine & { id: string; state: string }> {
  const engine = await openSandboxEngine({ contacts: 6, persons: 3 });
  const { pairs, config, folder, sandbox } = engine;
  const state = join(folder, "state");
  await pairs.open(config, state, "test");
  const first = await pairs.run(config.id, null);
  assert.equal(first.error, null);
  sandbox.dynamics.newOrganizationId();
  pairs.engine(config.id).forgetSchema();
  return Object.assign(engine, { id: config.id, state });
}

function refusedAs(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ContactSyncError && error.code === code;
}

/** Calls that change something, by what they are. */
const writes = ({ sandbox }: SandboxEngine) =>
  sandbox.log
    .entries()
    .filter(({ operation, method, body }) =>
      operation.includes("$batch")
        ? /^(PATCH|POST|DELETE) /m.test(body)
        : method === "PATCH" || operation === "POST /rest/v1/leads.json",
    ).length;

test("CS-ORG-CHANGED: neither cycle, preview nor command uses the state; every cycle says so again", async () => {
  const engine = await restored();
  const { pairs, id } = engine;
  try {
    const before = pairs.engine(id).state.countLinks("contact");
    assert.ok(before > 0);
    for (const attempt of [1, 2]) {
      const { error, counts } = await pairs.run(id, null);
      assert.equal(error?.code, "CS-ORG-CHANGED", `cycle ${attempt}`);
      assert.match(error.message, SENTENCE);
      assert.deepEqual(counts.updated, { dynamics: 0, marketo: 0 });
    }
    await assert.rejects(pairs.engine(id).preview(), refusedAs("CS-ORG-CHANGED"));
    await assert.rejects(
      pairs.engine(id).createRecord({ personId: 1 }),
      refusedAs("CS-ORG-CHANGED"),
    );
    assert.equal(pairs.engine(id).state.countLinks("contact"), before);
  } finally {
    await engine.close();
  }
});

test("starting anew compares everything, waits for the plan's approval in a sandbox too, and doubles nobody", async () => {
  const engine = await restored();
  const { pairs, id, sandbox, state } = engine;
  try {
    const links = pairs.engine(id).state.countLinks("contact");
    const persons = sandbox.marketo.count();
    const { aside, opened } = await pairs.startAnew(id);
    assert.deepEqual(opened, { kind: "writer" });
    assert.ok(readdirSync(aside).some((name) => name.startsWith("snapshot-")));
    assert.deepEqual(readdirSync(state).length, 2, "the new folder stands beside the old one");
    assert.equal(pairs.engine(id).state.countLinks("contact"), 0);

    const row = String([...sandbox.dynamics.rows("contact")][0]!["contactid"]);
    const edit = (jobtitle: string) =>
      sandbox.dynamics.edit("contact", row, { jobtitle }, sandbox.salesUserId);
    edit("After the restore");
    const before = writes(engine);
    const halted = await pairs.run(id, null);
    assert.equal(halted.error, null);
    assert.equal(halted.halted?.reason, "first-sync");
    assert.equal(writes(engine), before, "nothing is written before the word");

    assert.ok(before > 0, "the first sync, before the restore, did write");

    const preview = await pairs.engine(id).preview();
    const done = await pairs.run(id, preview.planHash);
    assert.deepEqual([done.error, done.halted], [null, null]);
    assert.equal(pairs.engine(id).state.countLinks("contact"), links);
    assert.equal(sandbox.marketo.count(), persons, "persons are found by the id they carry");

    edit("Everyday work");
    const next = await pairs.run(id, null);
    assert.deepEqual([next.halted, next.counts.updated.marketo], [null, 1]);
  } finally {
    await engine.close();
  }
});

test("the command line starts anew, says where the old state lies, and never while somebody runs the pair", async () => {
  buildCli();
  const ground = await openGround({ contacts: 2, leads: 0, persons: 0 });
  try {
    const state = ground.state();
    const run = ["run", "--config", ground.config, "--state", state, "--once"];
    assert.equal((await cli(run, ground.env)).code, 0);
    ground.sandbox.dynamics.newOrganizationId();
    const changed = await cli(run, ground.env);
    assert.equal(changed.code, 4);
    assert.match(changed.err, /CS-ORG-CHANGED: .*contact-sync start-anew/);
    const other = await cli(["start-anew", "--state", state, "--pair", "nobody"]);
    assert.equal(other.code, 2);
    assert.match(other.err, /CS-ARGUMENT: .* holds no state of a pair "nobody"; it has sandbox\./);
    const anew = await cli(["start-anew", "--state", state, "--pair", "sandbox", "--json"]);
    assert.equal(anew.code, 0);
    assert.deepEqual(Object.keys(anew.json[0] ?? {}), ["type", "pair", "aside"]);
    assert.deepEqual(
      readdirSync(state)
        .map((name) => name.replace(/-\d{4}-.*/, ""))
        .sort(),
      ["aside-pair-sandbox", "pair-sandbox"],
    );
    const waits = await cli(["status", "--state", state], ground.env);
    assert.match(waits.out, /^sandbox: calls today.*\n.*\n.*\n {2}contact {2}0 /);
    assert.doesNotMatch(waits.out, /writer/);
  } finally {
    await ground.close();
  }
});
