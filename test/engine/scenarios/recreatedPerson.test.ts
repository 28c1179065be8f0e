import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { meanwhile, open, run } from "./meanwhile";

const ADDRESS = "ortiz@web.test";

/** A linked contact whose person is deleted, and whose row changes; `isTold` says whether a cycle lies in between. */
async function deleted(t: TestContext, isTold: boolean) {
  const { wrap, arm } = meanwhile();
  const pair = await open(t, { wrap });
  const rows = pair.dynamics.store;
  const persons = pair.marketo.store;
  const id = rows.create("contact", { lastname: "Ortiz", emailaddress1: ADDRESS });
  await run(pair);
  persons.remove([...persons.persons.keys()][0]!);
  if (isTold) await run(pair);
  rows.edit("contact", id, { jobtitle: "Boss" });
  const link = () => pair.state.linksByDynamicsId("contact", [id]).get(id);
  return { pair, rows, persons, id, arm, link };
}

for (const isTold of [true, false]) {
  const when = isTold ? "in an earlier cycle" : "in the same cycle";

  test(`a person that was made anew by hand becomes the row's person (deleted ${when})`, async (t) => {
    const { pair, persons, id, link } = await deleted(t, isTold);
    const anew = persons.create({ lastName: "Ortiz", email: ADDRESS.toUpperCase(), phone: "5" });
    await run(pair);
    assert.deepEqual(
      [link()?.personId, link()?.state, [...persons.persons.keys()]],
      [anew, "active", [anew]],
    );
    assert.deepEqual(
      [persons.value(anew, "title"), pair.dynamics.store.value("contact", id, "telephone1")],
      ["Boss", "5"],
    );
    assert.equal(pair.activities().at(-1)?.reason, "linked-by-email");
  });

  test(`several of them are a question (deleted ${when})`, async (t) => {
    const { pair, persons, id, link } = await deleted(t, isTold);
    const [one] = [1, 2].map(() => persons.create({ lastName: "Ortiz", email: ADDRESS }));
    const counts = await run(pair);
    assert.deepEqual([counts.conflicts, link()?.state], [1, "marketoDeleted"]);
    persons.edit(one!, { email: "other@web.test" });
    await run(pair);
    assert.deepEqual([link()?.state, persons.persons.size, pair.state.failed()], ["active", 2, []]);
    assert.equal(persons.value(link()!.personId, "crmRecordId"), id);
  });

  test(`a link that Marketo refuses is made later (deleted ${when})`, async (t) => {
    const { pair, persons, link } = await deleted(t, isTold);
    const anew = persons.create({ lastName: "Ortiz", email: ADDRESS });
    const failure = { class: "refused", code: "1003", message: "No.", side: "marketo" } as const;
    pair.marketo.refuse = () => failure;
    await run(pair);
    assert.equal(link()?.state, "marketoDeleted");
    pair.marketo.refuse = () => undefined;
    persons.edit(anew, { phone: "5" });
    pair.dynamics.store.edit("contact", link()!.dynamicsId, { fax: "6" });
    await run(pair);
    assert.deepEqual([link()?.personId, persons.persons.size, pair.state.failed()], [anew, 1, []]);
  });

  for (const applied of [true, false]) {
    const what = applied ? "arrived" : "did not arrive";
    test(`an answer that is lost makes no second person: the link ${what} (deleted ${when})`, async (t) => {
      const { pair, persons, link } = await deleted(t, isTold);
      const anew = persons.create({ lastName: "Ortiz", email: ADDRESS });
      pair.marketo.faults.add({ operation: "write", fault: { kind: "lost", applied } });
      await run(pair);
      assert.deepEqual([link()?.personId, persons.persons.size], [anew, 1]);
      assert.equal(persons.value(anew, "title"), "Boss");
    });

    test(`nor does a creation whose answer is lost: it ${what} (deleted ${when})`, async (t) => {
      const { pair, persons, id, link } = await deleted(t, isTold);
      pair.marketo.faults.add({ operation: "write", fault: { kind: "lost", applied } });
      await run(pair);
      const [only] = persons.persons.keys();
      assert.deepEqual([link()?.personId, persons.persons.size], [only, 1]);
      assert.equal(persons.value(only!, "crmRecordId"), id);
      assert.equal(pair.activities().at(-1)?.reason, "recreated-after-delete");
    });
  }

  test(`a process that ends after the link was written finds it again (deleted ${when})`, async (t) => {
    const { pair, persons, arm, link } = await deleted(t, isTold);
    const anew = persons.create({ lastName: "Ortiz", email: ADDRESS });
    arm("after", "marketo", () => {
      throw new Error("The process ends.");
    });
    pair.clock.advance(1000);
    await assert.rejects(pair.run(), /process ends/);
    await pair.restart();
    await run(pair);
    await run(pair);
    assert.deepEqual(
      [link()?.personId, persons.persons.size, pair.state.openIntents()],
      [anew, 1, []],
    );
    assert.equal(persons.value(anew, "title"), "Boss");
  });
}
