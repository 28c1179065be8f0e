import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { createHands, type Hands } from "../../../src/sandbox/hands/hands";
import type { Cells, Orgs } from "../../../src/sandbox/hands/ports";
import { stepSchema, type Step } from "../../../src/sandbox/hands/steps";
import { createClock, type SandboxClock } from "../../../src/sandbox/kernel/clock";

const SALES = "5a1e0000-0000-4000-8000-000000000001";
const OTHER = "5a1e0000-0000-4000-8000-000000000002";
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Two small orgs in memory that write down who did what. */
class RecordingOrgs implements Orgs {
  readonly diary: unknown[] = [];
  readonly tables = {
    contact: new Map<string, Cells>(),
    lead: new Map<string, Cells>(),
    account: new Map<string, Cells>(),
  };
  readonly people = new Map<number, Cells>();

  constructor(rows: number) {
    for (let n = 1; n <= rows; n++) {
      const emailaddress1 = `human${n}@contoso.test`;
      this.tables.contact.set(id(n), { contactid: id(n), emailaddress1 });
      this.tables.lead.set(id(1000 + n), { leadid: id(1000 + n), emailaddress1 });
      this.people.set(n, { id: n, email: emailaddress1.toUpperCase() });
    }
  }

  readonly dynamics: Orgs["dynamics"] = {
    create: (table, values, userId) => {
      const made = id(9000 + this.diary.length);
      this.tables[table].set(made, { ...values, [`${table}id`]: made });
      this.diary.push(["create", table, values, userId]);
      return made;
    },
    edit: (table, row, values, userId) => {
      if (!this.tables[table].has(row)) throw new Error(`There is no ${table} ${row}.`);
      this.diary.push(["edit", table, row, values, userId]);
    },
    remove: (table, row, userId) => {
      this.tables[table].delete(row);
      this.diary.push(["remove", table, row, userId]);
    },
    qualify: (row, userId) => {
      this.diary.push(["qualify", row, userId]);
      return row === id(1001) ? id(9001) : undefined;
    },
    merge: (table, winner, loser, userId) =>
      void this.diary.push(["merge", table, winner, loser, userId]),
    row: (table, row) => this.tables[table].get(row),
    rows: (table) => this.tables[table].values(),
    has: () => true,
    count: (table) => this.tables[table].size,
  };

  readonly marketo: Orgs["marketo"] = {
    create: (values) => {
      const made = 9000 + this.diary.length;
      this.people.set(made, { ...values, id: made });
      this.diary.push(["create", values]);
      return made;
    },
    edit: (person, values) => void this.diary.push(["edit", person, values]),
    remove: (person) => {
      this.people.delete(person);
      this.diary.push(["remove", person]);
    },
    merge: (winner, losers) => void this.diary.push(["merge", winner, losers]),
    changeScore: (person, delta) => void this.diary.push(["score", person, delta]),
    addToList: (list, ids) => void this.diary.push(["add", list, ids]),
    removeFromList: (list, ids) => void this.diary.push(["drop", list, ids]),
    person: (person) => this.people.get(person),
    persons: () => this.people.values(),
    count: () => this.people.size,
  };
}

let orgs: RecordingOrgs;
let clock: SandboxClock;
let hands: Hands;
const build = (rows: number, seed = 1) => {
  orgs = new RecordingOrgs(rows);
  clock = createClock();
  clock.freeze(0);
  hands = createHands({ clock, orgs, seed, salesUserId: SALES });
};
beforeEach(() => build(50));

describe("a script of edits", () => {
  const cases: [string, Step, unknown[], string | number][] = [
    [
      "a new contact by the seller",
      { side: "dynamics", op: "create", table: "contact", values: { lastname: "Ek" } },
      ["create", "contact", { lastname: "Ek" }, SALES],
      id(9000),
    ],
    [
      "a change by a named user",
      {
        side: "dynamics",
        op: "update",
        table: "lead",
        id: id(1001),
        values: { fax: null },
        as: OTHER,
      },
      ["edit", "lead", id(1001), { fax: null }, OTHER],
      id(1001),
    ],
    [
      "a deletion",
      { side: "dynamics", op: "delete", table: "contact", id: id(1) },
      ["remove", "contact", id(1), SALES],
      id(1),
    ],
    [
      "a qualified lead, whose contact is told",
      { side: "dynamics", op: "qualify", id: id(1001) },
      ["qualify", id(1001), SALES],
      id(9001),
    ],
    [
      "a qualified lead that brings no contact",
      { side: "dynamics", op: "qualify", id: id(1002), as: OTHER },
      ["qualify", id(1002), OTHER],
      id(1002),
    ],
    [
      "a merge of contacts",
      { side: "dynamics", op: "merge", table: "contact", id: id(1), losers: [id(2)] },
      ["merge", "contact", id(1), id(2), SALES],
      id(1),
    ],
    [
      "a new person",
      { side: "marketo", op: "create", values: { email: "a@b.test" } },
      ["create", { email: "a@b.test" }],
      9000,
    ],
    [
      "a change of a person",
      { side: "marketo", op: "update", id: 7, values: { title: "Boss" } },
      ["edit", 7, { title: "Boss" }],
      7,
    ],
    ["a deleted person", { side: "marketo", op: "delete", id: 7 }, ["remove", 7], 7],
    ["a merge", { side: "marketo", op: "merge", id: 7, losers: [8, 9] }, ["merge", 7, [8, 9]], 7],
    ["a score", { side: "marketo", op: "score", id: 7, delta: -5 }, ["score", 7, -5], 7],
    [
      "a list membership",
      { side: "marketo", op: "addToList", listId: 3, ids: [7] },
      ["add", 3, [7]],
      3,
    ],
    [
      "a list removal",
      { side: "marketo", op: "removeFromList", listId: 3, ids: [7] },
      ["drop", 3, [7]],
      3,
    ],
  ];
  for (const [name, step, written, made] of cases) {
    it(`makes ${name}`, () => {
      assert.deepEqual(hands.script([stepSchema.parse(step)]), [{ ok: true, id: made }]);
      assert.deepEqual(orgs.diary, [written]);
    });
  }

  it("goes on after a refusal and tells of it", () => {
    const results = hands.script([
      { side: "dynamics", op: "update", table: "contact", id: id(77), values: {} },
      { side: "marketo", op: "delete", id: 1 },
    ]);
    assert.deepEqual(results, [
      { ok: false, error: `There is no contact ${id(77)}.` },
      { ok: true, id: 1 },
    ]);
    assert.deepEqual(hands.status(), {
      running: false,
      perMinute: 0,
      edits: 1,
      byKind: { "marketo delete": 1 },
      refused: 1,
      lastRefusal: `There is no contact ${id(77)}.`,
    });
  });

  for (const wrong of [
    {},
    { side: "dynamics", op: "merge", id: id(1) },
    { side: "dynamics", op: "update", table: "systemuser", id: id(1), values: {} },
    { side: "dynamics", op: "update", table: "contact", id: "1", values: {} },
    { side: "marketo", op: "update", id: "7", values: {} },
    { side: "marketo", op: "delete", id: 7, values: {} },
  ]) {
    it(`does not accept ${JSON.stringify(wrong)}`, () => {
      assert.equal(stepSchema.safeParse(wrong).success, false);
    });
  }
});

describe("improvised edits", () => {
  it("are the same for the same seed and others for another", () => {
    const first = hands.improvise(100);
    build(50);
    const second = hands.improvise(100);
    build(50, 2);
    assert.deepEqual(second, first);
    assert.notDeepEqual(hands.improvise(100), first);
  });

  it("do everything that people do, on live records", () => {
    hands.improvise(400);
    const { byKind, refused } = hands.status();
    assert.equal(refused, 0);
    assert.deepEqual(Object.keys(byKind).sort(), [
      "dynamics create",
      "dynamics delete",
      "dynamics update",
      "marketo create",
      "marketo delete",
      "marketo score",
      "marketo update",
    ]);
  });

  it("hit the same field of one human on both sides now and then", () => {
    const columns: Record<string, string> = {
      jobtitle: "title",
      telephone1: "phone",
      mobilephone: "mobilePhone",
      address1_city: "city",
      address1_postalcode: "postalCode",
      lastname: "lastName",
      donotbulkemail: "unsubscribed",
    };
    const steps = hands.improvise(400);
    const clashes = steps.filter((step, at) => {
      const next = steps[at + 1];
      if (step.side !== "dynamics" || step.op !== "update") return false;
      if (next?.side !== "marketo" || next.op !== "update") return false;
      const human = Number(step.id.slice(-4)) % 1000;
      const [column = ""] = Object.keys(step.values);
      return human === next.id && columns[column] === Object.keys(next.values)[0];
    });
    assert.ok(clashes.length > 10, `${clashes.length} clashes`);
  });

  it("stop quietly when nothing is left to edit", () => {
    build(0);
    assert.ok(hands.improvise(50).every((step) => step.op !== "update"));
    assert.equal(hands.status().refused, 0);
  });
});

describe("a steady rate", () => {
  it("follows the sandbox's clock, stands still when it stands, and stops", () => {
    const acts = () => hands.status().edits + hands.status().refused;
    hands.start(60);
    const counts = [acts()];
    clock.advance(999);
    hands.catchUp();
    counts.push(acts());
    clock.advance(1);
    hands.catchUp();
    hands.catchUp();
    const afterOne = acts();
    clock.advance(59_000);
    hands.catchUp();
    assert.equal(hands.status().running, true);
    assert.deepEqual(counts, [0, 0]);
    assert.ok(afterOne >= 1 && afterOne <= 2, `${afterOne} edits after one act`);
    const afterMinute = acts();
    assert.ok(afterMinute >= 60 && afterMinute <= 80, `${afterMinute} edits after a minute`);
    hands.stop();
    clock.advance(600_000);
    hands.catchUp();
    assert.deepEqual([acts(), hands.status().running], [afterMinute, false]);
  });
});
