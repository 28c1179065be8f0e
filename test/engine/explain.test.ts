import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { explain } from "../../src/engine/explain";
import type { Explanation } from "../../src/protocol/explain";
import { openMemoryPair, type MemoryPair } from "../support/enginePair";

let pair: MemoryPair;
let id = "";
let personId = 0;

beforeEach(async () => {
  pair = await openMemoryPair();
  const { store } = pair.dynamics;
  id = store.create("contact", { lastname: "Ek", emailaddress1: "ek@web.test", jobtitle: "Buyer" });
  await cycle();
  personId = [...pair.marketo.store.persons.keys()][0]!;
});
afterEach(() => pair.close());

async function cycle(): Promise<void> {
  pair.clock.advance(300_000);
  assert.equal((await pair.run()).error, null);
}

async function explainTitle(field = "jobtitle"): Promise<Explanation> {
  const { context } = await pair.engine.prepare();
  return explain(context, { recordType: "contact", dynamicsId: id, field });
}

const dynamicsEdit = (jobtitle: string | null) =>
  pair.dynamics.store.edit("contact", id, { jobtitle });
const marketoEdit = (title: string | null) => pair.marketo.store.edit(personId, { title });
const story = ({ history }: Explanation) =>
  history.map(({ to, reason, before, after, lost }) => [to, reason, before, after, lost]);

describe("Explain Field Value", () => {
  it("tells every change of the field, newest first, with the values that were replaced and lost", async () => {
    dynamicsEdit("Chief");
    await cycle();
    marketoEdit("Head");
    await cycle();
    dynamicsEdit("One");
    marketoEdit("Two");
    await cycle();
    const told = await explainTitle();
    assert.deepEqual(story(told), [
      ["marketo", "clash-dynamics-wins", "Two", "One", "Two"],
      ["dynamics", "changed-in-marketo", "Chief", "Head", undefined],
      ["marketo", "changed-in-dynamics", "Buyer", "Chief", undefined],
      ["marketo", "created-from-dynamics", null, "Buyer", undefined],
    ]);
    assert.deepEqual(
      [told.current, told.next.action, told.personId, told.field],
      [{ dynamics: "One", marketo: "One" }, "nothing", personId, "title"],
    );
  });

  for (const { name, act, next } of [
    {
      name: "a change in Dynamics",
      act: () => dynamicsEdit("Chief"),
      next: { action: "write", to: "marketo", before: "Buyer", after: "Chief" },
    },
    {
      name: "an emptied person field",
      act: () => marketoEdit(null),
      next: { action: "write", to: "dynamics", before: "Buyer", after: null },
    },
    {
      name: "a clash",
      act: () => {
        dynamicsEdit("One");
        marketoEdit("Two");
      },
      next: { action: "write", to: "marketo", before: "Two", after: "One", lost: "Two" },
    },
    {
      name: "a value that does not fit",
      act: () => marketoEdit("x".repeat(200)),
      next: { action: "refuse", to: "dynamics" },
    },
    { name: "nothing", act: () => undefined, next: { action: "nothing", to: null } },
  ]) {
    it(`says what the next cycle would do: ${name}`, async () => {
      act();
      const told = (await explainTitle("title")).next;
      const { text, ...rest } = told;
      assert.deepEqual(rest, next);
      assert.ok(text.length > 10);
      await cycle();
      const [row] = pair.activities().slice(-1);
      if (told.action === "write") assert.equal(row?.changes[0]?.after, told.after);
      if (told.action === "refuse") assert.equal(row?.outcome, "refused");
    });
  }

  it("knows a person that is not linked and a field that is not mapped", async () => {
    const born = pair.marketo.store.create({ email: "new@web.test" });
    const { context } = await pair.engine.prepare();
    const unlinked = await explain(context, {
      recordType: "contact",
      personId: born,
      field: "jobtitle",
    });
    const unmapped = await explain(context, {
      recordType: "contact",
      dynamicsId: id,
      field: "shoesize",
    });
    assert.match(unlinked.next.text, /not linked/);
    assert.match(unmapped.next.text, /shoesize does not sync/);
  });
});
