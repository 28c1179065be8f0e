import assert from "node:assert/strict";
import { test } from "node:test";
import { statusLines } from "../../src/cli/output";
import type { ConnectorSet } from "../../src/engine/connect";
import { statusOf } from "../../src/engine/status";
import { CallError } from "../../src/model/failure";
import type { BacklogStatus } from "../../src/protocol/engine";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

const HOUR_MS = 3_600_000;

/** One record type's backlog: creates and updates as [Dynamics, Marketo]. */
function shortOf({ waiting: { creates, updates }, failed, questions, oldest }: BacklogStatus) {
  return {
    creates: [creates.dynamics, creates.marketo],
    updates: [updates.dynamics, updates.marketo],
    failed,
    questions,
    oldest,
  };
}

function status({ state, clock }: SandboxPair, recordType: "contact" | "lead" = "contact") {
  const { backlog, ...rest } = statusOf("sandbox", state, clock.now());
  const own = backlog.find((entry) => entry.recordType === recordType)!;
  return { ...shortOf(own), lastHour: own.lastHour, drainMs: rest.drainMs, all: rest.lastHour };
}

const NOTHING = { creates: [0, 0], updates: [0, 0], failed: 0, questions: 0, oldest: null };

function contact({ sandbox }: SandboxPair, values: Record<string, unknown>): string {
  return sandbox.dynamics.create("contact", values as { lastname: string }, sandbox.salesUserId);
}

test("B-90: a halted plan waits with its creates and updates by side, and since when", async () => {
  const pair = await openSandboxPair({
    configure: (config) => {
      config.environment = "test";
    },
  });
  try {
    const since = new Date(pair.clock.now()).toISOString().replace(/\.\d+Z/, ".000Z");
    contact(pair, { lastname: "Ann", emailaddress1: "ann@web.test" });
    pair.clock.advance(60_000);
    contact(pair, { lastname: "Bob" });
    const lead = { lastname: "Lee", subject: "Wants one" };
    pair.sandbox.dynamics.create("lead", lead, pair.sandbox.salesUserId);
    // A person whose address the contact has: an update on both sides instead of a create.
    pair.sandbox.marketo.create({ email: "ann@web.test", phone: "1" });
    assert.equal((await pair.run()).halted?.reason, "first-sync");
    const { lastHour, drainMs, all, ...waiting } = status(pair);
    assert.deepEqual(waiting, {
      creates: [0, 1],
      updates: [1, 1],
      failed: 0,
      questions: 0,
      oldest: since,
    });
    assert.deepEqual([lastHour, drainMs, all], [0, null, 0], "no speed is known yet");
    assert.deepEqual(status(pair, "lead").creates, [0, 1]);

    const { planHash } = await pair.preview();
    await pair.run({ approved: planHash });
    const after = status(pair);
    assert.deepEqual(after, { ...NOTHING, lastHour: 0, drainMs: 0, all: 0 });
  } finally {
    await pair.close();
  }
});

test("B-90: what a cycle that broke off had still to write waits, with the time that it will take", async () => {
  let writes = 0;
  const failing = new Set([2, 4]);
  const pair = await openSandboxPair({
    sandbox: { contacts: 400 },
    wrap: (connectors: ConnectorSet) => {
      const { write } = connectors.marketo;
      connectors.marketo.write = (records, options) => {
        if (!failing.has(++writes)) {
          pair.clock.advance(10_000);
          return write(records, options);
        }
        const failure = { class: "quota", code: "607", message: "Daily quota reached" } as const;
        return Promise.reject(new CallError(failure));
      };
      return connectors;
    },
  });
  try {
    assert.equal((await pair.run()).error?.code, "607");
    const { creates, updates, oldest, drainMs } = status(pair);
    assert.deepEqual(
      [creates, updates],
      [
        [0, 100],
        [0, 0],
      ],
    );
    assert.ok(oldest !== null && oldest < new Date(pair.clock.now()).toISOString());
    assert.equal(drainMs, null, "a cycle that broke off tells no speed");
    pair.clock.advance(300_000);
    assert.equal((await pair.run()).error, null);
    assert.deepEqual(status(pair).creates, [0, 0]);
    assert.equal(status(pair).oldest, null);

    // The last cycle wrote 100 records in 10 seconds; ten wait.
    const { dynamics, salesUserId } = pair.sandbox;
    for (const { dynamicsId } of [...pair.state.links("contact")].flat().slice(0, 10)) {
      dynamics.edit("contact", dynamicsId, { jobtitle: "Ten" }, salesUserId);
    }
    pair.clock.advance(300_000);
    assert.equal((await pair.run()).error?.code, "607");
    assert.deepEqual([status(pair).updates, status(pair).drainMs], [[0, 10], 1000]);
    assert.match(
      statusLines(statusOf("sandbox", pair.state, pair.clock.now())).join(),
      /about 1 s of work/,
    );
  } finally {
    await pair.close();
  }
});

test("B-90: refused records wait, questions are counted apart; B-91: the last full hour by type", async () => {
  const pair = await openSandboxPair();
  try {
    pair.clock.advance(HOUR_MS - (pair.clock.now() % HOUR_MS));
    const ann = contact(pair, { lastname: "Ann", emailaddress1: "ann@web.test" });
    const lead = { lastname: "Lee", subject: "Wants one" };
    pair.sandbox.dynamics.create("lead", lead, pair.sandbox.salesUserId);
    await pair.run();
    const { personId } = [...pair.state.links("contact")].flat()[0]!;
    assert.deepEqual([status(pair).lastHour, status(pair).all], [0, 0], "the hour is not over");
    pair.clock.advance(HOUR_MS);
    assert.deepEqual([status(pair).lastHour, status(pair, "lead").lastHour], [1, 1]);
    assert.equal(status(pair).all, 2);

    // Longer than the column: refused for Dynamics. Two persons with one address: a question.
    pair.sandbox.marketo.edit(personId, { title: "x".repeat(101) });
    pair.sandbox.marketo.create({ email: "two@web.test", lastName: "Two" });
    pair.sandbox.marketo.create({ email: "two@web.test", lastName: "Too" });
    contact(pair, { lastname: "Two", emailaddress1: "two@web.test" });
    const refusedAt = new Date(pair.clock.now()).toISOString();
    await pair.run();
    assert.deepEqual(status(pair), {
      creates: [0, 0],
      updates: [1, 0],
      failed: 1,
      questions: 1,
      oldest: refusedAt,
      lastHour: 1,
      drainMs: 0,
      all: 2,
    });
    const lines = statusLines(statusOf("sandbox", pair.state, pair.clock.now()));
    assert.match(lines[0]!, /0 failed, 1 refused, 1 questions$/);
    const row = lines.find((line) => line.startsWith("  contact"))!;
    assert.match(row, /contact +1 +0 \/ 0 +0 \/ 1 +1 +1 +\d{4}-/);
    assert.equal(pair.sandbox.dynamics.row("contact", ann)!["jobtitle"], null);
    pair.clock.advance(HOUR_MS);
    assert.deepEqual(
      [status(pair).lastHour, status(pair).all],
      [0, 0],
      "an hour later it is not the last one",
    );
  } finally {
    await pair.close();
  }
});

test("B-90: requests that are too many for real time wait as creates in Dynamics until a cycle takes them", async () => {
  const pair = await openSandboxPair({
    configure: ({ marketo }) => {
      marketo.request = { listId: 1001, pollSeconds: 30, syncAs: "lead" };
    },
  });
  try {
    const list = pair.sandbox.marketo.createList("Sync to CRM");
    await pair.run();
    const asking = Array.from({ length: 101 }, (_, at) =>
      pair.sandbox.marketo.create({ email: `p${at}@web.test`, lastName: `P${at}`, company: "Web" }),
    );
    pair.sandbox.marketo.addToList(list, asking);
    const since = new Date(pair.clock.now()).toISOString();
    assert.equal((await pair.engine.pollRequests())?.left, 101);
    assert.deepEqual(status(pair, "lead").creates, [101, 0]);
    assert.deepEqual([status(pair, "lead").oldest, status(pair).oldest], [since, null]);
    pair.clock.advance(300_000);
    await pair.run();
    const { creates, oldest } = status(pair, "lead");
    assert.deepEqual([creates, oldest], [[0, 0], null]);
  } finally {
    await pair.close();
  }
});
