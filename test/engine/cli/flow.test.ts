import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { buildCli, cli, ended, openGround, spawnCli, type Ground } from "./support";

const CYCLE_KEYS = ["type", "pair", "cycle", "counts", "calls", "ms", "halted", "error"];
const COUNT_KEYS = ["created", "updated", "conflicts", "refused", "failed", "skipped"];
const ACTIVITY_KEYS = [
  ...["type", "id", "time", "cycle", "pair", "recordType", "dynamicsId", "personId", "outcome"],
  ...["reason", "changes", "error"],
];

before(() => buildCli());

describe("a pair of the environment sandbox", () => {
  let ground: Ground;
  let state: string;
  before(async () => {
    ground = await openGround();
    state = ground.state();
  });
  after(() => ground.close());
  const run = (...more: string[]) =>
    cli(["run", "--once", "--config", ground.config, "--state", state, ...more], ground.env);
  const read = (command: string, ...more: string[]) =>
    cli([command, "--state", state, "--json", ...more]);

  test("first sync without approval, as JSON lines", async () => {
    const { code, err, json } = await run("--json");
    assert.ok(code === 0 || code === 5, `${code} ${err}`);
    assert.equal(err, "");
    const cycle = json.at(-1)!;
    assert.deepEqual(Object.keys(cycle), CYCLE_KEYS);
    assert.deepEqual(Object.keys(cycle["counts"] as object), COUNT_KEYS);
    assert.deepEqual(Object.keys(cycle["calls"] as object), ["dynamics", "marketo"]);
    const activity = json.find(({ type }) => type === "activity")!;
    assert.deepEqual(Object.keys(activity).slice(0, ACTIVITY_KEYS.length), ACTIVITY_KEYS);
    const [change] = activity["changes"] as Record<string, unknown>[];
    assert.deepEqual(Object.keys(change!).slice(0, 4), ["field", "to", "before", "after"]);
    const types = new Set(json.map(({ type }) => type));
    for (const type of types) assert.match(String(type), /^(activity|warning|cycle)$/);
  });

  test("the next cycle, for people", async () => {
    const { code, out } = await run();
    assert.ok(code === 0 || code === 5);
    assert.match(out, /Cycle 2 of sandbox took \d/);
    assert.match(out, /created +updated +calls/);
  });

  test("B-90, B-92: status, log, conflicts and errors", async () => {
    const [status] = (await read("status")).json;
    assert.deepEqual([status?.["type"], status?.["pair"]], ["status", "sandbox"]);
    assert.equal((status?.["links"] as Record<string, number>)["contact"], contactsLinked());
    const log = await read("log", "--limit", "3");
    assert.deepEqual(
      log.json.map(({ type }) => type),
      ["activity", "activity", "activity"],
    );
    const person = log.json[0]?.["personId"];
    const { json } = await read("log", "--record", String(person));
    assert.deepEqual(new Set(json.map((row) => row["personId"])), new Set([person]));
    const conflicts = await read("conflicts");
    for (const row of conflicts.json) {
      const changes = row["changes"] as { lost?: unknown }[];
      assert.ok(row["outcome"] === "conflicted" || changes.some((change) => "lost" in change));
    }
    const errors = await read("errors");
    assert.ok(errors.json.every(({ type }) => type === "error"));
    const words = await cli(["status", "--state", state]);
    assert.match(words.out, /^ {2}contact +\d+ +0 \/ 0 +0 \/ \d+ /m);
  });

  function contactsLinked(): number {
    return [...ground.sandbox.marketo.persons()].filter(
      (person) => person["crmRecordType"] === "contact",
    ).length;
  }

  test("a record that Dynamics refuses: 5, and errors names it", async () => {
    const { marketo, dynamics } = ground.sandbox;
    const person = [...marketo.persons()].find((row) => row["crmRecordType"] === "contact")!;
    const takeOut = dynamics.plugins.add(({ values }) =>
      values["middlename"] === "Refused" ? { refuse: "Nobody is called Refused." } : undefined,
    );
    marketo.edit(Number(person["id"]), { middleName: "Refused" });
    const { code } = await run("--json");
    assert.equal(code, 5);
    const { json } = await read("errors", "--record", String(person["id"]));
    assert.deepEqual([json.length, json[0]?.["outcome"]], [1, "refused"]);
    assert.match(String(json[0]?.["message"]), /Nobody is called Refused\./);
    takeOut();
    marketo.edit(Number(person["id"]), { middleName: "Accepted" });
    await run();
    assert.deepEqual((await read("errors", "--record", String(person["id"]))).json, []);
  });

  test("B-92: errors searched and exported as CSV, and --retry clears a delay, so that the next cycle tries (R5)", async () => {
    const { marketo, dynamics } = ground.sandbox;
    const person = [...marketo.persons()].find((row) => row["crmRecordType"] === "contact")!;
    const { id, crmRecordId } = person as { id: number; crmRecordId: string };
    const takeOut = dynamics.plugins.add(({ values }) =>
      values["middlename"] === "Odd" ? { refuse: '=Odd, "really"' } : undefined,
    );
    marketo.edit(id, { middleName: "Odd" });
    assert.equal((await run()).code, 5);
    const csv = await cli(["errors", "--state", state, "--csv", "--record", String(id)]);
    const [head, row, ...rest] = csv.out.trimEnd().split("\n");
    assert.equal(
      head,
      "recordType,dynamicsId,personId,side,outcome,code,message,attempts,firstAt,lastAt,nextAttempt",
    );
    const [code] = /0x[0-9a-f]+/.exec(row!)!;
    const start = `contact,${crmRecordId},${id},dynamics,refused,${code},`;
    assert.deepEqual([row!.slice(0, start.length), rest], [start, []]);
    assert.match(row!.slice(start.length), /^"'=Odd, ""really""",1,[\dT:.Z-]+,[\dT:.Z-]+,$/);

    takeOut();
    const retry = (reason: string) => cli(["errors", "--state", state, "--retry", reason]);
    const other = await retry("CS-NOBODY");
    assert.deepEqual(
      [other.code, other.out],
      [0, "sandbox: 0 records are tried again in the next cycle.\n"],
    );
    await run();
    assert.equal(dynamics.row("contact", crmRecordId)!["middlename"] === "Odd", false);
    const cleared = await retry(code);
    assert.match(cleared.out, /^sandbox: [1-9]\d* records are tried again in the next cycle\.\n$/);
    assert.equal(dynamics.row("contact", crmRecordId)!["middlename"] === "Odd", false, "not yet");
    await run();
    assert.equal(dynamics.row("contact", crmRecordId)!["middlename"], "Odd");
    assert.deepEqual((await read("errors", "--record", String(id))).json, []);
  });

  test("a question, its answer, and the cycle that acts on it (R5)", async () => {
    const { marketo, dynamics, salesUserId } = ground.sandbox;
    const email = "same@web.test";
    const [, second] = ["One", "Two"].map((lastName) => marketo.create({ lastName, email }));
    const contact = dynamics.create(
      "contact",
      { lastname: "Two", emailaddress1: email },
      salesUserId,
    );
    await run();
    const [question] = (await read("questions")).json.filter(
      (row) => row["dynamicsId"] === contact,
    );
    assert.deepEqual([question?.["type"], question?.["kind"]], ["question", "ambiguous"]);
    const answer = (...words: string[]) => cli(["answer", "--state", state, ...words]);
    const vague = await answer("--record", contact, "--because", "They said so.");
    assert.deepEqual(
      [vague.code, vague.err],
      [2, "CS-ARGUMENT: Give exactly one of --person ID, --new, --keep ID, --take and --leave.\n"],
    );
    const because = ["--because", "They said so."];
    const given = await answer("--record", contact, "--person", String(second), ...because);
    assert.equal(given.code, 0, given.err);
    assert.match(
      given.out,
      /CS-ANSWERED: .+ answered: .+ person \d+\. Reason given: They said so\./,
    );
    const words = await cli(["questions", "--state", state]);
    assert.match(words.out, /answered \(match\); the next cycle acts on it/);
    assert.equal(marketo.person(second!)!["crmRecordId"], undefined, "nothing is pushed through");
    await run();
    assert.equal(marketo.person(second!)!["crmRecordId"], contact);
    const rest = (await read("questions")).json.filter((row) => row["dynamicsId"] === contact);
    assert.deepEqual(rest, []);
  });

  test("two pairs in one file: both run, and one must be named where only one can be meant", async () => {
    const two = ground.file((text) => {
      const file = JSON.parse(text.replace(/^\/\/.*$/gm, "")) as { pairs: object[] };
      return JSON.stringify({ pairs: [...file.pairs, { ...file.pairs[0], id: "second-one" }] });
    });
    const words = ["--config", two, "--state", ground.state(), "--json"];
    const unnamed = await cli(["preview", ...words], ground.env);
    assert.equal(unnamed.code, 2);
    assert.match(unnamed.out, /several pairs; add --pair \(sandbox, second-one\)/);
    const secrets = Object.entries(ground.env).map(([name, value]): [string, string] => [
      name.replace("_SANDBOX_", "_SECOND_ONE_"),
      value,
    ]);
    const env = { ...ground.env, ...Object.fromEntries(secrets) };
    const { code, json } = await cli(["run", "--once", ...words], env);
    assert.ok(code === 0 || code === 5, String(code));
    const cycles = json.filter(({ type }) => type === "cycle").map(({ pair }) => pair);
    assert.deepEqual(cycles.sort(), ["sandbox", "second-one"]);
  });
});

describe("a pair of the environment test", () => {
  let ground: Ground;
  let words: string[];
  before(async () => {
    ground = await openGround({ leads: 0, persons: 0 });
    const test = (text: string) =>
      text.replace('"environment": "sandbox"', '"environment": "test"');
    words = ["--config", ground.file(test), "--state", ground.state()];
  });
  after(() => ground.close());
  const call = (...more: string[]) => cli([more[0]!, ...words, ...more.slice(1)], ground.env);

  test("the first sync waits: 4, and nothing is written", async () => {
    const { code, json } = await call("run", "--once", "--json");
    const { halted } = json.at(-1) as { halted: Record<string, unknown> };
    assert.equal(code, 4);
    assert.deepEqual([halted["reason"], halted["planned"]], ["first-sync", 40]);
    assert.equal(ground.sandbox.marketo.count(), 0);
  });

  test("an approval needs a preview", async () => {
    const { code, err } = await call("run", "--once", "--approve");
    assert.equal(code, 2);
    assert.match(err, /no plan to approve; run "preview" first/);
  });

  test("preview shows the plan and writes nothing", async () => {
    const { code, err, json } = await call("preview", "--json", "--limit", "2");
    assert.deepEqual([code, err], [0, ""]);
    const [plan] = json as { type: string; counts: { created: unknown }; sample: unknown[] }[];
    assert.equal(plan?.type, "preview");
    assert.deepEqual(plan.counts.created, { dynamics: 0, marketo: 40 });
    assert.equal(plan.sample.length, 2);
    assert.equal(ground.sandbox.marketo.count(), 0);
  });

  test("an approval is for that plan, not for another one", async () => {
    const { dynamics, salesUserId } = ground.sandbox;
    const id = dynamics.create("contact", { lastname: "Late" }, salesUserId);
    const { code } = await call("run", "--once", "--approve");
    assert.equal(code, 4);
    assert.equal(ground.sandbox.marketo.count(), 0);
    dynamics.remove("contact", id);
    await call("preview");
    const approved = await call("run", "--once", "--approve", "--json");
    assert.equal(approved.code, 0, approved.out.slice(-500));
    assert.equal(ground.sandbox.marketo.count(), 40);
  });

  test("a brake: 4, preview, approve", async () => {
    const { dynamics } = ground.sandbox;
    const ids = [...dynamics.rows("contact", ["contactid"])].map((row) => String(row["contactid"]));
    for (const id of ids.slice(0, 25)) dynamics.remove("contact", id);
    const halted = await call("run", "--once");
    assert.equal(halted.code, 4);
    assert.match(halted.out, /HALTED before any write: More records were deleted/);
    const preview = await call("preview");
    assert.match(preview.out, /waits for approval: .*planned 25, limit 20/);
    assert.equal((await call("run", "--once", "--approve")).code, 0);
    const flagged = [...ground.sandbox.marketo.persons()].filter((row) => row["crmIsDeleted"]);
    assert.equal(flagged.length, 25);
  });
});

describe("create-contact", () => {
  let ground: Ground;
  let words: string[];
  before(async () => {
    ground = await openGround({ contacts: 3, leads: 0, persons: 0 });
    words = ["create-contact", "--config", ground.config, "--state", ground.state(), "--json"];
  });
  after(() => ground.close());
  const create = (...more: string[]) => cli([...words, ...more], ground.env);
  const tell = (json: Record<string, unknown>[]) => {
    const { outcome, reason } = json[0] ?? {};
    return [outcome, reason];
  };

  test("created, then already linked", async () => {
    const { marketo, dynamics } = ground.sandbox;
    const id = marketo.create({ firstName: "Nia", lastName: "Born", email: "nia@contoso.com" });
    const first = await create("--email", "nia@contoso.com");
    assert.deepEqual([first.code, ...tell(first.json)], [0, "applied", "requested-by-command"]);
    const dynamicsId = String(first.json[0]?.["dynamicsId"]);
    assert.equal(dynamics.row("contact", dynamicsId)?.["lastname"], "Born");
    const second = await create("--person", String(id));
    assert.deepEqual([second.code, ...tell(second.json)], [0, "skipped", "already-linked"]);
    assert.equal(dynamics.count("contact"), 4);
  });

  test("with an owner", async () => {
    const { marketo, dynamics, salesUserId } = ground.sandbox;
    const id = marketo.create({ lastName: "Owned", email: "owned@contoso.com" });
    const { code, json } = await create("--person", String(id), "--owner", salesUserId);
    assert.equal(code, 0);
    const row = dynamics.row("contact", String(json[0]?.["dynamicsId"]));
    assert.equal(row?.["_ownerid_value"], salesUserId);
  });

  test("already in Dynamics by its e-mail address", async () => {
    const { marketo, dynamics, salesUserId } = ground.sandbox;
    const values = { lastname: "There", emailaddress1: "there@contoso.com" };
    dynamics.create("contact", values, salesUserId);
    const id = marketo.create({ lastName: "There", email: "there@contoso.com" });
    const { code, json } = await create("--person", String(id));
    assert.deepEqual([code, ...tell(json)], [0, "skipped", "already-in-dynamics"]);
  });

  test("not found, ambiguous, both or neither given", async () => {
    const { marketo } = ground.sandbox;
    for (const lastName of ["One", "Two"]) marketo.create({ lastName, email: "twin@contoso.com" });
    const CASES: readonly [string[], RegExp][] = [
      [["--person", "999999"], /^Marketo has no person with this id\.$/],
      [
        ["--email", "twin@contoso.com"],
        /^2 persons have this e-mail address; choose one by its id/,
      ],
      [[], /^Give either --person ID or --email ADDRESS\.$/],
      [["--person", "1", "--email", "a@b.c"], /^Give either/],
    ];
    for (const [more, message] of CASES) {
      const { code, json } = await create(...more);
      assert.equal(code, 2, JSON.stringify(json));
      assert.match(String(json[0]?.["message"]), message);
    }
  });

  test("refused by Dynamics: 5, with its message", async () => {
    const { marketo, dynamics } = ground.sandbox;
    const takeOut = dynamics.plugins.add(() => ({ refuse: "Not today." }));
    const id = marketo.create({ lastName: "Refused", email: "refused@contoso.com" });
    const { code, json } = await create("--person", String(id));
    takeOut();
    assert.deepEqual([code, ...tell(json)], [5, "refused", "refused-by-dynamics"]);
    assert.match((json[0]?.["error"] as { message: string }).message, /Not today\./);
  });
});

describe("the process", () => {
  test("Ctrl-C in the middle of a cycle loses nothing, and the next run goes on", async () => {
    const ground = await openGround({ contacts: 2000, leads: 0, persons: 0 });
    try {
      const { sandbox, config, env } = ground;
      sandbox.marketo.quirks.latencyMs = 300;
      const words = ["run", "--once", "--json", "--config", config, "--state", ground.state()];
      const child = spawnCli(words, env);
      const exit = ended(child);
      await until(() => sandbox.marketo.count() > 0);
      child.kill("SIGINT");
      const stopped = await exit;
      const written = sandbox.marketo.count();
      assert.deepEqual([stopped.code, stopped.err], [0, ""]);
      assert.ok(written > 0 && written < 2000, `${written} written`);
      sandbox.marketo.quirks.latencyMs = 0;
      const next = await cli(words, env);
      assert.equal(next.code, 0, next.err);
      const ids = [...sandbox.marketo.persons()].map((person) => person["crmRecordId"]);
      assert.deepEqual([ids.length, new Set(ids).size], [2000, 2000]);
    } finally {
      await ground.close();
    }
  });

  test("start --once shows a whole round and ends with 0", async () => {
    const words = ["start", "--once", "--contacts", "60", "--leads", "20", "--persons", "40"];
    const { code, out, err } = await cli(words);
    assert.equal(code, 0, err);
    for (const cycle of [1, 2, 3, 4]) assert.match(out, new RegExp(`Cycle ${cycle} of sandbox`));
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition())
    await once(process, "tick", { signal: AbortSignal.timeout(20) }).catch(() => undefined);
}
