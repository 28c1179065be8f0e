import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import { dynamicsToken, startStage, type Answer, type Stage } from "./support";

let stage: Stage;
let contact: string;
let person: number;
before(async () => {
  stage = await startStage();
});
beforeEach(() => {
  stage.sandbox.reset();
  stage.sandbox.clock.run();
  const [first] = stage.sandbox.dynamics.rows("contact");
  contact = String(first!["contactid"]);
  person = 1;
});
after(() => stage.sandbox.close());

const column = (name: string) => stage.sandbox.dynamics.row("contact", contact)?.[name];
const field = (name: string) => stage.sandbox.marketo.person(person)?.[name];
const errorOf = (answer: Answer) => (answer.body as { error: string }).error;

describe("the control endpoint refuses", () => {
  const bad: [string, string, unknown, number, RegExp][] = [
    ["GET", "/nowhere", undefined, 404, /^There is no \/nowhere; GET \/ lists what there is\.$/],
    ["DELETE", "/status", undefined, 405, /^Use GET for \/status\.$/],
    ["GET", "/hands/start", undefined, 405, /^Use POST for \/hands\/start\.$/],
    ["POST", "/clock/advance", "{", 400, /^The body is not valid JSON\.$/],
    ["POST", "/clock/advance", undefined, 400, /expected object/],
    ["POST", "/clock/advance", { ms: 0 }, 400, /^"ms": /],
    ["POST", "/clock/advance", { ms: 5, hours: 1 }, 400, /hours/],
    ["POST", "/clock/freeze", { at: "noon" }, 400, /^"at": /],
    ["POST", "/reset", { now: true }, 400, /now/],
    ["POST", "/faults", { server: "crm", action: { kind: "resetBefore" } }, 400, /^"server": /],
    [
      "POST",
      "/faults",
      { server: "marketo", path: "(", action: { kind: "resetBefore" } },
      400,
      /^"path": is not a valid regular expression$/,
    ],
    [
      "POST",
      "/faults",
      { server: "marketo", action: { kind: "explode" } },
      400,
      /^"action.kind": /,
    ],
    [
      "POST",
      "/faults/presets/meteor",
      {},
      404,
      /^There is no preset meteor; there are dynamics-429/,
    ],
    ["POST", "/faults/presets/marketo-606", { times: -1 }, 400, /^"times": /],
    ["DELETE", "/faults/77", undefined, 404, /^There is no fault 77/],
    ["GET", "/requests?after=x", undefined, 400, /^"after" must be a whole number, not "x"\.$/],
    [
      "POST",
      "/edits",
      { side: "marketo", op: "delete", id: 999 },
      400,
      /^There is no person 999\.$/,
    ],
    ["POST", "/edits", { side: "marketo", op: "explode" }, 400, /./],
    ["POST", "/hands/start", { perMinute: 0 }, 400, /^"perMinute": /],
    ["POST", "/hands/script", { steps: [] }, 400, /^"steps": /],
    [
      "POST",
      "/quirks",
      { gravity: 1 },
      400,
      /^There is no quirk "gravity"; there are .*emptyPages/,
    ],
    ["POST", "/quirks", { emptyPages: "two" }, 400, /^The quirk "emptyPages" takes a number\.$/],
    ["POST", "/identity/refusals", { code: 1 }, 400, /^"code": must be an AADSTS number/],
    ["POST", "/identity/apps/nobody", {}, 404, /^There is no app nobody/],
    ["POST", "/identity/devices", { userCode: "X", outcome: "approve" }, 400, /not waiting/],
    [
      "POST",
      "/dynamics/plugins",
      { table: "contact", column: "jobtitle", message: "No." },
      400,
      /^A rule needs a pattern or longerThan\.$/,
    ],
    [
      "POST",
      "/dynamics/plugins",
      { table: "contact", column: "shoe", pattern: "x", message: "No." },
      400,
      /^Table contact has no column shoe\.$/,
    ],
    ["POST", "/dynamics/privileges", { privilege: "write", depth: "none" }, 400, /^"privilege": /],
    ["POST", "/dynamics/users/0", { disabled: true }, 400, /has no user 0/],
    ["POST", "/marketo/fields/shoe", { blocked: "always" }, 400, /There is no person field shoe/],
    ["GET", "/records/dynamics/team", undefined, 404, /^There is no table team/],
    ["GET", "/records/marketo/999", undefined, 404, /^There is no person 999\.$/],
  ];
  for (const [method, path, body, status, sentence] of bad) {
    it(`${method} ${path} ${body === undefined ? "" : JSON.stringify(body)}`, async () => {
      const answer = await stage.control(method, path, body);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(errorOf(answer), sentence);
    });
  }

  it("a web page", async () => {
    const answer = await fetch(`${stage.sandbox.ready.control.url}/status`, {
      headers: { Origin: "https://evil.test" },
    });
    assert.equal(answer.status, 403);
  });
});

describe("the control endpoint", () => {
  it("tells how things stand", async () => {
    const status = await stage.done<Record<string, Record<string, unknown>>>("GET", "/status");
    const { dynamics, marketo } = status;
    assert.deepEqual(
      [dynamics!["contacts"], dynamics!["leads"], marketo!["persons"], dynamics!["salesUserId"]],
      [12, 6, 10, stage.sandbox.salesUserId],
    );
    assert.doesNotMatch(
      JSON.stringify(status),
      new RegExp(stage.sandbox.ready.dynamics.clientSecret),
    );
  });

  it("lists all its calls, and the README describes each of them", async () => {
    const readme = await readFile("src/sandbox/README.md", "utf8");
    const calls = await stage.done<string[]>("GET", "/");
    const missing = calls.filter((call) => {
      const [method, path] = call.split(" ");
      const described = new RegExp(`${method} ${path!.replace(/:\w+/g, "<[^`]+>")}[\`?]`);
      return !described.test(readme);
    });
    assert.deepEqual(missing, []);
  });

  it("moves the clock for all that age by it", async () => {
    await stage.done("POST", "/clock/freeze", { at: "2027-01-31T10:00:00Z" });
    await stage.done("POST", "/clock/advance", { ms: 90_000 });
    const frozen = await stage.done("GET", "/clock");
    assert.deepEqual(frozen, { now: "2027-01-31T10:01:30.000Z", frozen: true });
    await stage.done("POST", "/edits", {
      side: "dynamics",
      op: "update",
      table: "contact",
      id: contact,
      values: { jobtitle: "Boss" },
    });
    assert.equal(column("modifiedon"), "2027-01-31T10:01:30Z");
    assert.deepEqual((await stage.done<{ frozen: boolean }>("POST", "/clock/run")).frozen, false);
  });

  it("makes edits by other hands on both sides", async () => {
    const dynamics = { side: "dynamics", table: "contact" };
    const steps = [
      { ...dynamics, op: "update", id: contact, values: { jobtitle: "Boss" } },
      { ...dynamics, op: "create", values: { lastname: "Ek", emailaddress1: "ek@web.test" } },
      { side: "marketo", op: "update", id: person, values: { title: "Chief" } },
      { side: "marketo", op: "score", id: person, delta: 5 },
      { side: "marketo", op: "merge", id: person, losers: [2] },
      { side: "marketo", op: "update", id: 2, values: { title: "gone" } },
    ];
    const before = Number(field("leadScore") ?? 0);
    const { results } = await stage.done<{
      results: { ok: boolean; id?: string; error?: string }[];
    }>("POST", "/hands/script", { steps });
    const made = stage.sandbox.dynamics.row("contact", results[1]!.id!);
    assert.deepEqual(
      {
        outcomes: results.map((result) => result.ok),
        error: results[5]!.error,
        title: column("jobtitle"),
        by: column("_modifiedby_value"),
        email: made?.["emailaddress1"],
        owner: made?.["_createdby_value"],
        chief: field("title"),
        score: field("leadScore"),
        persons: stage.sandbox.marketo.count(),
      },
      {
        outcomes: [true, true, true, true, true, false],
        error: "There is no person 2.",
        title: "Boss",
        by: stage.sandbox.salesUserId,
        email: "ek@web.test",
        owner: stage.sandbox.salesUserId,
        chief: "Chief",
        score: before + 5,
        persons: 9,
      },
    );
  });

  it("keeps hands busy at a rate of the sandbox's clock", async () => {
    await stage.done("POST", "/clock/freeze");
    await stage.done("POST", "/hands/start", { perMinute: 30 });
    await stage.done("POST", "/clock/advance", { ms: 60_000 });
    const busy = await stage.done<{ running: boolean; edits: number }>("POST", "/hands/stop");
    assert.equal(busy.running, false);
    assert.ok(busy.edits >= 25 && busy.edits <= 45, `${busy.edits} edits`);
  });

  it("shows records, page by page and by value", async () => {
    const rows = await stage.done<Record<string, unknown>[]>(
      "GET",
      "/records/dynamics/contact?top=2&skip=3",
    );
    const all = [...stage.sandbox.dynamics.rows("contact")];
    assert.deepEqual(rows, all.slice(3, 5));
    const one = await stage.done("GET", `/records/dynamics/contact/${contact.toUpperCase()}`);
    assert.deepEqual(one, all[0]);
    const email = String(field("email")).toUpperCase();
    const persons = await stage.done<unknown[]>(
      "GET",
      `/records/marketo?email=${encodeURIComponent(email)}`,
    );
    assert.deepEqual(persons, [stage.sandbox.marketo.person(person)]);
    assert.deepEqual(await stage.done("GET", `/records/marketo/${person}`), persons[0]);
  });

  it("tells what was called, without secrets", async () => {
    await stage.dynamics("GET", "WhoAmI()");
    const first = await stage.done<{ sequence: number; server: string }[]>("GET", "/requests");
    await stage.marketo("GET", "/rest/v1/leads/describe.json");
    const later = await stage.done<{ server: string; operation: string; headers: object }[]>(
      "GET",
      `/requests?after=${first.at(-1)!.sequence}&server=marketo`,
    );
    assert.deepEqual(
      later.map((entry) => entry.operation),
      ["GET /identity/oauth/token", "GET /rest/v1/leads/describe.json"],
    );
    const { dynamics, marketo } = stage.sandbox.ready;
    const log = JSON.stringify(await stage.done("GET", "/requests"));
    for (const secret of [dynamics.clientSecret, marketo.clientSecret]) {
      assert.ok(!log.includes(secret));
    }
    const counts = await stage.done<Record<string, number>>("GET", "/counts");
    assert.equal(counts["marketo GET /rest/v1/leads/describe.json"], 1);
    await stage.done("DELETE", "/requests");
    assert.deepEqual(await stage.done("GET", "/counts"), {});
  });

  it("puts everything back", async () => {
    const before = {
      contacts: [...stage.sandbox.dynamics.rows("contact")],
      persons: [...stage.sandbox.marketo.persons()],
    };
    await stage.done("POST", "/hands/improvise", { acts: 30 });
    await stage.done("POST", "/faults/presets/dynamics-502", { times: 9 });
    await stage.done("POST", "/quirks", { emptyPages: 3 });
    await stage.done("POST", "/identity/refusals", { code: 53003 });
    await stage.done("POST", "/dynamics/plugins", {
      table: "contact",
      column: "jobtitle",
      pattern: ".",
      message: "No.",
    });
    await stage.done("POST", "/reset");
    const stamps = new Set(["versionnumber"]);
    const bare = (rows: Iterable<Record<string, unknown>>) =>
      [...rows].map((row) =>
        Object.fromEntries(Object.entries(row).filter(([name]) => !stamps.has(name))),
      );
    assert.deepEqual(bare(stage.sandbox.dynamics.rows("contact")), bare(before.contacts));
    assert.deepEqual([...stage.sandbox.marketo.persons()], before.persons);
    assert.deepEqual(
      {
        faults: await stage.done("GET", "/faults"),
        plugins: await stage.done("GET", "/dynamics/plugins"),
        emptyPages: stage.sandbox.marketo.quirks.emptyPages,
        signIn: (await dynamicsToken(stage.sandbox)).status,
        whoAmI: (await stage.dynamics("GET", "WhoAmI()")).status,
      },
      { faults: [], plugins: [], emptyPages: 0, signIn: 200, whoAmI: 200 },
    );
  });
});
