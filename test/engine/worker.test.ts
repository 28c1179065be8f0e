import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { secretVariable, type PairConfig } from "../../src/config/pairFile";
import { parsePairFile } from "../../src/config/parse";
import { createSignIns, type SignIns } from "../../src/engine/signIns";
import { EngineClient } from "../../src/host/engine/client";
import { PLAIN_NETWORK } from "../../src/model/network";
import type { HostEvent } from "../../src/protocol/engine";
import { RpcError } from "../../src/protocol/rpc";
import { pairFileText } from "../../src/sandbox/pairFile";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox";
import { bundleForTest } from "../support/bundle";

const PAIR = "sandbox";
const EMAIL = "ek@web.test";

let script: string;
let sandbox: Sandbox;
let folder: string;
let config: PairConfig;
let signIns: SignIns;
let person: number;
let refusesToken: { code: string } | null = null;
const engines: EngineClient[] = [];
const events: HostEvent[] = [];
const lines: string[] = [];

before(async () => {
  script = bundleForTest("src/engine/worker.ts", "worker.js");
  sandbox = await startSandbox({ contacts: 5, leads: 2, persons: 3, limits: "off" });
  person = sandbox.marketo.create({ email: EMAIL, firstName: "Eva", lastName: "Ek" });
  const parsed = parsePairFile(pairFileText(sandbox.ready, sandbox.recordTypes));
  assert.ok(parsed.ok);
  config = parsed.file.pairs[0]!;
  config.marketo.request = {
    listId: sandbox.marketo.createList("Ask"),
    pollSeconds: 600,
    syncAs: "contact",
  };
  folder = mkdtempSync(join(tmpdir(), "contact-sync-worker-"));
  signIns = createSignIns(
    () => undefined,
    () => PLAIN_NETWORK,
  );
});
after(async () => {
  for (const engine of engines) await engine.stop();
  signIns.close();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An engine in a thread of its own; secrets and tokens stay on this side, as in the editor. */
function startEngine(): EngineClient {
  const kept = new Map<string, string>();
  const tokens = signIns.tokens(config, {
    secret: (side) => Promise.resolve(sandbox.ready.env[secretVariable(PAIR, side)] ?? ""),
    store: {
      get: async (key) => kept.get(key),
      set: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.delete(key),
    },
    certificate: () => Promise.reject(new Error("No certificate is used here.")),
    onDeviceCode: () => undefined,
    openBrowser: () => Promise.reject(new Error("No browser is used here.")),
  });
  const engine = new EngineClient({
    script,
    network: () => Promise.resolve(PLAIN_NETWORK),
    token: ({ side, forceRefresh }) => {
      if (!refusesToken) return tokens[side].token({ forceRefresh });
      return Promise.reject(new RpcError({ ...refusesToken, message: "Sign in again." }));
    },
    log: (_level, message) => lines.push(message),
  });
  engine.events.listen((event) => events.push(event));
  engines.push(engine);
  return engine;
}

async function failureOf(request: Promise<unknown>): Promise<string> {
  const error = await request.then(
    () => assert.fail("It went well."),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RpcError);
  return `${error.code}: ${error.message}`;
}

describe("the engine's thread answers what the host asks", () => {
  let engine: EngineClient;
  const ask: EngineClient["request"] = (type, params) => engine.request(type, params);
  before(() => {
    engine = startEngine();
  });

  test("a pair that is not open is a wrong argument, in each request", async () => {
    const closed = 'CS-ARGUMENT: The pair "sandbox" is not open.';
    assert.equal(await failureOf(ask("status", { pair: PAIR })), closed);
    assert.equal(await failureOf(ask("runCycle", { pair: PAIR, approved: null })), closed);
    assert.equal(await failureOf(ask("pause", { pair: PAIR })), closed);
    assert.match(
      await failureOf(ask("open", { config: { id: 1 }, stateFolder: folder, owner: "x" })),
      /^CS-UNEXPECTED: /,
    );
  });

  test("open, run, and everything that can be read", async () => {
    const opened = await ask("open", { config, stateFolder: folder, owner: "one" });
    assert.deepEqual(opened, { kind: "writer" });
    const preview = await ask("preview", { pair: PAIR, sampleSize: 2 });
    assert.deepEqual([preview.pair, preview.sample.length], [PAIR, 2]);
    const summary = await ask("runCycle", { pair: PAIR, approved: null });
    assert.deepEqual([summary.error, summary.cycle], [null, 1]);
    const types = new Set(events.map(({ type }) => type));
    assert.ok(["started", "progress", "logged", "ended"].every((type) => types.has(type as never)));
    assert.ok(
      lines.some((line) => /^GET .*\/contacts\?.* 200 \d+ ms/.test(line)),
      lines[0],
    );

    const status = await ask("status", { pair: PAIR });
    assert.deepEqual([status.pair, status.writer?.self, status.lastCycle?.cycle], [PAIR, true, 1]);
    assert.deepEqual(await ask("cycles", { pair: PAIR, limit: 5 }), [summary]);
    const count = await ask("countActivities", { pair: PAIR, filter: {} });
    const rows = await ask("activities", { pair: PAIR, filter: {}, offset: 1, limit: 2 });
    assert.deepEqual([rows.length, rows[0]!.id], [2, count - 1]);
    const failed = await ask("failed", { pair: PAIR, limit: 50 });
    assert.equal(failed.length, status.failed + status.refused + status.conflicted);
    const schema = await ask("describe", { pair: PAIR, refresh: true });
    assert.ok(schema.maps.contact!.some(({ column }) => column === "jobtitle"));
    const owners = await ask("owners", { pair: PAIR });
    assert.ok(owners.some(({ id }) => id === `systemuser:${sandbox.salesUserId}`));
    assert.deepEqual(
      (await ask("validate", { pair: PAIR })).filter(({ state }) => state === "red"),
      [],
    );
  });

  test("a person is found, previewed and created; the record's field is explained", async () => {
    const found = await ask("searchPersons", { pair: PAIR, email: EMAIL });
    assert.deepEqual(
      found.map(({ id, linkedTo }) => [id, linkedTo]),
      [[person, null]],
    );
    const request = { personId: person };
    const { change } = await ask("previewCreate", { pair: PAIR, request });
    assert.deepEqual([change.action, change.to], ["create", "dynamics"]);
    assert.equal(sandbox.dynamics.count("contact"), 5, "a preview writes nothing");
    const { activity, dynamicsId } = await ask("createContact", { pair: PAIR, request });
    assert.deepEqual([activity.outcome, activity.reason], ["applied", "requested-by-command"]);
    const record = { recordType: "contact", dynamicsId: dynamicsId!, field: "lastname" } as const;
    assert.deepEqual(await ask("currentValue", { pair: PAIR, ...record }), {
      dynamics: "Ek",
      marketo: "Ek",
    });
    const { field, next, history } = await ask("explain", { pair: PAIR, ...record });
    assert.deepEqual([field, next.action, history.length], ["lastName", "nothing", 1]);
  });

  test("questions are told and answered; delays are cleared", async () => {
    sandbox.marketo.create({ email: "two@web.test", lastName: "Two" });
    const [second] = [sandbox.marketo.create({ email: "two@web.test", lastName: "Two" })];
    const values = { lastname: "Two", emailaddress1: "two@web.test" };
    const contact = sandbox.dynamics.create("contact", values, sandbox.salesUserId);
    await ask("runCycle", { pair: PAIR, approved: null });
    const [question] = (await ask("questions", { pair: PAIR })).filter(
      ({ dynamicsId }) => dynamicsId === contact,
    );
    assert.equal(question?.kind, "ambiguous");
    const answer = {
      recordType: "contact",
      dynamicsId: contact,
      answer: { kind: "match", personId: second! },
      by: "Ada",
      because: "I know her.",
    } as const;
    const told = await ask("answer", { pair: PAIR, ...answer });
    assert.match(told.error?.message ?? "", /^Ada answered: .* Reason given: I know her\.$/);
    assert.equal(await ask("retryFailed", { pair: PAIR, code: "CS-NOBODY" }), 0);
    await ask("runCycle", { pair: PAIR, approved: null });
    assert.equal(sandbox.marketo.person(second!)!["crmRecordId"], contact);
    assert.equal(
      await failureOf(ask("answer", { pair: PAIR, ...answer })),
      `CS-ARGUMENT: Nothing is asked about contact ${contact}.`,
    );
  });

  test("requests are looked for when asked; pause, resume and cancel are taken", async () => {
    assert.deepEqual(await ask("pollRequests", { pair: PAIR }), {
      created: 0,
      there: 0,
      refused: 0,
      later: 0,
      left: 0,
    });
    assert.equal(await ask("pause", { pair: PAIR }), null);
    assert.equal(await ask("resume", { pair: PAIR }), null);
    const running = ask("runCycle", { pair: PAIR, approved: null });
    assert.equal(await ask("cancelCycle", { pair: PAIR }), null);
    const { error } = await running;
    assert.ok(error === null || error.class === "canceled", error?.code);
    assert.equal((await ask("runCycle", { pair: PAIR, approved: null })).error, null);
  });

  test("what the host says of a sign-in stays one", async () => {
    sandbox.dynamics.edit(
      "contact",
      [...sandbox.dynamics.rows("contact")][0]!["contactid"] as string,
      { jobtitle: "New" },
      sandbox.salesUserId,
    );
    await ask("close", { pair: PAIR });
    refusesToken = { code: "SIGN-IN CS-SECRET-MISSING" };
    try {
      await ask("open", { config, stateFolder: folder, owner: "one" });
      const { error } = await ask("runCycle", { pair: PAIR, approved: null });
      assert.deepEqual([error?.class, error?.message], ["signIn", "Sign in again."]);
    } finally {
      refusesToken = null;
    }
    assert.equal((await ask("runCycle", { pair: PAIR, approved: null })).error, null);
  });

  test("a second engine looks on, may not write, and takes over when the first has closed", async () => {
    const other = startEngine();
    const opened = await other.request("open", { config, stateFolder: folder, owner: "two" });
    assert.equal(opened.kind, "reader");
    const { writer } = await other.request("status", { pair: PAIR });
    assert.deepEqual(writer, { self: false, owner: "one" });
    assert.match(
      await failureOf(other.request("runCycle", { pair: PAIR, approved: null })),
      /^CS-STATE-IN-USE: sandbox is run by one;/,
    );
    const looked = await other.request("takeOver", { pair: PAIR });
    assert.deepEqual(looked, opened, "nothing has happened");
    assert.equal((await ask("runCycle", { pair: PAIR, approved: null })).error, null);
    const news = await other.request("takeOver", { pair: PAIR });
    assert.ok(looked.kind === "reader" && news.kind === "reader" && news.version > looked.version);
    await ask("close", { pair: PAIR });
    assert.equal((await other.request("takeOver", { pair: PAIR })).kind, "writer");
    assert.equal((await other.request("runCycle", { pair: PAIR, approved: null })).error, null);
  });
});
