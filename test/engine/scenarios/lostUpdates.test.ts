import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecord } from "../../../src/engine/createRecord";
import type { MemoryPair } from "../../support/enginePair";
import { lostIn, meanwhile, open, openLinked, run, titles } from "./meanwhile";

// Each history was found by the property machine, and shortened.

async function createContact(pair: MemoryPair, personId: number): Promise<string> {
  const { context } = await pair.engine.prepare();
  const { dynamicsId } = await createRecord(context, { personId });
  return dynamicsId!;
}

test("an edit between Create Contact and the first sync reaches the new contact", async (t) => {
  const pair = await open(t);
  const persons = pair.marketo.store;
  const person = persons.create({ lastName: "Ortiz", title: "first" });
  const id = await createContact(pair, person);
  pair.clock.advance(1000);
  persons.edit(person, { title: "second" });
  await run(pair);
  assert.deepEqual(titles(pair, { type: "contact", id, person }), ["second", "second"]);
});

test("a person deleted between Create Contact and the first sync is noticed", async (t) => {
  const pair = await open(t);
  const person = pair.marketo.store.create({ lastName: "Ortiz" });
  const id = await createContact(pair, person);
  pair.clock.advance(1000);
  pair.marketo.store.remove(person);
  await run(pair);
  // The new row has columns of its own that no person has seen yet, so that a new person is made at once.
  const link = pair.state.linksByDynamicsId("contact", [id]).get(id);
  const [present] = pair.marketo.store.persons.keys();
  assert.deepEqual([link?.state, link?.personId], ["active", present]);
});

test("a contact deleted between Create Contact and the first sync is noticed", async (t) => {
  const pair = await open(t);
  const person = pair.marketo.store.create({ lastName: "Ortiz" });
  const id = await createContact(pair, person);
  pair.clock.advance(1000);
  pair.dynamics.store.remove("contact", id);
  await run(pair);
  const link = pair.state.linksByDynamicsId("contact", [id]).get(id);
  assert.deepEqual(
    [link?.state, pair.marketo.store.value(person, "crmIsDeleted")],
    ["dynamicsDeleted", true],
  );
});

test("a contact made by command and no lead at all is not an empty side", async (t) => {
  const pair = await open(t);
  await createContact(pair, pair.marketo.store.create({ lastName: "Ortiz" }));
  await run(pair);
});

test("a lead's value that goes back and is too long for Dynamics waits there, and is not overwritten", async (t) => {
  const { pair, rows, persons, id, person, titles } = await openLinked(t, "lead");
  const tooLong = "x".repeat(120);
  persons.delayOf = () => 5 * 60_000;
  persons.edit(person, { title: tooLong });
  rows.edit("lead", id, { jobtitle: "ours" });
  await run(pair);
  pair.clock.advance(6 * 60_000);
  await run(pair);
  rows.edit("lead", id, { fax: "555" });
  await run(pair);
  assert.deepEqual(
    [titles(), pair.state.failedAmong("lead", [id]).get(id)?.code],
    [["ours", tooLong], "CS-DOES-NOT-FIT"],
  );
  persons.edit(person, { title: "short" });
  pair.clock.advance(6 * 60_000);
  await run(pair);
  assert.deepEqual([titles(), pair.state.failedAmong("lead", [id]).size], [["short", "short"], 0]);
});

test("a row that is restored after its person was deleted, too, gets a new person", async (t) => {
  const { pair, rows, persons, id, person } = await openLinked(t, "contact");
  rows.remove("contact", id);
  await run(pair);
  persons.remove(person);
  await run(pair);
  assert.equal(pair.state.countLinks("contact"), 0);
  rows.create("contact", { lastname: "Ortiz" }, id);
  await run(pair);
  const link = pair.state.linksByDynamicsId("contact", [id]).get(id);
  assert.deepEqual([link?.state, link?.personId], ["active", [...persons.persons.keys()][0]]);
});

test("of two rows that want one person, the one that is touched first does not get it", async (t) => {
  const pair = await open(t);
  const rows = pair.dynamics.store;
  pair.marketo.store.create({ lastName: "Ortiz", email: "ortiz@contoso.com" });
  const values = { lastname: "Ortiz", emailaddress1: "ORTIZ@contoso.com" };
  const [one, two] = [rows.create("contact", values), rows.create("contact", values)];
  await run(pair);
  rows.edit("contact", one, { jobtitle: "Buyer" });
  await run(pair);
  assert.deepEqual(
    [pair.state.countLinks("contact"), pair.state.failedAmong("contact", [one, two]).size],
    [0, 2],
  );
  rows.edit("contact", two, { emailaddress1: "other@contoso.com" });
  await run(pair);
  assert.deepEqual([pair.state.countLinks("contact"), pair.marketo.store.persons.size], [2, 2]);
});

test("what a person takes over from a merged one reaches Dynamics", async (t) => {
  const { pair, rows, persons, id, person } = await openLinked(t, "contact");
  const loser = persons.create({ firstName: "Ana" });
  await run(pair);
  persons.merge(person, [loser]);
  await run(pair);
  assert.equal(rows.value("contact", id, "firstname"), "Ana");
});

test("what Dynamics cannot hold stays in the index while the other side's change is written", async (t) => {
  const { pair, rows, persons, id, person } = await openLinked(t, "contact");
  const tooLong = "x".repeat(60);
  persons.edit(person, { firstName: tooLong });
  rows.edit("contact", id, { jobtitle: "second" });
  const counts = await run(pair);
  const failed = pair.state.failedAmong("contact", [id]).get(id);
  assert.deepEqual(
    [counts.refused, counts.updated, failed?.code, persons.value(person, "title")],
    [1, { dynamics: 0, marketo: 1 }, "CS-DOES-NOT-FIT", "second"],
  );
  persons.edit(person, { firstName: "Ana" });
  await run(pair);
  assert.deepEqual(
    [rows.value("contact", id, "firstname"), pair.state.failedAmong("contact", [id]).size],
    ["Ana", 0],
  );
});

test("a lead's value that our write replaced unseen goes back, and what it replaces in Dynamics is told", async (t) => {
  const { pair, rows, persons, id, person, titles } = await openLinked(t, "lead");
  persons.delayOf = () => 5 * 60_000;
  persons.edit(person, { title: "theirs" });
  rows.edit("lead", id, { jobtitle: "ours" });
  await run(pair);
  persons.delayOf = () => 0;
  pair.clock.advance(60_000);
  rows.edit("lead", id, { jobtitle: "newer" });
  pair.clock.advance(5 * 60_000);
  await run(pair);
  assert.deepEqual(titles(), ["theirs", "theirs"]);
  const lost = pair.activities().flatMap(({ changes }) => changes.map((change) => change.lost));
  assert.deepEqual(
    lost.filter((value) => value !== undefined),
    ["newer"],
  );
});

for (const [type, final, lost] of [
  ["contact", "ours again", "theirs"],
  ["lead", "theirs", "ours again"],
] as const) {
  test(`what the first of two writes in one cycle replaced unseen is not lost (${type})`, async (t) => {
    const { wrap, arm } = meanwhile();
    const { pair, rows, persons, id, person, titles } = await openLinked(t, type, wrap);
    rows.edit(type, id, { jobtitle: "ours" });
    persons.edit(person, { lastName: "Ortiz y Gasset" });
    arm("before", "marketo", () => {
      persons.edit(person, { title: "theirs" });
      rows.edit(type, id, { jobtitle: "ours again" });
    });
    await run(pair);
    pair.clock.advance(60_000);
    await run(pair);
    assert.deepEqual(titles(), [final, final]);
    assert.deepEqual(lostIn(pair), [lost]);
  });
}

test("Create Contact for a linked person leaves the note of a value that does not fit", async (t) => {
  const { pair, persons, id, person } = await openLinked(t, "contact");
  persons.edit(person, { title: "x".repeat(120) });
  await run(pair);
  await createContact(pair, person);
  assert.equal(pair.state.failedAmong("contact", [id]).get(id)?.code, "CS-DOES-NOT-FIT");
});

for (const [type, side, lost] of [
  ["contact", "marketo", "theirs"],
  ["lead", "dynamics", "ours"],
] as const) {
  for (const isChangedAgain of [false, true]) {
    const then = isChangedAgain ? " although both sides changed again" : "";
    test(`what lost a clash in a write that nobody heard of again is told (${type})${then}`, async (t) => {
      const { wrap, arm } = meanwhile();
      const { pair, rows, persons, id, person } = await openLinked(t, type, wrap);
      rows.edit(type, id, { jobtitle: "ours" });
      persons.edit(person, { title: "theirs" });
      arm("after", side, () => {
        throw new Error("The process ends.");
      });
      pair.clock.advance(1000);
      await assert.rejects(pair.run(), /process ends/);
      if (isChangedAgain) {
        rows.edit(type, id, { jobtitle: "ours, later" });
        persons.edit(person, { title: "theirs, later" });
      }
      await pair.restart();
      await run(pair);
      await run(pair);
      assert.equal(lostIn(pair).includes(lost), true);
      const conflicts = pair.activities().filter(({ outcome }) => outcome === "conflicted");
      assert.equal(conflicts.length, isChangedAgain ? 2 : 1);
      assert.deepEqual(pair.state.openIntents(), []);
    });
  }
}

for (const type of ["contact", "lead"] as const) {
  for (const [what, edit, expected] of [
    ["changed", { dynamics: { jobtitle: "second" } }, { jobtitle: "second", firstname: "Ana" }],
    ["emptied", { dynamics: { jobtitle: null } }, { jobtitle: null, firstname: "Ana" }],
    ["filled", { dynamics: { fax: "555" } }, { jobtitle: "first", firstname: "Ana", fax: "555" }],
    [
      "changed beside a person that was enriched",
      { dynamics: { jobtitle: "second" }, marketo: { firstName: "Anna" } },
      { jobtitle: "second", firstname: "Anna" },
    ],
  ] as const) {
    test(`a ${type} ${what} after its person was created in a cycle that ended there is no clash`, async (t) => {
      const { wrap, arm } = meanwhile();
      const pair = await open(t, { wrap });
      const rows = pair.dynamics.store;
      const persons = pair.marketo.store;
      const values = { lastname: "Ortiz", firstname: "Ana", jobtitle: "first" };
      const id = rows.create(type, values);
      arm("after", "marketo", () => {
        throw new Error("The process ends.");
      });
      pair.clock.advance(1000);
      await assert.rejects(pair.run(), /process ends/);
      const [person] = [...persons.persons.keys()];
      pair.clock.advance(1000);
      rows.edit(type, id, edit.dynamics);
      if ("marketo" in edit) persons.edit(person!, edit.marketo);
      await pair.restart();
      const counts = await run(pair);
      const columns = Object.keys(expected);
      const read = Object.fromEntries(columns.map((each) => [each, rows.value(type, id, each)]));
      assert.deepEqual(
        [read, persons.value(person!, "title") ?? null, persons.persons.size, counts.conflicts],
        [expected, expected.jobtitle, 1, 0],
      );
      assert.deepEqual(lostIn(pair), []);
    });
  }
}

test("a person that was merged into one that was deleted then is deleted, too", async (t) => {
  const { pair, rows, persons, id, person } = await openLinked(t, "contact");
  const winner = persons.create({ lastName: "Ortiz" });
  await run(pair);
  persons.merge(winner, [person]);
  persons.remove(winner);
  await run(pair);
  const link = () => pair.state.linksByDynamicsId("contact", [id]).get(id);
  assert.equal(link()?.state, "marketoDeleted");
  rows.edit("contact", id, { jobtitle: "second" });
  await run(pair);
  assert.deepEqual([link()?.state, persons.persons.size], ["active", 1]);
});
