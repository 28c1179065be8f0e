import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { PairConfig } from "../../src/config/pairFile";
import { DEFAULT_MAP } from "../../src/config/defaultMap";
import { refreshCursor } from "../../src/sync/refresh";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

let pair: SandboxPair;
afterEach(() => pair.close());

/** Contacts with a fax number that does not sync yet, all linked. */
async function open(
  rows: readonly { fax: string | null; personFax: string | null }[],
  environment: PairConfig["environment"] = "sandbox",
): Promise<{ id: string; personId: number }[]> {
  pair = await openSandboxPair({
    configure: (config) => {
      const both = DEFAULT_MAP.contact.map((line) => ({ ...line, enabled: true }));
      config.policies.brakes.maxUpdates.percent = 100;
      config.recordTypes = { contact: { enabled: true, fields: both } };
    },
  });
  const { dynamics, marketo, salesUserId } = pair.sandbox;
  const ids = rows.map(({ fax }, n) => {
    const values = { lastname: `N${n}`, emailaddress1: `n${n}@web.test`, fax };
    return dynamics.create("contact", values, salesUserId);
  });
  await cycle();
  pair.config.environment = environment;
  return ids.map((id, n) => {
    const personId = pair.state.linksByDynamicsId("contact", [id]).get(id)!.personId;
    marketo.edit(personId, { fax: rows[n]!.personFax });
    return { id, personId };
  });
}

async function cycle(options: { approved?: string | null } = {}) {
  pair.clock.advance(300_000);
  const summary = await pair.run(options);
  assert.equal(summary.error, null);
  return summary;
}

/** The user edits the pair file: the engine starts again with the new map. */
async function turnOn(column: string, field: string): Promise<void> {
  const fields = pair.config.recordTypes.contact!.fields!;
  fields.push({ column, field, direction: "both", enabled: true });
  await pair.restart();
}

async function turnOff(column: string): Promise<void> {
  const { fields } = pair.config.recordTypes.contact!;
  fields!.splice(
    fields!.findIndex((line) => line.column === column),
    1,
  );
  await pair.restart();
}

const row = (id: string, column: string) =>
  pair.sandbox.dynamics.row("contact", id)?.[column] ?? null;
const person = (id: number, field: string) => pair.sandbox.marketo.person(id)?.[field] ?? null;
const warnings = () =>
  pair.events.flatMap((event) => (event.type === "warning" ? [event.code] : []));

describe("turning a field on for linked records", () => {
  it("compares both sides of every record by the first-contact rule, and no other record is read", async () => {
    const [filled, emptied, clash, equal] = await open([
      { fax: "1", personFax: null },
      { fax: null, personFax: "2" },
      { fax: "3", personFax: "4" },
      { fax: "5", personFax: "5" },
    ]);
    await cycle();
    await turnOn("fax", "fax");
    await cycle();
    assert.deepEqual(
      [filled, emptied, clash, equal].map((ids) => [
        row(ids!.id, "fax"),
        person(ids!.personId, "fax"),
      ]),
      [
        ["1", "1"],
        ["2", "2"],
        ["3", "3"],
        ["5", "5"],
      ],
    );
    assert.deepEqual(
      pair
        .activities()
        .filter(({ changes }) => changes.some(({ field }) => field === "fax"))
        .map(({ personId, outcome, reason }) => [personId, outcome, reason])
        .sort(),
      [
        [filled!.personId, "applied", "field-refresh"],
        [emptied!.personId, "applied", "field-refresh"],
        [clash!.personId, "conflicted", "clash-dynamics-wins"],
      ].sort(),
    );
    assert.equal(refreshCursor(pair.state, "contact"), null);
    await cycle();
    const idle = await cycle();
    assert.deepEqual(idle.calls, { dynamics: 1, marketo: 3 });
  });

  it("goes in portions beside the normal cycles, and goes on after a restart", async () => {
    const all = Array.from({ length: 100 }, (_, n) => ({ fax: `${n}`, personFax: null }));
    const ids = await open(all);
    await turnOn("fax", "fax");
    await cycle();
    const after = () => ids.filter(({ personId }) => person(personId, "fax") !== null).length;
    assert.deepEqual([after(), refreshCursor(pair.state, "contact")?.done], [50, 50]);
    await pair.restart();
    const { dynamics, salesUserId } = pair.sandbox;
    dynamics.edit("contact", ids[0]!.id, { jobtitle: "Chief" }, salesUserId);
    await cycle();
    assert.equal(after(), 100);
    // The last portion was a full one, so only the next cycle sees that nothing is left.
    await cycle();
    assert.deepEqual(
      [after(), refreshCursor(pair.state, "contact"), person(ids[0]!.personId, "title")],
      [100, null, "Chief"],
    );
  });

  it("never meets the brake on updates by itself, however few records are linked", async () => {
    const all = Array.from({ length: 44 }, (_, n) => ({ fax: `${n}`, personFax: null }));
    const ids = await open(all);
    pair.config.policies.brakes.maxUpdates = { absolute: 50_000, percent: 50 };
    await turnOn("fax", "fax");
    const after = () => ids.filter(({ personId }) => person(personId, "fax") !== null).length;
    const seen: number[] = [];
    for (let n = 0; n < 4; n++) {
      assert.equal((await cycle()).halted, null);
      seen.push(after());
    }
    assert.deepEqual(seen, [11, 22, 33, 44]);
  });

  it("is previewed first where the pair asks for a word; a mapping that is gone needs none", async () => {
    const [one] = await open([{ fax: "1", personFax: null }], "production");
    await turnOn("fax", "fax");
    assert.equal((await cycle()).halted?.reason, "map-changed");
    assert.equal(person(one!.personId, "fax"), null);
    const preview = await pair.preview();
    assert.deepEqual(preview.counts.updated, { dynamics: 0, marketo: 1 });
    await cycle({ approved: preview.planHash });
    assert.equal(person(one!.personId, "fax"), "1");
    pair.sandbox.dynamics.model.removeColumn("contact", "fax");
    pair.engine.forgetSchema();
    assert.equal((await cycle()).halted, null);
  });
});

describe("a field that was off and is on again", () => {
  /** What happened to a fax number, agreed on as "1", while it was off; and what both sides hold afterwards. */
  const CASES: readonly [string, { fax?: string | null; personFax?: string | null }, unknown][] = [
    ["stands as agreed where nothing happened", {}, "1"],
    ["takes the row's news", { fax: "2" }, "2"],
    ["takes the person's news, although Dynamics would win a clash", { personFax: "3" }, "3"],
    ["takes an emptied value for news, too", { personFax: null }, null],
    ["is a clash where both sides have news", { fax: "2", personFax: "3" }, "2"],
  ];

  /** All of them are agreed on, and then the field is off. */
  async function agreeAndTurnOff() {
    const records = await open(CASES.map(() => ({ fax: "1", personFax: "1" })));
    await turnOn("fax", "fax");
    await cycle();
    await turnOff("fax");
    await cycle();
    const { dynamics, marketo, salesUserId } = pair.sandbox;
    for (const [at, [, { fax, personFax }]] of CASES.entries()) {
      const { id, personId } = records[at]!;
      if (fax !== undefined) dynamics.edit("contact", id, { fax }, salesUserId);
      if (personFax !== undefined) marketo.edit(personId, { fax: personFax });
    }
    // The feeds tell of it, and nobody listens.
    for (let n = 0; n < 4; n++) await cycle();
    return records;
  }

  const faxes = (records: readonly { id: string; personId: number }[]) =>
    records.map(({ id, personId }, at) => [CASES[at]![0], row(id, "fax"), person(personId, "fax")]);
  const wanted = CASES.map(([name, , value]) => [name, value, value]);

  it("goes on from what both sides last agreed on (R3)", async () => {
    const records = await agreeAndTurnOff();
    await turnOn("fax", "fax");
    for (let n = 0; n < 4; n++) await cycle();
    assert.deepEqual(faxes(records), wanted);
    const conflicts = pair.activities().filter(({ outcome }) => outcome === "conflicted");
    assert.deepEqual(
      conflicts.map(({ dynamicsId, changes }) => [dynamicsId, changes.map(({ lost }) => lost)]),
      [[records[4]!.id, ["3"]]],
    );
  });

  it("takes no side for unchanged that was not looked at since then", async () => {
    const records = await agreeAndTurnOff();
    await turnOn("fax", "fax");
    // One record a cycle is compared; news of a record whose turn has not come must not overlook what happened before.
    pair.config.policies.brakes.maxUpdates = { absolute: 2, percent: 100 };
    const [, rowNews, personNews] = records;
    pair.sandbox.marketo.edit(rowNews!.personId, { fax: "8" });
    pair.sandbox.dynamics.edit("contact", personNews!.id, { fax: "7" }, pair.sandbox.salesUserId);
    for (let n = 0; n < 8; n++) {
      pair.clock.advance(300_000);
      const { error, halted } = await pair.run();
      assert.equal(error, null);
      if (halted) assert.equal((await pair.run({ approved: halted.planHash })).error, null);
    }
    assert.deepEqual(
      faxes(records),
      wanted.with(2, [CASES[2]![0], "7", "7"]),
      "Dynamics wins both clashes",
    );
    const conflicts = pair.activities().filter(({ outcome }) => outcome === "conflicted");
    assert.deepEqual(
      conflicts
        .map(({ dynamicsId, reason, changes: [change] }) => [
          records.findIndex(({ id }) => id === dynamicsId),
          reason,
          change?.lost,
        ])
        .sort(),
      [
        [1, "clash-dynamics-wins", "8"],
        [2, "clash-dynamics-wins", "3"],
        [4, "clash-dynamics-wins", "3"],
      ],
    );
  });
});

describe("a field that is lost switches off its mapping and nothing else", () => {
  for (const { name, lose, code } of [
    {
      name: "the column is removed",
      lose: () => pair.sandbox.dynamics.model.removeColumn("contact", "jobtitle"),
      code: "column-missing",
    },
    {
      name: "the column changes its type",
      lose: () =>
        pair.sandbox.dynamics.model.setColumn("contact", "jobtitle", { type: "Uniqueidentifier" }),
      code: null,
    },
    {
      name: "column security hides the column",
      lose: () => hide("jobtitle"),
      code: "column-hidden",
    },
    {
      name: "the Marketo field is removed",
      lose: () => pair.sandbox.marketo.fields.remove("title"),
      code: "field-missing",
    },
  ]) {
    it(name, async () => {
      const [one] = await open([{ fax: null, personFax: null }], "production");
      const { dynamics, salesUserId } = pair.sandbox;
      dynamics.edit("contact", one!.id, { jobtitle: "Buyer" }, salesUserId);
      await cycle();
      lose();
      dynamics.edit("contact", one!.id, { lastname: "Berg" }, salesUserId);
      // The cycle that meets the loss may end; the one after it goes on without the mapping.
      pair.clock.advance(300_000);
      await pair.run();
      pair.clock.advance(300_000);
      await cycle();
      pair.engine.forgetSchema();
      const last = await cycle();
      assert.equal(last.halted, null);
      assert.equal(person(one!.personId, "lastName"), "Berg");
      if (name !== "the Marketo field is removed") {
        assert.equal(person(one!.personId, "title"), "Buyer");
      }
      if (code) assert.ok(warnings().includes(code), warnings().join());
    });
  }
});

function hide(column: string): void {
  const { dynamics, applicationUserId } = pair.sandbox;
  dynamics.users.get(applicationUserId).administrator = false;
  dynamics.model.setColumn("contact", column, { secured: true });
  dynamics.users.setColumnRights(applicationUserId, `contact.${column}`, { canRead: false });
}
