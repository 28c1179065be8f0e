import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openState } from "../../../src/state/openState";
import { MIGRATIONS } from "../../../src/state/schema";
import { buildCli, cli, openGround, type Environment, type Ground } from "./support";

let ground: Ground;
before(async () => {
  buildCli();
  ground = await openGround();
});
after(() => ground.close());

describe("0 and 2: the words", () => {
  const CASES: readonly [string[], number, RegExp, RegExp][] = [
    [[], 0, /^Usage: contact-sync <command>/, /^$/],
    [["--version"], 0, /^1\.2\.3\n$/, /^$/],
    [["run", "--help"], 0, /^Usage: /, /^$/],
    [["sink"], 2, /^$/, /CS-ARGUMENT: There is no command "sink"; use one of run, preview, /],
    [["run", "--state", "x"], 2, /^$/, /CS-ARGUMENT: "run" needs --config \(the pair file\)\./],
    [["run", "--config", "x"], 2, /^$/, /"run" needs --state/],
    [["status", "--limit", "3"], 2, /^$/, /Unknown option '--limit'.*"status" takes --state/],
    [["log", "--state", "x", "--limit", "few"], 2, /^$/, /--limit takes a whole number, not "few"/],
    [["log", "--state", "/nowhere"], 2, /^$/, /holds no state yet/],
  ];
  for (const [words, code, out, err] of CASES) {
    test(`contact-sync ${words.join(" ")}`, async () => {
      const result = await cli(words);
      assert.equal(result.code, code, result.err);
      assert.match(result.out, out);
      assert.match(result.err, err);
    });
  }

  test("with --json the error is an object on standard output", async () => {
    const { code, err, json } = await cli(["run", "--json", "--state", "x"]);
    assert.deepEqual([code, err], [2, ""]);
    assert.deepEqual(Object.keys(json[0] ?? {}), ["type", "code", "message"]);
  });
});

describe("2: the pair file", () => {
  const CASES: readonly [string, (text: string) => string, RegExp][] = [
    [
      "cut off",
      (text) => text.slice(0, -4),
      /CS-CONFIG: .*\.jsonc:\d+:\d+: This is not valid JSON/,
    ],
    ["no pair in it", () => '{ "pairs": [] }', /CS-CONFIG: .*\.jsonc has no pair yet/],
    [
      "an unknown key",
      (text) => text.replace('"name": "Sandbox"', '"nmae": "Sandbox"'),
      /CS-CONFIG: .*\.jsonc:4:5: .*nmae/,
    ],
    [
      "a secret in the file",
      (text) => text.replace('"name": "Sandbox"', '"clientSecret": "abc"'),
      /CS-SECRET-IN-FILE: .*\.jsonc:6:7: /,
    ],
  ];
  for (const [name, change, message] of CASES) {
    test(name, async () => {
      const config = ground.file(change);
      const { code, out, err } = await cli(["run", "--config", config, "--state", ground.state()]);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, message);
      assert.ok(!err.includes("abc"), "the secret is not repeated");
    });
  }

  test("no such file, no such pair", async () => {
    const state = ground.state();
    const missing = await cli(["run", "--config", "/nowhere.jsonc", "--state", state]);
    assert.equal(missing.code, 2);
    assert.match(missing.err, /CS-CONFIG: The pair file \/nowhere.jsonc cannot be read \(ENOENT\)/);
    const words = ["run", "--config", ground.config, "--state", state, "--pair", "moon"];
    const unknown = await cli(words);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /The file has no pair "moon"; it has sandbox\./);
  });
});

describe("3: cannot sign in", () => {
  const [DYNAMICS, MARKETO] = [
    "CONTACT_SYNC_SANDBOX_DYNAMICS_SECRET",
    "CONTACT_SYNC_SANDBOX_MARKETO_SECRET",
  ];
  const CASES: readonly [string, (env: Environment) => Environment, RegExp][] = [
    ["no Dynamics secret", (env) => ({ [MARKETO]: env[MARKETO]! }), new RegExp(DYNAMICS)],
    ["no Marketo secret", (env) => ({ [DYNAMICS]: env[DYNAMICS]! }), new RegExp(MARKETO)],
    ["a wrong Dynamics secret", (env) => ({ ...env, [DYNAMICS]: "wrong" }), /AADSTS7000215/],
    ["a wrong Marketo secret", (env) => ({ ...env, [MARKETO]: "wrong" }), /client/i],
  ];
  for (const [name, change, message] of CASES) {
    test(name, async () => {
      const words = ["run", "--once", "--config", ground.config, "--state", ground.state()];
      const { code, err } = await cli(words, change(ground.env));
      assert.equal(code, 3, err);
      assert.match(err, message);
    });
  }
});

describe("6: the state folder", () => {
  const run = (state: string) =>
    cli(["run", "--once", "--config", ground.config, "--state", state], ground.env);
  const opened = (folder: string) =>
    ({ folder, pair: "sandbox", mode: "write", owner: "another window", now: Date.now }) as const;

  test("in use", async () => {
    const folder = ground.state();
    const holder = await openState(opened(folder));
    try {
      const { code, err } = await run(folder);
      assert.equal(code, 6);
      assert.match(err, /CS-STATE-IN-USE: .*another window/);
    } finally {
      await holder.close();
    }
  });

  test("of a newer version", async () => {
    const folder = ground.state();
    const migrations = [...MIGRATIONS, "CREATE TABLE later (x)"];
    await (await openState({ ...opened(folder), migrations })).close();
    const { code, err } = await run(folder);
    assert.equal(code, 6);
    assert.match(err, /CS-STATE-NEWER: /);
  });

  test("a file where the folder should be", async () => {
    const path = join(ground.folder, "file");
    writeFileSync(path, "");
    const { code, err } = await run(path);
    assert.equal(code, 6);
    assert.match(err, /CS-STATE-FAILED: /);
  });
});
