import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { PairConfig } from "../../src/config/pairFile";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

type Request = NonNullable<PairConfig["marketo"]["request"]>;

const BY_FIELD: Partial<Request> = { field: "syncToDynamics" };

let pair: SandboxPair;
let listId = 0;

afterEach(() => pair.close());

/** A pair whose first sync is through; requests come by a list unless `request` says otherwise. */
async function open(
  request: Partial<Request> = {},
  change: (config: PairConfig) => void = () => undefined,
): Promise<void> {
  pair = await openSandboxPair({
    configure: (config) => {
      config.marketo.request = {
        ...(request.field === undefined && { listId: 1001 }),
        pollSeconds: 30,
        syncAs: "contact",
        ...request,
      };
      change(config);
    },
  });
  listId = pair.sandbox.marketo.createList("Sync to CRM");
  assert.equal(listId, 1001);
  assert.equal((await pair.run()).error, null);
}

function person(values: Record<string, unknown>): number {
  return pair.sandbox.marketo.create(values);
}

function ask(...ids: number[]): void {
  if (pair.config.marketo.request?.field) ids.forEach((id) => pair.sandbox.marketo.setRequest(id));
  else pair.sandbox.marketo.addToList(listId, ids);
  pair.clock.advance(2_000);
}

/** The same person asks again: a field has to be set anew, a member has to be added anew. */
const rows = (table = "contact") => [...pair.sandbox.dynamics.rows(table)];
const told = () =>
  pair.activities().map(({ personId, outcome, reason }) => [personId, outcome, reason]);
const requestsLeft = (id: number) =>
  pair.config.marketo.request?.field
    ? pair.sandbox.marketo.person(id)?.["syncToDynamics"] === true
    : pair.sandbox.marketo.activities(id).filter((row) => row["activityTypeId"] === 24).length >
      pair.sandbox.marketo.activities(id).filter((row) => row["activityTypeId"] === 25).length;

const TALLY = { created: 0, there: 0, refused: 0, later: 0, left: 0 };

for (const [name, request] of [
  ["a list", {}],
  ["a field", BY_FIELD],
] as const) {
  describe(`Sync Person to Microsoft, asked by ${name} (R4)`, () => {
    it("B-12, real time: creates the contact within one poll, links it, marks the person and takes the request back", async () => {
      await open(request);
      const id = person({ email: "ek@web.test", firstName: "Eva", lastName: "Ek" });
      ask(id);
      assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, created: 1 });
      const [row] = rows();
      assert.deepEqual(
        [row?.["lastname"], row?.["emailaddress1"], rows().length],
        ["Ek", "ek@web.test", 1],
      );
      assert.equal(pair.sandbox.marketo.person(id)?.["crmRecordId"], row?.["contactid"]);
      assert.equal(requestsLeft(id), false);
      assert.deepEqual(told(), [[id, "applied", "requested-by-marketo"]]);
      pair.clock.advance(60_000);
      const cycle = await pair.run();
      assert.deepEqual([cycle.error, cycle.counts.created], [null, { dynamics: 0, marketo: 0 }]);
      assert.equal(pair.sandbox.marketo.count(), 1);
    });

    it("costs one call to Marketo and none to Dynamics when nothing is asked", async () => {
      await open(request);
      await pair.engine.pollRequests();
      pair.clock.advance(30_000);
      pair.sandbox.log.reset();
      await pair.engine.pollRequests();
      assert.deepEqual(
        [pair.sandbox.log.total("marketo"), pair.sandbox.log.total("dynamics")],
        [1, 0],
      );
    });

    it("B-15: does nothing for a person that is there already, and the log says so", async () => {
      await open(request);
      const id = person({ email: "ek@web.test", lastName: "Ek" });
      ask(id);
      await pair.engine.pollRequests();
      ask(id);
      pair.clock.advance(30_000);
      assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, there: 1 });
      assert.equal(rows().length, 1);
      assert.equal(requestsLeft(id), false);
      assert.deepEqual(told().at(-1), [id, "skipped", "already-linked"]);
      pair.clock.advance(30_000);
      assert.deepEqual(await pair.engine.pollRequests(), TALLY);
    });

    it("logs a refusal once, takes the request back, and tries again when the person changes", async () => {
      await open(request);
      const bad = "x".repeat(101);
      const id = person({ email: "ek@web.test", lastName: "Ek", title: bad });
      ask(id);
      assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, refused: 1 });
      assert.equal(requestsLeft(id), false);
      pair.clock.advance(300_000);
      await pair.run();
      assert.deepEqual(told(), [[id, "refused", "does-not-fit"]]);
      assert.deepEqual(
        pair.state
          .failed()
          .map(({ dynamicsId, personId, attempts }) => [dynamicsId, personId, attempts]),
        [[null, id, 1]],
      );
      pair.sandbox.marketo.edit(id, { title: "Buyer" });
      pair.clock.advance(300_000);
      await pair.run();
      assert.deepEqual(told().at(-1), [id, "applied", "requested-by-marketo"]);
      assert.deepEqual([rows().length, pair.state.failed()], [1, []]);
    });

    it("tries a refused person again when it asks anew", async () => {
      await open(request);
      let isClosed = true;
      pair.sandbox.dynamics.plugins.add(() => (isClosed ? { refuse: "Closed." } : undefined));
      const id = person({ email: "ek@web.test", lastName: "Ek" });
      ask(id);
      assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, refused: 1 });
      isClosed = false;
      pair.clock.advance(30_000);
      ask(id);
      assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, created: 1 });
      assert.equal(pair.state.failed().length, 0);
    });

    it("carries out a request whose person was merged into another one before the look", async () => {
      await open(request);
      const stays = person({ email: "ek@web.test", lastName: "Ek" });
      // The survivor's own creation is no news any more, after a restart neither.
      for (let look = 0; look < 3; look++) {
        await pair.engine.pollRequests();
        pair.clock.advance(1_200_000);
      }
      const goes = person({ email: "eva@web.test", firstName: "Eva", lastName: "Ek" });
      ask(goes);
      pair.sandbox.marketo.merge(stays, [goes]);
      pair.clock.advance(300_000);
      await pair.run();
      await pair.restart();
      await pair.engine.pollRequests();
      assert.deepEqual(told(), [[stays, "applied", "requested-by-marketo"]]);
      assert.equal(pair.sandbox.marketo.person(stays)?.["crmRecordId"], rows()[0]?.["contactid"]);
      pair.clock.advance(300_000);
      assert.deepEqual((await pair.run()).counts.created, { dynamics: 0, marketo: 0 });
      assert.deepEqual(await pair.engine.pollRequests(), TALLY);
      assert.deepEqual([rows().length, requestsLeft(stays)], [1, false]);
    });

    for (const [isThere, what] of [
      [false, "tries a refused request again for the person into whom its own one was merged"],
      [true, "forgets a refused request when its person was merged into one that has a record"],
    ] as const) {
      it(what, async () => {
        await open(request);
        const stays = person({ email: "ek@web.test", lastName: "Ek" });
        if (isThere) {
          ask(stays);
          await pair.engine.pollRequests();
        }
        let isClosed = true;
        pair.sandbox.dynamics.plugins.add(() => (isClosed ? { refuse: "Closed." } : undefined));
        const goes = person({ email: "eva@web.test", lastName: "Ek" });
        ask(goes);
        assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, refused: 1 });
        isClosed = false;
        pair.sandbox.marketo.merge(stays, [goes]);
        pair.clock.advance(300_000);
        assert.equal((await pair.run()).error, null);
        const created = told().filter(([, , reason]) => reason === "requested-by-marketo");
        assert.deepEqual(created, [[stays, "applied", "requested-by-marketo"]]);
        assert.deepEqual([rows().length, pair.state.failed()], [1, []]);
      });
    }

    it("B-12, a batch: leaves more than 100 requests to the ordinary cycle, which works them off in chunks", async () => {
      await open(request);
      const ids = Array.from({ length: 650 }, (_, n) =>
        person({ email: `p${n}@web.test`, lastName: `P${n}` }),
      );
      ask(...ids);
      const tally = await pair.engine.pollRequests();
      assert.deepEqual([tally?.created, rows().length], [0, 0]);
      pair.sandbox.log.reset();
      const cycle = await pair.run();
      assert.deepEqual([cycle.error, cycle.counts.created.dynamics], [null, 650]);
      assert.equal(rows().length, 650);
      assert.equal(pair.state.countLinks("contact"), 650);
      assert.ok(cycle.calls.marketo < 30, `${cycle.calls.marketo} calls to Marketo`);
      assert.deepEqual(ids.filter(requestsLeft), []);
      pair.clock.advance(300_000);
      assert.deepEqual((await pair.run()).counts.created, { dynamics: 0, marketo: 0 });
    });
  });
}

describe("Sync As, Assign To and accidents", () => {
  it("B-13: Sync As lead, Assign To: creates a lead for the owner that the pair names", async () => {
    const probe = await openSandboxPair();
    const owner = probe.sandbox.salesUserId;
    await probe.close();
    await open({ syncAs: "lead", assignTo: owner });
    ask(person({ email: "ek@web.test", lastName: "Ek", company: "Ek AB" }));
    await pair.engine.pollRequests();
    assert.deepEqual([rows("lead")[0]?.["_ownerid_value"], rows("contact").length], [owner, 0]);
  });

  for (const [fallback, outcome, reasons] of [
    ["none", "created", ["requested-by-marketo", "owner-fallback"]],
    ["keep", "refused", ["refused-by-dynamics"]],
  ] as const) {
    it(`a disabled owner with the policy ${fallback}: ${outcome}`, async () => {
      await open({ assignTo: "5a1e0000-0000-4000-8000-00000000dead" }, (config) => {
        config.policies.ownerFallback = fallback;
      });
      const id = person({ email: "ek@web.test", lastName: "Ek" });
      ask(id);
      const tally = await pair.engine.pollRequests();
      assert.equal(tally?.[outcome], 1);
      assert.deepEqual(
        pair.activities().map(({ reason }) => reason),
        reasons,
      );
    });
  }

  it("a disabled owner with another one named for such records: that one owns it, and the log says so", async () => {
    const probe = await openSandboxPair();
    const owner = probe.sandbox.salesUserId;
    await probe.close();
    await open({ assignTo: "5a1e0000-0000-4000-8000-00000000dead" }, (config) => {
      config.policies.ownerFallback = owner;
    });
    ask(person({ email: "ek@web.test", lastName: "Ek" }));
    assert.equal((await pair.engine.pollRequests())?.created, 1);
    assert.deepEqual(
      [rows()[0]?.["_ownerid_value"], pair.activities().map(({ reason }) => reason)],
      [owner, ["requested-by-marketo", "owner-fallback"]],
    );
  });

  it("B-15: a person that is a contact already is not made a lead, linked or not", async () => {
    await open({ syncAs: "lead" });
    const { dynamics, salesUserId } = pair.sandbox;
    const linked = person({ email: "ek@web.test", lastName: "Ek" });
    const row = { lastname: "Ek", emailaddress1: "ek@web.test" };
    dynamics.create("contact", row, salesUserId);
    pair.clock.advance(300_000);
    await pair.run();
    assert.equal(pair.state.countLinks("contact"), 1);
    // A lead of that address is there since a moment ago; no cycle has seen it.
    const unlinked = person({ email: "berg@web.test", lastName: "Berg", company: "Berg AB" });
    const lead = { lastname: "Berg", emailaddress1: "berg@web.test", subject: "Wants one" };
    dynamics.create("lead", lead, salesUserId);
    ask(linked, unlinked);
    assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, there: 2 });
    assert.deepEqual([rows("lead").length, rows("contact").length], [1, 1]);
    assert.deepEqual(told().slice(-2), [
      [linked, "skipped", "already-linked"],
      [unlinked, "skipped", "already-in-dynamics"],
    ]);
  });

  it("the calls of the looks count in the day's budget", async () => {
    await open();
    const used = () => pair.engine.ledger.usedToday(pair.clock.now());
    await pair.engine.pollRequests();
    const before = used();
    for (let look = 0; look < 3; look++) {
      pair.clock.advance(30_000);
      await pair.engine.pollRequests();
    }
    assert.equal(used() - before, 3);
  });

  it("never doubles a person without an e-mail address when the answer to the creation is lost", async () => {
    await open();
    const id = person({ lastName: "Ek" });
    ask(id);
    pair.sandbox.faults.add({
      server: "dynamics",
      method: "POST|PATCH",
      times: 1,
      action: { kind: "resetAfterCommit" },
    });
    assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, created: 1 });
    assert.deepEqual(told(), [[id, "applied", "requested-by-marketo"]]);
    pair.clock.advance(60_000);
    await pair.engine.pollRequests();
    pair.clock.advance(300_000);
    await pair.run();
    assert.equal(rows().length, 1);
    assert.equal(pair.state.linksByPersonId([id]).get(id)?.dynamicsId, rows()[0]?.["contactid"]);
    assert.equal(pair.sandbox.marketo.count(), 1);
  });

  it("never doubles when the process ends between the creation and the taking back", async () => {
    await open();
    const id = person({ lastName: "Ek" });
    ask(id);
    pair.sandbox.faults.add({
      server: "marketo",
      method: "DELETE",
      times: 20,
      action: { kind: "respond", status: 502, body: "" },
    });
    await pair.engine.pollRequests();
    assert.equal(requestsLeft(id), true);
    await pair.restart();
    pair.sandbox.faults.clear();
    pair.clock.advance(60_000);
    assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, there: 1 });
    assert.deepEqual([rows().length, requestsLeft(id)], [1, false]);
  });

  it("keeps the request while Dynamics is away, and carries it out when it is back", async () => {
    await open();
    const id = person({ email: "ek@web.test", lastName: "Ek" });
    ask(id);
    pair.sandbox.faults.add({
      server: "dynamics",
      times: 40,
      action: { kind: "respond", status: 503, body: "" },
    });
    await pair.engine.pollRequests();
    assert.deepEqual([rows().length, requestsLeft(id)], [0, true]);
    pair.sandbox.faults.clear();
    pair.clock.advance(24 * 3_600_000);
    await pair.engine.pollRequests();
    assert.deepEqual([rows().length, requestsLeft(id)], [1, false]);
  });

  it("creates nothing before the first sync is through", async () => {
    pair = await openSandboxPair({
      configure: (config) => {
        config.environment = "production";
        config.marketo.request = { listId: 1001, pollSeconds: 30, syncAs: "contact" };
      },
    });
    const { dynamics, salesUserId } = pair.sandbox;
    dynamics.create("contact", { lastname: "Ortiz" }, salesUserId);
    listId = pair.sandbox.marketo.createList("Sync to CRM");
    ask(person({ email: "ek@web.test", lastName: "Ek" }));
    assert.equal(await pair.engine.pollRequests(), null);
    assert.equal((await pair.run()).halted?.reason, "first-sync");
    assert.equal(await pair.engine.pollRequests(), null);
    assert.equal(rows().length, 1);
  });

  it("makes a new record for a person whose record was deleted (B-33)", async () => {
    await open();
    const id = person({ email: "ek@web.test", lastName: "Ek" });
    ask(id);
    await pair.engine.pollRequests();
    const [first] = rows();
    pair.clock.advance(300_000);
    await pair.run();
    pair.sandbox.dynamics.remove("contact", String(first?.["contactid"]), pair.sandbox.salesUserId);
    pair.clock.advance(300_000);
    await pair.run();
    ask(id);
    assert.deepEqual(await pair.engine.pollRequests(), { ...TALLY, created: 1 });
    assert.notEqual(rows()[0]?.["contactid"], first?.["contactid"]);
    assert.deepEqual(
      [rows().length, pair.sandbox.marketo.person(id)?.["crmIsDeleted"]],
      [1, false],
    );
  });

  it("a poll never runs beside a cycle", async () => {
    await open();
    const running = pair.run();
    assert.equal(await pair.engine.pollRequests(), null);
    await running;
  });
});
